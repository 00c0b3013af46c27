"""pytest fixtures, which load by themselves; they import what they need when a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lattice_events.response import Response
    from lattice_events.testing.service import LatticeService


@pytest.fixture
def lattice_event() -> Callable[..., dict[str, Any]]:
    """Make events: ``lattice_event("POST /orders?x=1", version="V1", json=…, caller="role")``."""
    from lattice_events.testing import make_event

    return make_event


@pytest.fixture
def lattice_call(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Response]:
    """Call a handler: ``lattice_call(handler, "GET /orders/7")`` gives its `Response`.

    Handlers are strict meanwhile: what VPC Lattice would silently drop is a 500 whose log names it.
    """
    from lattice_events.testing import call

    monkeypatch.setenv("LATTICE_EVENTS_STRICT", "1")
    return call


@pytest.fixture
def lattice_service() -> Iterator[LatticeService]:
    """A loopback service that verifies signatures and plays a script: ``lattice_service.play(503, 200)``.

    ``lattice_service.session()`` calls it; ``LatticeAuth(**lattice_service.options)`` does for httpx.
    """
    from lattice_events.testing.service import LatticeService

    with LatticeService() as service:
        yield service
