"""Start a server, wait until it answers, and read what it costs from /proc."""

from __future__ import annotations

import fcntl
import os
import pty
import socket
import struct
import subprocess
import termios
import threading
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / ".bench"
"""Where peers are installed and logs are written; git does not see it."""
PATIENCE_SECONDS = 60
_TICK_SECONDS = 1 / os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """Something did not run; what it says is for the user."""


@dataclass(frozen=True, kw_only=True)
class Address:
    """Where a server is asked: a port on loopback, a path, and the Host that it knows."""

    port: int
    path: str = "/"
    host: str = "127.0.0.1"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.path}"


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def clean_environment() -> dict[str, str]:
    """Neither proxies nor AWS settings of this shell."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }


def log_of(name: str) -> Path:
    """What a server has printed."""
    return FOLDER / f"{name.replace(' ', '-').replace(',', '')}.log"


@contextmanager
def running(
    name: str,
    command: Sequence[str | Path],
    *,
    cwd: Path = ROOT,
    environment: dict[str, str] | None = None,
    on_terminal: bool = False,
) -> Iterator[subprocess.Popen[bytes]]:
    """A process that ends with the block; what it prints is in a file of `.bench`."""
    FOLDER.mkdir(exist_ok=True)
    with log_of(name).open("wb") as file, _terminal(file) if on_terminal else nullcontext(file) as output:
        process = subprocess.Popen(
            command, cwd=cwd, env=clean_environment() | (environment or {}), stdout=output, stderr=output
        )
        try:
            yield process
        finally:
            _end(process)


@contextmanager
def _terminal(file: BinaryIO) -> Iterator[int]:
    """A terminal whose text is copied into a file."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 200, 0, 0))

    def copy() -> None:
        try:
            while text := os.read(ours, 65536):
                file.write(text)
                file.flush()
        except OSError:
            return  # nobody has the terminal any more

    thread = threading.Thread(target=copy, daemon=True)
    thread.start()
    yield theirs
    os.close(theirs)
    thread.join(10)
    os.close(ours)


def _end(process: subprocess.Popen[bytes]) -> None:
    left = family(process.pid)
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for pid in left:  # what a server forgot
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue


def wait_until_it_answers(name: str, address: Address, process: subprocess.Popen[bytes]) -> None:
    """Ask until the status is 200.

    Raises:
        BenchError: It ended, or it does not answer in time.
    """
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(address.url, headers={"Host": address.host})
    said: object = None
    for _ in range(PATIENCE_SECONDS * 10):
        if process.poll() is not None:
            break
        try:
            with opener.open(request, timeout=10):
                return
        except OSError as error:  # an HTTPError, too
            said = error
            time.sleep(0.1)
    raise BenchError(f"{name} does not answer at {address.url}: {said}. Its output is in {log_of(name)}.")


def family(pid: int) -> list[int]:
    """The processes below a process."""
    found = []
    for thread in _listed(f"/proc/{pid}/task"):
        for child in _read(f"/proc/{pid}/task/{thread}/children").split():
            found += [int(child), *family(int(child))]
    return found


def cpu_seconds(*pids: int) -> float:
    """User and system time of processes; those that have gone count nothing."""
    return sum(_ticks(pid) for pid in pids) * _TICK_SECONDS


def memory_bytes(pid: int, field: str = "VmRSS") -> int:
    """Resident memory of a process, or its peak (`VmHWM`)."""
    for line in _read(f"/proc/{pid}/status").splitlines():
        if line.startswith(field):
            return int(line.split()[1]) * 1024
    return 0


def _ticks(pid: int) -> int:
    fields = _read(f"/proc/{pid}/stat").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12]) if fields else 0


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _listed(path: str) -> list[str]:
    try:
        return os.listdir(path)
    except OSError:
        return []
