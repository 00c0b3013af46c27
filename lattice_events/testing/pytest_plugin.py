"""pytest fixtures, which load by themselves; they import what they need when a test asks for them."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lattice_events.response import Response
    from lattice_events.testing.service import LatticeService
    from lattice_events.testing.signatures.watch import LatticeSignatures

_SIGNATURES: pytest.StashKey[LatticeSignatures] = pytest.StashKey()


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


@pytest.fixture
def lattice_signatures(request: pytest.FixtureRequest) -> Iterator[LatticeSignatures]:
    """Fail the test if a request that a mock takes is one whose signature VPC Lattice would refuse.

    It watches what responses, requests-mock, respx, pytest-httpx, moto and ``httpx.MockTransport`` take. For more:
    ``lattice_signatures(require=True, hosts={"orders.example.com": "us-west-2"}, credentials=[Credentials(…)])``.
    """
    from lattice_events.testing.signatures.watch import LatticeSignatures

    with LatticeSignatures() as signatures:
        request.node.stash[_SIGNATURES] = signatures
        yield signatures
    _fail_with(signatures.report())  # of what came since the test ended


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let `lattice_signatures` fail the test itself, or add what it knows to another failure."""
    signatures = item.stash.get(_SIGNATURES, None)
    try:
        result = yield
    except Exception as error:
        if signatures and (report := signatures.report()):
            error.add_note(report)
        raise
    if signatures:
        _fail_with(signatures.report())
    return result


def _fail_with(report: str) -> None:
    """Fail, if there is something to say."""
    if report:
        pytest.fail(report, pytrace=False)
