"""Whether a shell has a terminal for itself, or for this process."""

from __future__ import annotations

import os


def is_in_foreground(descriptor: int) -> bool:
    """Whether a descriptor is of the terminal that controls this process, which may read from it now."""
    return _group(descriptor) == os.getpgrp()


def is_in_background(descriptor: int) -> bool:
    """Whether a shell has put this process aside, and has that terminal for itself."""
    return _group(descriptor) not in (None, os.getpgrp())


def _group(descriptor: int) -> int | None:
    """The processes in the foreground of a terminal; ``None`` for one that does not control this process."""
    try:
        return os.tcgetpgrp(descriptor)
    except OSError:  # or it has gone
        return None
