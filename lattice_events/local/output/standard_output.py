"""Write to standard output or standard error, and end the run where that is not possible."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO


def write_text(stream: IO[str] | None, text: str) -> None:
    """Write all of a text now; nothing where the stream was closed when Python began.

    A descriptor is written without the stream's buffer: a thread that waits in there for a reader would hold
    the buffer's lock, and keep Python from ending.
    """
    if stream is None:
        return
    stream.flush()
    try:
        descriptor = stream.fileno()
    except OSError:  # it only lives in memory
        stream.write(text)
        return
    left = memoryview(text.encode(getattr(stream, "encoding", "utf-8"), "backslashreplace"))
    while left:
        try:
            left = left[os.write(descriptor, left) :]
        except BlockingIOError:  # whoever gave us the descriptor made it so
            select.select((), (descriptor,), ())


def warn(text: str) -> None:
    """Say something on standard error, unless nobody reads that either."""
    if sys.stderr is not None and select.select((), (sys.stderr,), (), 0)[1]:
        write_text(sys.stderr, f"lattice: {text}\n")


@contextmanager
def or_end_the_run() -> Iterator[None]:
    """Around what writes to it: whoever read it has left, or its disk is full, so the run ends as by Ctrl-C."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"lattice: standard output cannot be written: {error.strerror}.\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to write goes there
        os.kill(os.getpid(), signal.SIGTERM)
