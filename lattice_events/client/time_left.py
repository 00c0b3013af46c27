"""How much time a call has: what the invocation has left, or what the caller allows."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from lattice_events.context import current_invocation
from lattice_events.errors import ConfigurationError

MARGIN_SECONDS = 0.25
"""What a call leaves of an invocation's time, for the handler to answer its own caller."""

LONGEST_SECONDS = 1_000_000.0
"""A socket takes no timeout of more than 24 days."""

_ends_at: ContextVar[float] = ContextVar("lattice_events_deadline", default=math.inf)

SecondsLeft = Callable[[], float]


@contextmanager
def deadline(limit: Any) -> Iterator[None]:
    """Bound every call inside the ``with`` block.

    Args:
        limit: A Lambda context, whose remaining time less `MARGIN_SECONDS` is the bound, or seconds.

    Raises:
        ConfigurationError: It is neither.
    """
    ask = getattr(limit, "get_remaining_time_in_millis", None)
    seconds = _seconds_of_context(ask) if callable(ask) else _number(limit)
    if seconds is None:
        raise ConfigurationError(
            f"deadline takes the context of a Lambda function, or seconds, not {type(limit).__name__}."
            " In tests, FakeLambdaContext(remaining_ms=…) is such a context."
        )
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def start_clock(deadline_seconds: float | None = None) -> SecondsLeft:
    """Start the time of one call: of the invocation being served, of `deadline` and of the caller the least.

    Returns:
        A function that tells the seconds left: infinite when nothing bounds them, below zero when
        they are over.
    """
    now = time.monotonic()
    ends_at = _ends_at.get()
    invocation = current_invocation.get()
    if invocation is not None and callable(invocation.remaining_ms):
        seconds = _seconds_of_context(invocation.remaining_ms)
        ends_at = ends_at if seconds is None else min(ends_at, now + seconds)
    if deadline_seconds is not None:
        ends_at = min(ends_at, now + deadline_seconds)
    return lambda: ends_at - time.monotonic()


def _seconds_of_context(ask: Callable[[], object]) -> float | None:
    """What an invocation has left for calls; ``None`` if the context is a mock, which tells no number."""
    milliseconds = _number(ask())
    return None if milliseconds is None else milliseconds / 1000 - MARGIN_SECONDS


def _number(value: object) -> float | None:
    """A number, or ``None`` for what is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value):
        return None
    return float(value)
