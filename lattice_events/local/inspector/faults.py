"""Faults on purpose as plain values: what the API tells of them, and reads."""

from __future__ import annotations

from typing import Any

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.faults.injector import Injected, Injector
from lattice_events.network.faults import FIELDS, KINDS


def list_faults(faults: Injector) -> dict[str, Any]:
    """Every fault, and what a new one may be."""
    return {
        "faults": [show_fault(each) for each in faults.all],
        "kinds": [
            {"kind": kind, "what": each.what, "has_seconds": each.seconds is not None}
            for kind, each in KINDS.items()
        ],
        "fields": [
            {"name": name, "why": each.why, "must": each.rule.must, "example": each.example}
            for name, each in FIELDS.items()
        ],
    }


def show_fault(injected: Injected) -> dict[str, Any]:
    """One fault: its fields, and how far it is."""
    fault = injected.fault
    seconds = fault.seconds if KINDS[fault.kind].seconds else None
    return {
        "id": fault.id,
        **{name: getattr(fault, name) for name in FIELDS},
        "seconds": seconds,
        "origin": fault.origin or None,
        "met": injected.progress.met,
        "left": injected.left,
    }


def add_fault(faults: Injector, value: Any) -> dict[str, Any]:
    """Add the fault of a mapping, with its ``id`` if it has one.

    Raises:
        ConfigurationError: Something is wrong with it.
    """
    if not isinstance(value, dict):
        raise ConfigurationError(
            (Problem('A fault is an object, such as {"kind": "latency", "seconds": 2}.'),)
        )
    fields = {name: each for name, each in value.items() if name != "id"}
    return show_fault(faults.add(fields, id_=value.get("id")))
