"""Read what a child process writes, line by line, as soon as it is there."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable

MAX_LINE_BYTES = 256 * 1024
_CHUNK_BYTES = 64 * 1024
_MAX_DRAIN_BYTES = 16 * 1024 * 1024  # a child that never stops writing must not hold the loop


class OutputPipe:
    """A pipe whose write end becomes a child's stdout or stderr."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        """Open the pipe and read it in the running event loop."""
        self._on_line = on_line
        self._partial = b""
        self._loop = asyncio.get_running_loop()
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop.add_reader(self._read_end, self._read_once)
        self._is_open = True

    def close_write_end(self) -> None:
        """Leave the write end to the child."""
        os.close(self.write_end)

    def drain(self) -> None:
        """Read whatever is in the pipe now, so that it comes before what happens next."""
        taken = 0
        while self._is_open and taken < _MAX_DRAIN_BYTES:
            count = self._read_once()
            if count == 0:
                return
            taken += count

    def close(self) -> None:
        """Read the rest and close."""
        self.drain()
        self._finish()

    def _read_once(self) -> int:
        """Read one chunk; how many bytes it had."""
        try:
            chunk = os.read(self._read_end, _CHUNK_BYTES)
        except BlockingIOError:
            return 0
        if not chunk:
            self._finish()
            return 0
        *lines, rest = (self._partial + chunk).split(b"\n")
        if len(rest) > MAX_LINE_BYTES:
            lines, rest = [*lines, rest], b""
        self._partial = rest
        for line in lines:
            self._emit(line)
        return len(chunk)

    def _finish(self) -> None:
        """Give out the last line, even without its line break, and close the pipe."""
        if not self._is_open:
            return
        self._is_open = False
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)
        if self._partial:
            self._emit(self._partial)
            self._partial = b""

    def _emit(self, line: bytes) -> None:
        self._on_line(line[:MAX_LINE_BYTES].decode(errors="replace").rstrip("\r"))
