"""Read what a child process writes, line by line, as soon as it is there."""

from __future__ import annotations

import asyncio
import fcntl
import os
import select
import struct
import termios
from collections.abc import Callable

MAX_LINE_BYTES = 256 * 1024  # a longer line comes in pieces of this size
_CHUNK_BYTES = 16 * 1024  # read a turn, so that a child that never stops writing leaves turns to others


class OutputPipe:
    """A pipe whose write end becomes a child's stdout or stderr."""

    def __init__(self, on_line: Callable[[str], None]) -> None:
        """Open the pipe and read it in the running event loop."""
        self._on_line = on_line
        self._partial = bytearray()
        self._loop = asyncio.get_running_loop()
        self._read_end, self.write_end = os.pipe()
        os.set_blocking(self._read_end, False)
        self._loop.add_reader(self._read_end, self._read_once)
        self.is_open = True

    @property
    def descriptor(self) -> int:
        """Of the read end."""
        return self._read_end

    def close_write_end(self) -> None:
        """Leave the write end to the child."""
        os.close(self.write_end)

    def drain(self) -> None:
        """Read what is in the pipe now, so that it comes before what happens next.

        What the child writes meanwhile can wait; else one that never stops would hold the loop. A
        last line without its line break is given out, too.
        """
        waiting = self._count_waiting()
        while self.is_open and waiting > 0:
            waiting -= self._read_once() or waiting
        self.flush()

    def close(self) -> None:
        """Read the rest and close."""
        self.drain()
        self._finish()

    def _count_waiting(self) -> int:
        """How many bytes are in the pipe."""
        if not self.is_open:
            return 0
        answer = fcntl.ioctl(self._read_end, termios.FIONREAD, struct.pack("i", 0))
        count: int = struct.unpack("i", answer)[0]
        return count

    def _read_once(self) -> int:
        """Read one chunk; how many bytes it had."""
        try:
            chunk = os.read(self._read_end, _CHUNK_BYTES)
        except BlockingIOError:
            return 0
        if not chunk:
            self._finish()
            return 0
        self._partial += chunk
        self._give_out_lines()
        return len(chunk)

    def _give_out_lines(self) -> None:
        *lines, rest = self._partial.split(b"\n")
        self._partial = rest
        for line in lines:
            self._emit(line)
        while len(self._partial) > MAX_LINE_BYTES:
            self._emit(self._partial[:MAX_LINE_BYTES])
            del self._partial[:MAX_LINE_BYTES]

    def flush(self) -> None:
        """Give out a last line without its line break."""
        if self._partial:
            self._emit(self._partial)
            self._partial = bytearray()

    def _finish(self) -> None:
        """Close the pipe."""
        if not self.is_open:
            return
        self.is_open = False
        self._loop.remove_reader(self._read_end)
        os.close(self._read_end)
        self.flush()

    def _emit(self, line: bytearray) -> None:
        # awslambdaric separates the lines of a traceback by carriage returns, so that CloudWatch
        # keeps them in one event.
        for each in line.decode(errors="replace").rstrip("\r").split("\r"):
            self._on_line(each)


class OutputPipes:
    """The pipes of one child, which are drained together: a look at all of them costs one system call."""

    def __init__(self, *pipes: OutputPipe) -> None:
        """Watch open pipes."""
        self._pipes = pipes
        self._by_descriptor = {pipe.descriptor: pipe for pipe in pipes}
        self._filled = select.poll()
        for descriptor in self._by_descriptor:
            self._filled.register(descriptor, select.POLLIN)

    def drain(self) -> None:
        """Read what is in the pipes now."""
        for descriptor, _ in self._filled.poll(0):
            pipe = self._by_descriptor[descriptor]
            pipe.drain()
            if not pipe.is_open:  # its number may soon be another's
                self._filled.unregister(descriptor)
        for pipe in self._pipes:
            pipe.flush()

    def close_write_ends(self) -> None:
        """Leave the write ends to the child."""
        for pipe in self._pipes:
            pipe.close_write_end()

    def close(self) -> None:
        """Read the rest and close."""
        for pipe in self._pipes:
            pipe.close()
