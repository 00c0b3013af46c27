"""The options of `lattice dev`."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.running import (
    BIN,
    FREE_PORTS,
    PATIENCE_SECONDS,
    PLAYGROUND,
    ROOT,
    Running,
    clean_environment,
    lattice_dev,
    playground,
    refused,
)

PLAY = "https://play-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"


@pytest.fixture(scope="module")
def with_native_client() -> Iterator[Running]:
    """A network whose functions use awslambdaric's native module."""
    with playground("--env", "LATTICE_EVENTS_RUNTIME_CLIENT=native") as running:
        yield running


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/raiser/not", 200, None),
        ("/raiser", 502, "ValueError: on purpose"),
        ("/exiter", 502, "exit status 3"),
        ("/missing", 502, "Unable to import module"),
        ("/big", 502, "Function.ResponseSizeTooLarge"),
    ],
)
def test_functions_run_with_the_native_client(
    with_native_client: Running, path: str, status: int, words: str | None
) -> None:
    assert with_native_client.get(PLAY + path)[0] == status
    reason = with_native_client.next_event("request", path=path)["reason"]
    assert words is None or words in reason


def test_variables_come_from_options_and_files(tmp_path: Path) -> None:
    file = tmp_path / "variables"
    file.write_text("# comment\nFROM_FILE='a b'\nexport BOTH=file\n")

    with playground("--env-file", file, "--env", "BOTH=option") as running:
        environment = json.loads(running.get(f"{PLAY}/echo")[1])["environment"]

    assert (environment["FROM_FILE"], environment["BOTH"]) == ("a b", "option")


def test_a_line_of_an_env_file_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "variables"
    file.write_text("A=1\nnonsense\n")

    assert (
        f"{file}:2: A line must be NAME=VALUE with closed quotes; the line of 'nonsense' is not."
        in refused("--env-file", file)
    )


def test_an_env_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    file = tmp_path / "variables"
    file.write_bytes(b"A=\xff")

    assert f"{file}: --env-file cannot be read: it is not UTF-8 text; save it as UTF-8." in refused(
        "--env-file", file
    )
    assert f"File '{tmp_path}' is a directory." in refused("--env-file", tmp_path)


def test_a_package_that_is_no_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "package.zip").touch()

    assert "package.zip' is a file." in refused("--package", tmp_path / "package.zip")


def test_two_ports_that_are_one_are_named() -> None:
    said = refused("--port", "9001", "--control-port", "9001")

    assert "--port, --tls-port and --control-port must differ" in said


def test_a_profile_gives_functions_its_credentials(tmp_path: Path) -> None:
    credentials = tmp_path / "credentials"
    credentials.write_text("[mine]\naws_access_key_id = AKMINE\naws_secret_access_key = x\n")
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]
    process = subprocess.Popen(
        [
            BIN / "lattice",
            "dev",
            "--json",
            *FREE_PORTS,
            "--aws-profile",
            "mine",
            PLAYGROUND / "template.yaml",
            *names,
        ],
        env=clean_environment() | {"AWS_SHARED_CREDENTIALS_FILE": str(credentials)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Running(process) as running:
        seen = json.loads(running.get(f"{PLAY}/echo")[1])["environment"]["AWS_ACCESS_KEY_ID"]
        notes = running.ready["notes"]

    assert seen == "AKMINE"
    assert "Functions have real credentials, those of the AWS profile mine." in notes


def function_names() -> list[str]:
    lines = (PLAYGROUND / "template.yaml").read_text().splitlines()
    return [line.strip().rstrip(":") for line in lines if line.endswith("Function:")]


def test_an_unknown_profile_is_named() -> None:
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]

    said = refused(PLAYGROUND / "template.yaml", *names, "--aws-profile", "nobody")

    assert "--aws-profile nobody:" in said


def test_an_extra_ca_that_is_none_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ca.pem"
    file.write_text("nonsense")
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]

    said = refused(PLAYGROUND / "template.yaml", *names, "--extra-ca", file)

    assert f"{file}: --extra-ca cannot be used: it contains no PEM certificate." in said


