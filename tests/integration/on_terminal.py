"""Run a program on a terminal of its own: what it prints, and what is typed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.integration.running import PATIENCE_SECONDS, clean_environment

LOCAL_MODES = 3
_CODE = re.compile(r"\x1b\[[0-9;?]*[a-zA-Z]")
_HALF_A_CODE = re.compile(r"\x1b(\[[0-9;?]*)?$")


class Terminal:
    """A terminal that a program runs on; `pid` leads its session."""

    def __init__(self, pid: int, master: int) -> None:
        self.pid, self._master = pid, master
        self.shown = ""  # all of it
        self._plain = ""  # without colours
        self._half = ""  # of a colour's code
        self._read = 0  # up to where `until` has got in that

    def type(self, text: str) -> None:
        """Press keys."""
        os.write(self._master, text.encode())

    def until(self, pattern: str) -> re.Match[str]:
        """Wait for something to be printed after what was waited for before; colours are left out."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            found = re.compile(pattern).search(self._plain, self._read)
            if found:
                self._read = found.end()
                return found
            is_more = self._take(max(0, deadline - time.monotonic()))
            assert is_more, f"no {pattern!r} in {self.shown[-3000:]!r}"

    def rest(self) -> str:
        """What is printed until the program has ended."""
        begin = len(self.shown)
        while self._take(PATIENCE_SECONDS):
            pass
        return self.shown[begin:]

    def _take(self, seconds: float) -> bool:
        """Read a piece; whether there was one."""
        if not select.select([self._master], [], [], seconds)[0]:
            return False
        try:
            piece = os.read(self._master, 65536)
        except OSError:  # nobody has it open any more
            return False
        text = piece.decode(errors="replace")
        self.shown += text
        whole = _HALF_A_CODE.sub("", self._half + text)
        self._half = (self._half + text)[len(whole) :]
        self._plain += _CODE.sub("", whole)
        return bool(piece)

    def resize(self, columns: int, rows: int = 40) -> None:
        """Make the window another size."""
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    @property
    def has_echo(self) -> bool:
        """Whether keys are shown and come by the line, as a shell leaves it."""
        modes = termios.tcgetattr(self._master)[LOCAL_MODES]
        assert bool(modes & termios.ECHO) == bool(modes & termios.ICANON)
        return bool(modes & termios.ECHO)

    def waits_for_echo(self, expected: bool) -> None:
        """Wait for the terminal to be as a shell leaves it, or not."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.has_echo != expected:
            assert time.monotonic() < deadline
            self._take(0.01)

    def ended(self) -> int:
        """Wait for the end; the exit status, or minus the signal."""
        self.rest()
        _, status = os.waitpid(self.pid, 0)
        self.pid = 0
        return os.waitstatus_to_exitcode(status)

    def close(self) -> None:
        if self.pid:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
        os.close(self._master)


@contextmanager
def terminal(
    *command: str | Path,
    columns: int = 120,
    cwd: Path | None = None,
    variables: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """Run a program that leads a session on a terminal."""
    environment = {**clean_environment(), "TERM": "xterm-256color", **(variables or {})}
    for size in ("COLUMNS", "LINES"):  # of the test run, where it is parallel; a terminal says its own
        environment.pop(size, None)
    pid, master = pty.fork()
    if pid == 0:
        _become(list(map(str, command)), environment, cwd)
    made = Terminal(pid, master)
    try:
        made.resize(columns)
        yield made
    finally:
        made.close()


def _become(command: Sequence[str], environment: Mapping[str, str], cwd: Path | None) -> None:
    try:
        if cwd:
            os.chdir(cwd)
        os.execvpe(command[0], list(command), dict(environment))
    finally:
        os._exit(127)
