"""A fault of a network for tests."""

from __future__ import annotations

from typing import Self

from lattice_events.local.faults.injector import Injected, Injector


class InjectedFault:
    """A fault that requests meet, until it is removed: by `remove`, or at the end of a ``with`` block."""

    def __init__(self, faults: Injector, injected: Injected) -> None:
        """Hold what `LatticeNetwork.fault` added."""
        self._faults = faults
        self._injected = injected

    def __enter__(self) -> Self:
        """It is there already."""
        return self

    def __exit__(self, *_: object) -> None:
        """Remove it."""
        self.remove()

    @property
    def id(self) -> str:
        """What it is called."""
        return self._injected.fault.id

    @property
    def met(self) -> int:
        """How many requests have met it."""
        return self._injected.progress.met

    def remove(self) -> None:
        """Let no further request meet it."""
        if self._injected in self._faults.all:
            self._faults.remove(self.id)
