"""Faults on purpose as plain values: what the API tells of them, and reads."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from lattice_events.errors import ConfigurationError
from lattice_events.local.faults.injector import Injected, Injector
from lattice_events.network.faults import FIELDS, KINDS, find_strangers
from lattice_events.network.model import Network


class FaultsApi:
    """The part of the API that is about faults."""

    def __init__(
        self, faults: Injector, *, network: Callable[[], Network], callers: Callable[[], Collection[str]]
    ) -> None:
        """Keep what is asked about.

        Args:
            faults: Of the run.
            network: That decides now.
            callers: The names of all who may connect.
        """
        self._faults = faults
        self._network = network
        self._callers = callers

    def list(self) -> dict[str, Any]:
        """Every fault, and what a new one may be."""
        return {
            "faults": [self._show(each) for each in self._faults.all],
            "kinds": [
                {"kind": kind, "what": each.what, "has_seconds": each.seconds is not None}
                for kind, each in KINDS.items()
            ],
            "fields": [
                {"name": name, "why": each.why, "must": each.rule.must, "example": each.example}
                for name, each in FIELDS.items()
            ],
            "callers": sorted(self._callers()),
        }

    def add(self, value: Any) -> dict[str, Any]:
        """Add the fault of a mapping, with its ``id`` if it has one.

        Raises:
            ConfigurationError: Something is wrong with it.
        """
        if not isinstance(value, dict):
            raise ConfigurationError('A fault is an object, such as {"kind": "latency", "seconds": 2}.')
        fields = {name: each for name, each in value.items() if name != "id"}
        return self._show(self._faults.add(fields, id_=value.get("id")))

    def remove(self, id_: str) -> dict[str, Any] | None:
        """Take a fault away; ``None`` if there is none of this id."""
        removed = self._faults.remove(id_)
        return self._show(removed) if removed else None

    def clear(self) -> dict[str, Any]:
        """Take every fault away."""
        self._faults.clear()
        return self.list()

    def _show(self, injected: Injected) -> dict[str, Any]:
        """One fault: its fields, how far it is, and what keeps every request from it."""
        fault = injected.fault
        return {
            "id": fault.id,
            **{name: getattr(fault, name) for name in FIELDS},
            "seconds": fault.seconds if KINDS[fault.kind].seconds else None,
            "origin": fault.origin or None,
            "met": injected.progress.met,
            "left": injected.left,
            "notes": find_strangers(fault, self._network(), self._callers()),
        }
