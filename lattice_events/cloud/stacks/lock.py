"""One operation on stacks at a time, but for those that wait for a function."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class StackLock:
    """A lock that its holder may take again, and let go of as a whole."""

    def __init__(self) -> None:
        """Start free."""
        self._lock = threading.Lock()
        self._mine = threading.local()

    def __enter__(self) -> None:
        """Take it, or take it again: a nested stack's operation is inside its parent's."""
        depth = getattr(self._mine, "depth", 0)
        if not depth:
            self._lock.acquire()
        self._mine.depth = depth + 1

    def __exit__(self, *_: object) -> None:
        """Let go of it once."""
        self._mine.depth -= 1
        if not self._mine.depth:
            self._lock.release()

    @contextmanager
    def released(self) -> Iterator[None]:
        """Meanwhile others may take it: a function that a custom resource asks may need them."""
        depth = self._mine.depth
        self._mine.depth = 0
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
            self._mine.depth = depth


LOCK = StackLock()
