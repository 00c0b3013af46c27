"""Test Lambda handlers as VPC Lattice would call them, and clients against a service of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lattice_events.network.examples import CALLERS, make_event, make_request
from lattice_events.testing.calls import FakeLambdaContext, call
from lattice_events.testing.policies import PolicyTester, allows

if TYPE_CHECKING:
    from lattice_events.testing.answer import Answer
    from lattice_events.testing.local_network import LatticeNetwork
    from lattice_events.testing.service import LatticeService

__all__ = [
    "CALLERS",
    "Answer",
    "FakeLambdaContext",
    "LatticeNetwork",
    "LatticeService",
    "PolicyTester",
    "allows",
    "call",
    "make_event",
    "make_request",
]


def __getattr__(name: str) -> object:
    """Load the loopback service, or the network, and servers with them, when they are asked for."""
    if name == "LatticeNetwork":
        from lattice_events.testing import local_network

        return local_network.LatticeNetwork
    if name in ("Answer", "LatticeService"):
        from lattice_events.testing import service

        return getattr(service, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
