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
    remaining = getattr(limit, "get_remaining_time_in_millis", None)
    if remaining is None and not isinstance(limit, (int, float)):
        raise ConfigurationError(
            f"deadline takes the context of a Lambda function, or seconds, not {type(limit).__name__}."
        )
    seconds = float(limit) if remaining is None else remaining() / 1000 - MARGIN_SECONDS
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
    if invocation is not None and invocation.remaining_ms is not None:
        ends_at = min(ends_at, now + invocation.remaining_ms() / 1000 - MARGIN_SECONDS)
    if deadline_seconds is not None:
        ends_at = min(ends_at, now + deadline_seconds)
    return lambda: ends_at - time.monotonic()
