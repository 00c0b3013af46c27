"""What the gateway reports of a request: to the command line, and to the access log."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

from aiohttp import web

from lattice_events.local.gateway.arrival import Arrival
from lattice_events.local.gateway.forward import Answer
from lattice_events.local.output.records import RequestRecord
from lattice_events.local.stopwatch import Durations, Stopwatch
from lattice_events.network.access_log import Exchange
from lattice_events.network.dataplane import hide_userinfo
from lattice_events.network.decision import Decision, Forward, Trace
from lattice_events.network.model import LambdaTarget


class Start(NamedTuple):
    """When a request came, and by which connection; it still tells of its client when that is gone.

    Attributes:
        watch: Runs since then.
        time_us: Microseconds since 1970.
        transport: Of the connection.
    """

    watch: Stopwatch
    time_us: int
    transport: asyncio.BaseTransport | None


def request_record(
    arrival: Arrival, decision: Decision | None, answer: Answer, caller: str | None, duration_ms: float
) -> RequestRecord:
    """What to tell the user of a request."""
    trace = decision.trace if decision else Trace()
    target = None
    if isinstance(decision, Forward):
        chosen = decision.target
        target = chosen.function_arn.rpartition(":")[2] if isinstance(chosen, LambdaTarget) else chosen.url
    rule = trace.rule.name if trace.rule else "default" if trace.listener and not trace.is_denied else None
    return RequestRecord(
        method=arrival.request.method,
        host=hide_userinfo(arrival.request.headers.get("host") or "-"),
        path=arrival.request.path,
        status=answer.response.status,
        duration_ms=duration_ms,
        request_id=decision.request_id if decision else "-",
        caller=trace.principal.name if trace.principal else caller,
        service=trace.service.name if trace.service else None,
        rule=rule,
        target=target,
        invocation_id=answer.invocation.invocation_id if answer.invocation else None,
        cold=bool(answer.invocation and answer.invocation.cold),
        reason=answer.reason,
    )


def exchange_of(
    request: web.BaseRequest,
    start: Start,
    arrival: Arrival,
    decision: Decision,
    answer: Answer,
    durations: Durations,
) -> Exchange:
    """What the access log is told of a request."""
    transport = start.transport
    tls = transport.get_extra_info("ssl_object") if transport else None
    peer = transport.get_extra_info("peername") if transport else None
    return Exchange(
        decision=decision,
        request=arrival.request,
        started_us=start.time_us,
        source_address=request.remote or "-",
        source_port=peer[1] if peer else 0,
        status=answer.response.status,
        bytes_received=_bytes_received(request),
        bytes_sent=_bytes_sent(answer.response),
        duration_ms=durations.total_ms,
        to_target_ms=durations.to_target_ms,
        from_target_ms=durations.from_target_ms,
        failure=answer.failure,
        server_name=arrival.host if tls else None,
        tls_version=tls.version() if tls else None,
        tls_cipher=(tls.cipher() or (None,))[0] if tls else None,
    )


def _bytes_received(request: web.BaseRequest) -> int:
    """Request line, headers, blank line and body."""
    head = len(request.method) + len(request.raw_path.encode()) + len(" HTTP/1.1") + 3
    headers = sum(len(name) + len(value) + 4 for name, value in request.raw_headers)
    return head + headers + 2 + request.content.total_bytes


def _bytes_sent(response: web.StreamResponse) -> int:
    """Status line, headers, blank line and body; nothing of a response that the client did not wait for."""
    if not response.prepared:
        return 0
    head = len(f"HTTP/1.1 {response.status} {response.reason}\r\n")
    headers = sum(len(name) + len(value.encode()) + 4 for name, value in response.headers.items())
    return head + headers + 2 + response.body_length
