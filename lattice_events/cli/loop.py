"""The event loop that a run is on: uvloop's where it is installed, as by the extra ``fast``."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

T = TypeVar("T")

# Of objects that may be garbage, before each look for it. A request makes some dozens that have no cycles, so they
# go by themselves; looking after every 700 of them, as Python does, takes 5 to 9 % of the time of a busy network.
_GARBAGE_THRESHOLD = (20_000, 20, 20)


def run_in_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, as `asyncio.run` does."""
    with _seldom_looking_for_garbage(), asyncio.Runner(loop_factory=loop_factory()) as runner:
        return runner.run(coroutine)


@contextmanager
def _seldom_looking_for_garbage() -> Iterator[None]:
    before = gc.get_threshold()
    gc.set_threshold(*_GARBAGE_THRESHOLD)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the loop; ``None`` for asyncio's own."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
