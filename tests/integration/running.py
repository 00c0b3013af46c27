"""Run `lattice dev` as a user would, in a process of its own."""

from __future__ import annotations

import fcntl
import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any, Self, TypeVar

BIN = Path(sys.executable).parent
ROOT = Path(__file__).parents[2]
PLUGIN_SAMPLE = ROOT / "examples" / "plugin"
PLAYGROUND = Path(__file__).parent / "playground"
PATIENCE_SECONDS = 120
"""How long a busy machine may take for what takes a second; only something that hangs reaches it."""
FREE_PORTS = ("--port", "0", "--tls-port", "0", "--control-port", "0")


def clean_environment() -> dict[str, str]:
    """The environment without proxies and AWS settings, so that nothing outside plays a part."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }


class Running:
    """A running network; events come in order, each once, and every line that it prints is in `lines`."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._events: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._errors: list[str] = []
        self.lines: list[str] = []
        self._threads = [
            threading.Thread(target=self._read_output, daemon=True),
            threading.Thread(target=self._read_errors, daemon=True),
        ]
        for thread in self._threads:
            thread.start()
        self.ready = self.next_event("ready")

    def _read_output(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.lines.append(line)
            self._events.put(json.loads(line))
        self._events.put(None)

    def _read_errors(self) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            self._errors.append(line)
            self.lines.append(line)

    def next_event(self, kind: str, **fields: Any) -> dict[str, Any]:
        """Wait for the next event of a kind with these fields; what comes before it is dropped."""
        while True:
            event = self._events.get(timeout=PATIENCE_SECONDS)
            if event is None:
                self.process.wait(PATIENCE_SECONDS)
                raise AssertionError(f"lattice dev ended: {''.join(self._errors)}")
            if event["event"] == kind and fields.items() <= event.items():
                return event

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(each for each in self.ready["services"] if each["name"] == name)
        return found

    def curl(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run curl; what it prints is the body, then the status on a line of its own."""
        command = [
            "curl",
            "-sS",
            "--max-time",
            str(PATIENCE_SECONDS // 2),
            "-w",
            "\n%{http_code}",
            *arguments,
        ]
        return subprocess.run(
            command, capture_output=True, text=True, env=clean_environment(), timeout=PATIENCE_SECONDS
        )

    def get(self, url: str, *arguments: str) -> tuple[int, str]:
        """Status and body of a URL through the proxy."""
        proxied = ("--proxy", self.ready["gateway_url"], "--cacert", self.ready["ca_file"])
        done = self.curl(*proxied, *arguments, url)
        body, _, status = done.stdout.rpartition("\n")
        return int(status), body or done.stderr

    def invoke(self, function: str, *arguments: str) -> Any:
        """Invoke a function with the real AWS CLI; the answer is the function's."""
        command = [str(BIN / "aws"), "lambda", "invoke", "--region", "ap-northeast-1"]
        command += ["--endpoint-url", self.ready["control_url"], "--function-name", function, *arguments]
        environment = clean_environment() | {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "y"}
        done = subprocess.run(
            [*command, "/dev/stdout"],
            capture_output=True,
            text=True,
            env=environment,
            timeout=PATIENCE_SECONDS,
        )
        return json.JSONDecoder().raw_decode(done.stdout)[0] if done.stdout else done.stderr

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(PATIENCE_SECONDS)
        for thread in self._threads:
            thread.join(PATIENCE_SECONDS)
        assert self.process.stdout
        assert self.process.stderr
        self.process.stdout.close()
        self.process.stderr.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


@contextmanager
def alone() -> Iterator[None]:
    """Be the only test that runs the Serverless CLI: it works in .serverless of the folder, and in one cache."""
    with open(Path(tempfile.gettempdir()) / f"lattice-events-tests-{os.getuid()}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _packages(arguments: Sequence[str | Path], cwd: Path) -> bool:
    """Whether a command reads the folder's serverless.yml through the Serverless CLI."""
    is_named = "--package" in arguments or any(isinstance(each, Path) for each in arguments[:1])
    return not is_named and (cwd / "serverless.yml").exists()


def package_sample(
    target: Path, *, folder: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """`osls package` with no AWS setting and no credentials."""
    environment = {**clean_environment(), "AWS_EC2_METADATA_DISABLED": "true", "CI": "1", **variables}
    environment.pop("XDG_CACHE_HOME", None)  # pip and npm keep their own
    with alone():
        return subprocess.run(
            [ROOT / "node_modules" / ".bin" / "osls", "package", "--package", target],
            cwd=folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=3 * PATIENCE_SECONDS,
        )


@contextmanager
def lattice_dev(*arguments: str | Path, cwd: Path = ROOT, **variables: str) -> Iterator[Running]:
    """`lattice dev` on free ports, with further environment variables."""
    command = ["dev", "--json", *FREE_PORTS, *arguments]
    lock = alone() if _packages(arguments, cwd) else nullcontext()
    with lattice(command, Running, cwd=cwd, variables=variables, starting=lock) as running:
        yield running


Runs = TypeVar("Runs", bound=Running)


@contextmanager
def lattice(
    command: Sequence[str | Path],
    kind: type[Runs],
    *,
    cwd: Path = ROOT,
    variables: Mapping[str, str],
    starting: AbstractContextManager[None] | None = None,
) -> Iterator[Runs]:
    """A command that runs until it is stopped; it starts in a context of its own."""
    with starting or nullcontext():
        process = subprocess.Popen(
            [BIN / "lattice", *command],
            cwd=cwd,
            env=clean_environment() | dict(variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            running = kind(process)
        except BaseException:
            process.kill()
            raise
    try:
        with running:
            yield running
    finally:
        if process.poll() is None:
            process.kill()


@contextmanager
def playground(
    *arguments: str | Path, parts: Sequence[str] = ("template.yaml",), python_path: str = ""
) -> Iterator[Running]:
    """The network of tests/integration/playground, without the Serverless CLI."""
    template = (PLAYGROUND / "template.yaml").read_text()
    names = [
        line.strip().rstrip(":")
        for line in template.splitlines()
        if line.startswith("  ") and line.strip().endswith("Function:")
    ]
    code = [f"--code={name}={PLAYGROUND / 'code'}" for name in names]
    with lattice_dev(
        *(PLAYGROUND / part for part in parts), *code, *arguments, PYTHONPATH=python_path
    ) as running:
        yield running


def refused(*arguments: str | Path, cwd: Path = ROOT) -> str:
    """What `lattice dev` says when it does not start; its exit status must be 2."""
    return refusal_of("dev", *FREE_PORTS, *arguments, cwd=cwd)


def refusal_of(*command: str | Path, cwd: Path = ROOT) -> str:
    """What a command says that does not start; its exit status must be 2."""
    done = subprocess.run(
        [BIN / "lattice", *command],
        cwd=cwd,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    return done.stderr


def children_of(pid: int) -> set[int]:
    """Every process below one."""
    table = subprocess.run(["ps", "-e", "-o", "pid=,ppid="], capture_output=True, text=True).stdout
    parents = {int(pid): int(parent) for pid, parent in (line.split() for line in table.splitlines())}
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def is_alive(pid: int) -> bool:
    """Whether a process runs (a zombie, which its new parent has not collected yet, does not)."""
    done = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True)
    return bool(done.stdout.strip()) and not done.stdout.strip().startswith("Z")


def left_of(processes: set[int]) -> list[int]:
    """Those that do not end, though they are given time to."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while any(map(is_alive, processes)) and time.monotonic() < deadline:
        pass
    return [each for each in processes if is_alive(each)]


def leaves_nothing(running: Running, number: signal.Signals) -> None:
    """Stop a run that has a function and a pod, and see all of it go."""
    children = children_of(running.process.pid)
    assert len(children) >= 3  # a function, the guard and the pod
    running.process.send_signal(number)
    status = running.process.wait(PATIENCE_SECONDS)

    assert left_of(children) == []
    assert status == (-9 if number == signal.SIGKILL else 0)
