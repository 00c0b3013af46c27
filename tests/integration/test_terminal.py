"""`lattice dev` on a real terminal: its keys, the shell it came from, and how everything is left."""

from __future__ import annotations

import http.client
import os
import shlex
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.integration.on_terminal import Terminal, terminal
from tests.integration.running import BIN, FREE_PORTS

TEMPLATE = """\
Resources:
  ShopFunction:
    Type: AWS::Lambda::Function
    Properties: {FunctionName: shop, Handler: app.shop, Runtime: python3.11, Role: "arn:aws:iam::123456789012:role/shop"}
  Service: {Type: AWS::VpcLattice::Service, Properties: {Name: shop}}
  Group:
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Name: shop, Type: LAMBDA, Targets: [{Id: !GetAtt ShopFunction.Arn}]}
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref Group}]}}
"""
CODE = """\
def shop(event, context):
    print("served", event["raw_path"])
    return {"statusCode": 200, "body": "tea"}
"""
HINT = r"r reload   o open the inspector   c clear   q quit   \? keys"
PROMPT = "shell> "


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(CODE)
    # A browser that writes down how it was started.
    browser = folder / "browser"
    browser.write_text(
        f'#!/bin/sh\ncd {folder}\nps -e -ww -o args= > commands\necho "$1" > url\ntouch done\n'
    )
    browser.chmod(0o755)
    return folder


@contextmanager
def a_shell(project: Path) -> Iterator[Terminal]:
    """A shell with job control, as people have one."""
    runs = project.parent / f"{project.name}-runs"  # not in the code, or each run would be a change of it
    runs.mkdir(exist_ok=True)
    variables = {"PS1": PROMPT, "XDG_RUNTIME_DIR": str(runs), "BROWSER": str(project / "browser")}
    with terminal("bash", "--norc", "--noediting", "-i", cwd=project, variables=variables) as made:
        made.until(PROMPT)
        yield made


@pytest.fixture
def shell(project: Path) -> Iterator[Terminal]:
    with a_shell(project) as made:
        yield made


class Run:
    """A run on a terminal, which every test leaves as it found it."""

    def __init__(self, shell: Terminal) -> None:
        self.terminal = shell
        self.url = start(shell)
        shell.until(HINT)
        shell.waits_for_echo(False)

    def ask(self, path: str, shown: str) -> None:
        """Send a request, and wait for what is shown of it."""
        parts = urlsplit(self.url)
        assert status_of(parts.port, path, {"Host": parts.netloc})[0] == 200
        self.terminal.until(shown)

    def press(self, key: str, shown: str) -> None:
        self.terminal.type(key)
        self.terminal.until(shown)


@pytest.fixture(scope="module")
def run(project: Path) -> Iterator[Run]:
    with a_shell(project) as shell:
        yield Run(shell)


def start(shell: Terminal, *arguments: str, after: str = "") -> str:
    """Start `lattice dev` from the shell; the URL of the service."""
    command = shlex.join([str(BIN / "lattice"), "dev", *FREE_PORTS, "--code=ShopFunction=.", *arguments])
    shell.type(f"{command} {after}\n")
    url = shell.until(r"curl (http://shop\.localhost:\d+)/")[1]
    shell.until("Ctrl-C stops it")
    return url


