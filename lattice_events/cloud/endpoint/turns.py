"""One request at a time: moto is not made for threads, and a stack is to change at once.

What a request's effects depend on beside itself (time, and what ids are drawn from) belongs to its turn, so
that the same turns in the same order give the same state.
"""

from __future__ import annotations

import datetime
import random
import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a turn starts from."""

    seed: int = field(default_factory=lambda: secrets.randbits(64))
    time: str = field(default_factory=lambda: _iso(datetime.datetime.now(datetime.UTC)))


class Turns:
    """Who is at work; `paused` lets others work while a request waits for a function."""

    def __init__(self, reseed: Callable[[int], None]) -> None:
        """Start; `reseed` is called with what everything is drawn from in the next turn."""
        self._reseed = reseed
        self._lock = threading.Lock()
        self._holder = 0
        self._given = Given()
        self._random = random.Random()  # noqa: S311 - ids are no secrets

    @contextmanager
    def turn(self, given: Given | None = None) -> Iterator[Given]:
        """Work alone."""
        given = given or Given()
        with self._lock:
            self._enter(given)
            try:
                yield given
            finally:
                self._holder = 0

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Let others work, if this thread is at work; what comes after is drawn anew."""
        if self._holder != threading.get_ident():
            yield
            return
        given = replace(self._given, seed=self._given.seed + 1)
        self._holder = 0
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
            self._enter(given)

    def _enter(self, given: Given) -> None:
        self._given = given
        self._holder = threading.get_ident()
        self._random.seed(given.seed)
        self._reseed(given.seed)

    def now(self) -> str:
        """The time of the turn."""
        return self._given.time

    def new_id(self, prefix: str) -> str:
        """An id of VPC Lattice's shape: ``svc-`` and 17 hexadecimal digits."""
        return f"{prefix}-{self._random.getrandbits(68):017x}"


def _iso(moment: datetime.datetime) -> str:
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