def test_the_packaged_zip_runs(sample_package: Path) -> None:
    with lattice_dev("--package", sample_package, "--packaged") as running:
        assert running.get(running.service("foo-service")["url"]) == (200, "Hello Foo Lambda!!")
        assert running.invoke("sample-dev-eksClient")["body"] == "from EKS: Hello Bar EKS Pod!!"


def test_packaged_needs_a_package() -> None:
    assert "--packaged needs --package DIR" in refused("--packaged")


def test_a_missing_serverless_cli_says_what_to_run(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\nprovider: {name: aws}\n")

    said = refused("--serverless-command", "no-such-program", cwd=tmp_path)

    assert "serverless.yml: --serverless-command no-such-program: there is no such program." in said


def test_what_the_serverless_cli_says_is_shown(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text(
        "service: x\nprovider: {name: aws, runtime: python3.12}\nfunctions: {a: {handlr: b}}\n"
    )
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")

    said = refused(cwd=tmp_path)

    assert "serverless.yml: The Serverless CLI could not package it" in said
    assert "handlr" in said


class ChainedProxy(threading.Thread):
    """A proxy of the user's own: answers the first CONNECT itself and keeps its head."""

    def __init__(self) -> None:
        super().__init__()
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.head = b""
        self.start()

    @property
    def url(self) -> str:
        return f"http://user:secret@127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        connection, _ = self.socket.accept()
        with connection:
            while b"\r\n\r\n" not in self.head:
                self.head += connection.recv(4096)
            connection.sendall(b"HTTP/1.1 403 Forbidden\r\n\r\n")
        self.socket.close()


def test_the_user_s_own_proxy_is_chained() -> None:
    proxy = ChainedProxy()
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]
    process = subprocess.Popen(
        [
            BIN / "lattice",
            "dev",
            "--json",
            *FREE_PORTS,
            PLAYGROUND / "template.yaml",
            *names,
        ],
        env=clean_environment() | {"https_proxy": proxy.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with Running(process) as running:
        done = running.curl("--proxy", running.ready["proxy_url"], "https://outside.example/")
    proxy.join(120)

    assert proxy.head.startswith(b"CONNECT outside.example:443 HTTP/1.1\r\n")
    assert b"Proxy-Authorization: Basic dXNlcjpzZWNyZXQ=" in proxy.head
    assert "502" in done.stderr


def test_help_and_version_need_nothing() -> None:
    for arguments in (["--help"], ["dev", "--help"], ["--version"]):
        done = subprocess.run(
            [sys.executable, "-m", "lattice_events", *arguments], capture_output=True, text=True
        )
        assert done.returncode == 0
        assert "lattice" in done.stdout


def test_code_of_nobody_is_named(tmp_path: Path) -> None:
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]

    said = refused(PLAYGROUND / "template.yaml", *names, f"--code=EchoFunctoin={tmp_path}")
    gone = refused(PLAYGROUND / "template.yaml", *names, f"--code=EchoFunction={tmp_path / 'gone'}")

    assert (
        "--code EchoFunctoin: no template has a function of this logical id. Did you mean EchoFunction?"
        in said
    )
    assert "gone: there is no such folder." in gone


def playing(*options: str) -> list[str | Path]:
    """The command of a network whose output the test itself reads: not everybody prints JSON."""
    names = [f"--code={name}={PLAYGROUND / 'code'}" for name in function_names()]
    return [BIN / "lattice", "dev", *options, *FREE_PORTS, PLAYGROUND / "template.yaml", *names]


def address_in(lines: Iterator[str]) -> str:
    """The gateway's address, in what is printed until the network is ready."""
    printed = ""
    for line in lines:
        printed += line
        if "ready" in line and (found := re.search(r"127\.0\.0\.1:\d+", printed)):
            return found[0]
    raise AssertionError(printed)


@pytest.mark.parametrize("options", [("--json",), (), ("--access-log", "-")], ids=" ".join)
def test_a_reader_that_leaves_ends_the_run(options: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        playing(*options),
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    assert process.stderr
    address = address_in(iter((process.stderr if "-" in options else process.stdout).readline, ""))
    process.stdout.close()
    subprocess.run(["curl", "-s", "-H", f"Host: {PLAY.removeprefix('https://')}", f"{address}/one"])

    assert process.wait(120) == 0
    assert "Traceback" not in process.stderr.read()
    process.stderr.close()


@pytest.mark.parametrize("options", [("--json",), ()], ids=" ".join)
def test_standard_output_on_a_full_disk_ends_the_run(options: tuple[str, ...]) -> None:
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            playing(*options),
            env=clean_environment(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )

    assert done.stderr.endswith("lattice: standard output cannot be written: No space left on device.\n")


def test_an_access_log_on_a_full_disk_is_told_once_and_requests_are_served() -> None:
    with playground("--access-log", "/dev/full") as running:
        statuses = [running.get(f"{PLAY}/one")[0] for _ in range(2)]
        told = running.next_event("log", source="access log")["text"]

    assert statuses == [500, 500]
    assert (
        told
        == "--access-log /dev/full cannot be written: No space left on device. This run writes no more records."
    )
    assert sum("access log" in line for line in running.lines) == 1
    assert "Traceback" not in "".join(running.lines)
    assert running.process.returncode == 0


@contextmanager
def killed_if_it_hangs(process: subprocess.Popen[str]) -> Iterator[None]:
    """Leave nothing of a program that does not end: what is left would fail a later test, which has no part in it."""
    with process:
        try:
            yield
        finally:
            process.kill()  # nothing, if it has ended


def test_stopping_while_the_serverless_cli_runs_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\n")
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\necho $$ > {tmp_path}/pid\nexec sleep 60\n")
    slow.chmod(0o755)
    process = subprocess.Popen(
        [BIN / "lattice", "dev", *FREE_PORTS, "--serverless-command", slow],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
    )
    with killed_if_it_hangs(process):
        while not (tmp_path / "pid").exists() or not (tmp_path / "pid").read_text().strip():
            assert process.poll() is None
        process.terminate()
        _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert process.returncode == 0
    assert "Traceback" not in said
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)


GROUP = """\
#!/bin/sh
mkdir .serverless
touch .serverless/theirs
sleep 600 &
echo $! > pid.new
mv pid.new pid
wait
"""


@pytest.mark.parametrize("command", ["dev", "explain"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_all_that_the_serverless_cli_started(
    command: str, number: signal.Signals, tmp_path: Path
) -> None:
    (tmp_path / "serverless.yml").write_text("service: x\n")
    (tmp_path / ".serverless").mkdir()
    (tmp_path / "slow").write_text(GROUP)
    (tmp_path / "slow").chmod(0o755)
    arguments = ["GET", "http://x/"] if command == "explain" else FREE_PORTS
    process = subprocess.Popen(
        [BIN / "lattice", command, *arguments, "--serverless-command", "./slow"],
        cwd=tmp_path,
        env=clean_environment() | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    with killed_if_it_hangs(process):
        while not (tmp_path / "pid").exists():
            assert process.poll() is None
        process.send_signal(number)
        _, said = process.communicate(timeout=PATIENCE_SECONDS)

    assert "Traceback" not in said
    wanted = {"dev": 0, "explain": 130 if number == signal.SIGINT else -number}
    assert process.returncode == wanted[command]
    assert is_ended(int((tmp_path / "pid").read_text()))
    assert {each.name for each in tmp_path.iterdir()} == {"serverless.yml", ".serverless", "slow", "pid"}
    assert list((tmp_path / ".serverless").iterdir()) == []


def is_ended(pid: int) -> bool:
    """Whether a process has ended; one that nobody collects yet has, too."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return done.stdout.strip()[:1] in ("", "Z")
