"""Keeps the faults of a run, draws for them, and says which of them a request meets."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from lattice_events.errors import ConfigurationError
from lattice_events.network.faults import (
    Asked,
    Candidate,
    Fault,
    Progress,
    find_fitting,
    fits_invocation,
    parse_fault,
    strike,
)

MAX_FAULTS = 100
"""At once: each costs a little of every request."""


@dataclass(slots=True, eq=False)
class Injected:
    """A fault of a run.

    Attributes:
        fault: What it is.
        is_live: Whether it was added while the run was up, and no settings say it.
        progress: How far it is.
    """

    fault: Fault
    is_live: bool = False
    progress: Progress = field(default_factory=Progress)
    _draws: Random = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Begin the sequence of its draws."""
        self._draws = Random(self.fault.seed)  # noqa: S311 - it is to be the same again, and guards nothing

    @property
    def left(self) -> int | None:
        """How many more requests meet it; ``None`` where there is no end."""
        return None if self.fault.count is None else self.fault.count - self.progress.met

    def candidate(self) -> Candidate:
        """It, with the next draw."""
        return Candidate(self.fault, self.progress, self._draws.random())


class Injector:
    """The faults of a run; requests meet them on its event loop, and any thread may change them.

    Attributes:
        active: Those that are not over. While there is none, a request costs nothing more than this truth test.
        revision: Counts changes.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start without a fault.

        Args:
            clock: Seconds that only go forward.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._all: dict[str, Injected] = {}
        self._of_settings: Mapping[str, Fault] = {}
        self.active: Sequence[Fault] = ()
        self.revision = 0

    # ── changing ──────────────────────────────────────────────────────────────────────────────

    def apply(self, faults: Iterable[Fault]) -> list[Fault]:
        """Have the faults that settings say now.

        One that they said before, word for word, stays as it is, even if it was removed since. So do all that were
        added live.

        Returns:
            Those that are left out, since a live one has their id.
        """
        said = {fault.id: fault for fault in faults}
        with self._lock:
            before = self._of_settings
            live = {id_ for id_, each in self._all.items() if each.is_live}
            taken = {id_: each for id_, each in said.items() if id_ not in live or before.get(id_) == each}
            self._of_settings = taken  # one that is left out counts as new as soon as the live one is gone
            if taken != before:
                for id_ in before.keys() - taken.keys() - live:
                    self._all.pop(id_, None)
                for id_, fault in taken.items():
                    if before.get(id_) != fault:
                        self._all[id_] = Injected(fault)
                self._changed()
        return [fault for id_, fault in said.items() if id_ not in taken]

    def add(self, value: Mapping[str, Any], *, id_: object = None) -> Injected:
        """Add a fault live.

        Args:
            value: Its fields.
            id_: What to call it; without one, ``KIND-1`` and so on.

        Raises:
            ConfigurationError: Something is wrong with it, there is one of this id, or there are too many.
        """
        with self._lock:
            kind = value.get("kind")
            ids = (f"{kind if isinstance(kind, str) and kind else 'fault'}-{number}" for number in count(1))
            fault = parse_fault(
                next(each for each in ids if each not in self._all) if id_ is None else id_, value
            )
            if fault.id in self._all:
                raise ConfigurationError(
                    f"There is a fault {fault.id} already: remove it first, or choose another id."
                )
            if len(self._all) >= MAX_FAULTS:
                raise ConfigurationError(f"There are {MAX_FAULTS} faults: remove some first.")
            injected = self._all[fault.id] = Injected(fault, is_live=True)
            self._changed()
        return injected

    def remove(self, id_: str) -> Injected | None:
        """Take a fault away; ``None`` if there is none of this id."""
        with self._lock:
            injected = self._all.pop(id_, None)
            if injected:
                self._changed()
        return injected

    def clear(self) -> None:
        """Take every fault away."""
        with self._lock:
            self._all.clear()
            self._changed()

    def _changed(self) -> None:
        self.active = tuple(each.fault for each in self._all.values() if each.left != 0)
        self.revision += 1

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    @property
    def all(self) -> list[Injected]:
        """Every fault, those that are over among them, in the order in which they came."""
        with self._lock:
            return list(self._all.values())

    # ── meeting ───────────────────────────────────────────────────────────────────────────────

    def meet(self, asked: Asked) -> tuple[Fault, ...]:
        """The faults that a request meets, in the order in which they act."""
        return self._strike(find_fitting(self.active, asked))

    def throttle(self, function: str) -> tuple[Fault, ...]:
        """The fault that throttles an invocation through Lambda's own API; none where it is not throttled.

        Args:
            function: Its name, without a qualifier.
        """
        return self._strike([each for each in self.active if fits_invocation(each, function)])

    def _strike(self, fitting: Sequence[Fault]) -> tuple[Fault, ...]:
        if not fitting:
            return ()
        with self._lock:
            known = [each for fault in fitting if (each := self._all.get(fault.id)) and each.fault is fault]
            struck = strike([each.candidate() for each in known], self._clock())
            for fault, progress in struck:
                self._all[fault.id].progress = progress
            if any(self._all[fault.id].left == 0 for fault, _ in struck):
                self._changed()
        return tuple(fault for fault, _ in struck)