def status_of(port: int | None, path: str, headers: dict[str, str]) -> tuple[int, str, str | None]:
    """Status, body and Location of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("location")
    finally:
        connection.close()


def many(url: str, path: str, count: int) -> subprocess.Popen[str]:
    """Many requests over one connection; what is printed is their statuses."""
    ask = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}\n", f"{url}/{path}/[1-{count}]"]
    return subprocess.Popen(ask, stdout=subprocess.PIPE, text=True)


def statuses(asking: subprocess.Popen[str]) -> list[str]:
    return asking.communicate(timeout=300)[0].split()


def does(shell: Terminal, factor: int) -> None:
    """See that the shell has what is typed."""
    shell.type(f"echo $((6*{factor}))\n")
    shell.until(rf"\b{6 * factor}\r")


# ── before it is up ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("command", "status"), [(("dev", *FREE_PORTS), 0), (("explain", "shop/"), 130)], ids=["dev", "explain"]
)
def test_it_is_shown_what_takes_its_time_and_ctrl_c_leaves_nothing_of_it(
    shell: Terminal, tmp_path: Path, command: tuple[str, ...], status: int
) -> None:
    os.mkfifo(tmp_path / "never")
    slow = tmp_path / "slow"
    slow.write_text(f"#!/bin/sh\nexec cat {tmp_path}/never\n")
    slow.chmod(0o755)
    (tmp_path / "serverless.yml").write_text("service: shop\nprovider: {name: aws}\n")
    words = [str(BIN / "lattice"), *command, str(tmp_path), "--serverless-command", str(slow)]
    shell.resize(250)  # the path of the folder is long
    shell.type(f"{shlex.join(words)}\n")

    shell.until("Reading the configuration …")
    shell.until(r"Packaging \S*serverless.yml with the Serverless CLI …")
    shell.until("Serverless CLI … +1 s")
    shell.type("\x03")
    shell.until(PROMPT)
    shell.type("echo status $?\n")
    shell.until(rf"status {status}\r")
    assert shell.shown.rindex("\x1b[?25h") > shell.shown.rindex("\x1b[?25l")  # the cursor
    assert shell.shown.rindex("\x1b[2K") > shell.shown.rindex("Packaging")


# ── while it is up ────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("key", ["?", "h", "H", "c"])
def test_a_key_says_which_keys_there_are(run: Run, key: str) -> None:
    run.press(key, HINT)

    assert key != "c" or "\x1b[2J\x1b[H" in run.terminal.shown


def test_r_reloads(run: Run) -> None:
    run.press("r", "Reading everything again …")
    run.terminal.until("Reloaded: everything")


def test_lines_fit_the_window_also_after_it_was_made_smaller(run: Run) -> None:
    run.ask("/tea", r"GET    shop/tea {22} 200 default → shop +\d+ ms( cold)?\r\n       │ served /tea")
    run.terminal.resize(40)
    run.ask("/tea", r"GET    shop/tea\r\n       200 default → shop \d+ ms")
    run.terminal.resize(120)


def test_what_is_pasted_is_no_key(run: Run) -> None:
    run.terminal.type("quit, please")
    run.ask("/on", "shop/on")
    for arrow in ("\x1b[A", "\x1bOP", "\x04"):
        run.terminal.type(arrow)
        run.ask("/on", "shop/on")


def test_a_key_does_something_under_load(run: Run) -> None:
    asking = many(run.url, "load", 1000)
    run.terminal.until("shop/load/10 ")
    run.press("?", HINT)

    assert asking.poll() is None
    run.terminal.until("shop/load/1000 ")
    assert statuses(asking) == ["200"] * 1000


def test_a_terminal_that_shows_nothing_holds_nothing_up(run: Run) -> None:
    run.terminal.type("\x13")  # Ctrl-S
    assert statuses(many(run.url, "long" * 50, 200)) == ["200"] * 200  # more than a terminal takes
    run.terminal.type("\x11")  # Ctrl-Q
    run.terminal.until("longlong/200")


def test_a_run_that_is_stopped_or_in_the_background_leaves_the_terminal_to_the_shell(run: Run) -> None:
    shell = run.terminal
    run.press("\x1a", "Stopped")
    shell.waits_for_echo(True)
    does(shell, 7)
    run.press("bg\n", "lattice dev.*&")
    run.ask("/behind", "shop/behind")
    does(shell, 8)
    run.press("q\n", "q: command not found")

    shell.type("fg\n")
    shell.waits_for_echo(False)
    run.press("?", HINT)


def test_o_opens_the_inspector_by_a_link_that_is_good_once(run: Run, project: Path) -> None:
    token = run.terminal.shown.split("#token=")[1].split("\r")[0]
    run.press("o", "Opening the inspector")
    while not (project / "done").exists():
        run.press("?", HINT)
    link = urlsplit((project / "url").read_text().strip())
    commands = (project / "commands").read_text()

    assert link.path in commands
    assert token not in commands
    for headers, status, says in (
        ({"Sec-Fetch-Site": "cross-site"}, 403, "cross-site"),
        ({"Host": "evil.example"}, 403, "loopback"),
        ({}, 303, ""),
        ({}, 403, "good once"),
    ):
        given = status_of(link.port, link.path, headers)
        assert (given[0], says in given[1]) == (status, True)
        assert given[2] == (f"/#token={token}" if status == 303 else None)


# ── how it begins and ends ────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("end", "status"), [("\x03", 0), ("\x1c", 131), ("\x13q", 0)], ids=["Ctrl-C", "Ctrl-\\", "Ctrl-S q"]
)
def test_the_terminal_is_left_as_it_was(shell: Terminal, end: str, status: int) -> None:
    url = Run(shell).url
    if end.startswith("\x13"):
        shell.type(end[0])
        assert statuses(many(url, "long" * 50, 200)) == ["200"] * 200
    shell.type(end[-1])
    shell.waits_for_echo(True)
    shell.type("\x11")

    shell.until(PROMPT)
    shell.type("echo status $?\n")
    shell.until(rf"status {status}\r")


def test_a_run_that_begins_in_the_background_has_keys_when_it_is_brought_forward(shell: Terminal) -> None:
    start(shell, after="&")
    does(shell, 7)
    assert shell.has_echo
    assert "q quit" not in shell.shown

    shell.type("fg\n")
    shell.waits_for_echo(False)
    shell.type("q")
    shell.until(PROMPT)
    shell.waits_for_echo(True)
    shell.type("echo status $?\n")
    shell.until(r"status 0\r")


@pytest.mark.parametrize("more", ["--json", "| cat"])
def test_where_nobody_sees_what_is_printed_there_are_no_keys(shell: Terminal, more: str) -> None:
    shell.type(f"{BIN / 'lattice'} dev {' '.join(FREE_PORTS)} --code=ShopFunction=. {more}\n")
    shell.until("control_url|Ctrl-C stops it")

    assert shell.has_echo
    assert "q quit" not in shell.shown
    shell.type("\x03")
    shell.until(PROMPT)
