"""Requests as a run records them, without a run."""

from __future__ import annotations

from typing import Any

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.output.records import LogRecord, Observed
from lattice_events.network.decision import Decision, Reply
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import Network, Principal
from lattice_events.response import Response
from tests.networks import network
from tests.unit.network.test_authorization import decide


def observed(
    request: Request | None = None,
    *,
    net: Network | None = None,
    principal: Principal | None = None,
    body: bytes | None = b"",
    received: bytes | None = None,
    response: Response | None = None,
    id_: str = "fresh",
    **changes: Any,
) -> Observed:
    """A request that the data plane has decided, and what a target gave back."""
    request = request or Request(headers=host_headers())
    decision = decide(net or network(), principal, request)._replace(request_id=id_)
    fields: dict[str, Any] = {
        "decision": decision,
        "request": request,
        "started_us": 1_700_000_000_000_000,
        "source_address": "127.0.0.1",
        "source_port": 50000,
        "status": _status(decision, response),
        "bytes_received": 100 + len(body or b""),
        "bytes_sent": 50,
        "duration_ms": 2.0,
    }
    return Observed(
        Exchange(**{**fields, **changes}),
        body,
        received,
        decision.response if isinstance(decision, Reply) else response,
        net or network(),
        DEFAULTS,
    )


def _status(decision: Decision, response: Response | None) -> int:
    if isinstance(decision, Reply):
        return decision.response.status
    return response.status if response else 200


def host_headers(*others: tuple[str, str]) -> Headers:
    """A Host that names the service of a small network, and other headers."""
    return Headers((("host", network().services[0].domain_name), *others))


def recorded(seen: Observed, *, lines: tuple[str, ...] = ()) -> tuple[Entry, History]:
    """The entry of a request, and the history that has it."""
    history = History()
    for line in lines:
        history.report(LogRecord(source="hello", text=line, invocation_id=seen.exchange.invocation_id))
    history.exchanged(seen)
    return history.entries()[0], history
