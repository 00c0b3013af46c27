"""How much memory a child process has had at most, as far as the system tells."""

from __future__ import annotations

import os
import time
from contextlib import suppress

_EVERY_SECONDS = 0.02  # a look costs 40 us, a tenth of a short invocation


class PeakMemory:
    """The most memory that a process has had; asked for after each invocation, and looked at less often."""

    def __init__(self) -> None:
        """Nothing is known before `watch`."""
        self._status: int | None = None
        self._looked = 0.0
        self._mb: int | None = None

    def watch(self, pid: int) -> None:
        """Ask about this process from now on; nothing is known where there is no ``/proc``."""
        with suppress(OSError):
            self._status = os.open(f"/proc/{pid}/status", os.O_RDONLY)

    def close(self) -> None:
        """Ask no more."""
        if self._status is not None:
            os.close(self._status)
            self._status = None

    @property
    def mb(self) -> int | None:
        """In MB; what was seen last of a process that has ended, and ``None`` where the system does not tell."""
        if time.monotonic() - self._looked >= _EVERY_SECONDS:
            self.look()
        return self._mb

    def look(self) -> None:
        """See how much it is now; a process that is about to be killed tells it no more."""
        if self._status is not None:
            self._looked = time.monotonic()
            self._mb = _peak_mb(self._status) or self._mb


def _peak_mb(status: int) -> int | None:
    """The peak of the resident set, rounded up; ``None`` for a process that has ended."""
    try:
        _, _, rest = os.pread(status, 4096, 0).partition(b"VmHWM:")
    except OSError:
        return None
    return -(-int(rest.split()[0]) // 1024) if rest else None
