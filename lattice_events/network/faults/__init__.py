"""Faults on purpose: which there are, how they are written, and which of them a request meets. Pure."""

from lattice_events.network.faults.knowing import find_strangers
from lattice_events.network.faults.meeting import (
    Asked,
    Candidate,
    Progress,
    find_fitting,
    fits_invocation,
    strike,
)
from lattice_events.network.faults.parsing import needs_seconds, no_seconds, parse_fault
from lattice_events.network.faults.refusing import alter
from lattice_events.network.faults.values import FIELDS, ID, KINDS, Choice, Fault, FaultKind, Number, Text

__all__ = [
    "FIELDS",
    "ID",
    "KINDS",
    "Asked",
    "Candidate",
    "Choice",
    "Fault",
    "FaultKind",
    "Number",
    "Progress",
    "Text",
    "alter",
    "find_fitting",
    "find_strangers",
    "fits_invocation",
    "needs_seconds",
    "no_seconds",
    "parse_fault",
    "strike",
]
