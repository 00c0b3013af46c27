"""What becomes of a run whose standard output cannot be written."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def or_end_the_run() -> Iterator[None]:
    """Around what writes to it: whoever read it has left, or its disk is full, so the run ends as by Ctrl-C."""
    try:
        yield
    except OSError as error:
        if not isinstance(error, BrokenPipeError):
            sys.stderr.write(f"lattice: standard output cannot be written: {error.strerror}.\n")
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes there
        signal.raise_signal(signal.SIGTERM)
