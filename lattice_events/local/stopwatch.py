"""When the parts of an exchange happened, as the access log counts them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

Clock = Callable[[], float]
"""Seconds of a clock that only goes forward."""


class Durations(NamedTuple):
    """How long an exchange and its parts took, in milliseconds.

    Attributes:
        total_ms: From the request's arrival to the last byte of the answer.
        to_target_ms: From the request's arrival to its last byte sent to the target; 0 if none was.
        from_target_ms: From the first byte of the target's answer to the last one sent to the client.
    """

    total_ms: float
    to_target_ms: float
    from_target_ms: float


class Stopwatch:
    """Runs from the arrival of a request.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/monitoring-access-logs.html
    """

    def __init__(self, clock: Clock) -> None:
        """Start."""
        self._clock = clock
        self._began = clock()
        self._sent: float | None = None
        self._answered: float | None = None

    def sent(self) -> None:
        """Bytes of the request have left for the target; the last time counts."""
        self._sent = self._clock()

    def answered(self) -> None:
        """The target's answer has begun."""
        self._answered = self._clock()

    def read(self) -> Durations:
        """How long all of it took, up to now."""
        now = self._clock()
        return Durations(
            total_ms=(now - self._began) * 1000,
            to_target_ms=0.0 if self._sent is None else (self._sent - self._began) * 1000,
            from_target_ms=0.0 if self._answered is None else (now - self._answered) * 1000,
        )
