"""Test Lambda handlers as VPC Lattice would call them."""

from __future__ import annotations

from lattice_events.network.examples import CALLERS, make_event, make_request
from lattice_events.testing.calls import FakeLambdaContext, call

__all__ = ["CALLERS", "FakeLambdaContext", "call", "make_event", "make_request"]
