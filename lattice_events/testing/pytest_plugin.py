"""pytest fixtures, which load by themselves; they import what they need when a test asks for them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from lattice_events.response import Response
    from lattice_events.testing.local_network import LatticeNetwork
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


@pytest.fixture(scope="module")
def lattice_network(request: pytest.FixtureRequest) -> Iterator[LatticeNetwork]:
    """A service network on free ports for the tests of a module; see docs/testing.md.

    ``pytestmark = pytest.mark.lattice("serverless.yml", "k8s", targets={…})`` says what it is made of, from pytest's
    rootdir on: the arguments of `LatticeNetwork`. Without it, it is what `lattice dev` would run there.
    """
    from lattice_events.errors import LatticeError
    from lattice_events.testing.local_network import LatticeNetwork

    marker = _module_marker(request)
    options = {"folder": request.config.rootpath, **(marker.kwargs if marker else {})}
    network = LatticeNetwork(*(marker.args if marker else ()), **options)
    problem = ""
    try:
        network.__enter__()
    except LatticeError as error:
        problem = str(error)
    _fail_with(problem)  # here, since readers' tracebacks say nothing to whoever wrote the definition
    with ExitStack() as stack:
        stack.push(network)
        yield network


def _module_marker(request: pytest.FixtureRequest) -> pytest.Mark | None:
    """The marker that says what the network of a module is made of."""
    module: pytest.Module = request.node
    marker = module.get_closest_marker("lattice")
    for item in request.session.items:
        if item.getparent(pytest.Module) is module and item.get_closest_marker("lattice") is not marker:
            pytest.fail(
                f"The marker lattice stands at {item.nodeid}, but one network serves all tests of a module: write "
                "pytestmark = pytest.mark.lattice(…), or a fixture of your own with lattice_events.testing.LatticeNetwork.",
                pytrace=False,
            )
    return marker


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers", "lattice(*sources, **options): what the fixture lattice_network is made of, for a module."
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Let `lattice_signatures` fail the test itself, and add what the fixtures know to other failures."""
    signatures = item.stash.get(_SIGNATURES, None)
    faults = {network: network.fault_ids for network in _networks(item)}
    try:
        result = yield
        if signatures:
            _fail_with(signatures.report())
        return result
    except (Exception, pytest.fail.Exception) as error:
        if signatures and (report := signatures.report()):
            error.add_note(report)
        for network in _networks(item):
            item.add_report_section("call", "lattice requests", network.report())
        raise
    finally:
        for network in _networks(item):
            network.mark()
            network.keep_faults(faults.get(network, ()))


def _networks(item: pytest.Item) -> list[LatticeNetwork]:
    """The networks of a test's fixtures that are up, whatever they are called."""
    module = sys.modules.get("lattice_events.testing.local_network")
    values = getattr(item, "funcargs", {}).values() if module else ()
    return (
        [each for each in values if isinstance(each, module.LatticeNetwork) and each.is_up] if module else []
    )


def _fail_with(report: str) -> None:
    """Fail, if there is something to say."""
    if report:
        pytest.fail(report, pytrace=False)
