"""A timer that is set anew for every request or invocation, at the cost of an assignment."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Alarm:
    """Rings when its time has come; the loop's own timer stays, and goes on when it fires too early."""

    def __init__(self, ring: Callable[[], None]) -> None:
        """Prepare; `set` sets it."""
        self._ring = ring
        self._loop = asyncio.get_running_loop()
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, seconds: float) -> None:
        """Ring in so many seconds, and not when it was to ring before."""
        self._at = at = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > at:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(at, self._wake)

    def clear(self) -> None:
        """Do not ring."""
        self._at = None

    def close(self) -> None:
        """Never ring again, and leave nothing with the loop, nor a circle of references for the collector."""
        self._at = None
        self._ring = _nobody
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        self._timer = None
        if self._at is None:
            return
        if self._loop.time() < self._at:
            self._timer = self._loop.call_at(self._at, self._wake)
            return
        self._at = None
        self._ring()


def _nobody() -> None:
    """Whom an alarm calls that is closed."""
