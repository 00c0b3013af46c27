"""What the gateway reports of a request: to the command line, and to the access log."""

from __future__ import annotations

from lattice_events.local.gateway.serving import Answer, Serving
from lattice_events.local.output.records import RequestRecord
from lattice_events.local.stopwatch import Durations
from lattice_events.network.access_log import Exchange
from lattice_events.network.dataplane import hide_userinfo
from lattice_events.network.decision import Decision, Forward, Trace
from lattice_events.network.model import LambdaTarget

_NOTHING_SENT = 400  # stands in the log for a status that the client did not wait for


def request_record(serving: Serving, answer: Answer, duration_ms: float) -> RequestRecord:
    """What to tell the user of a request."""
    decision, request = serving.decision, serving.arrival.request
    trace = decision.trace if decision else Trace()
    target = None
    if isinstance(decision, Forward):
        chosen = decision.target
        target = chosen.function_arn.rpartition(":")[2] if isinstance(chosen, LambdaTarget) else chosen.url
    rule = trace.rule.name if trace.rule else "default" if trace.listener and not trace.is_denied else None
    return RequestRecord(
        method=request.method,
        host=hide_userinfo(request.headers.get("host") or "-"),
        path=request.path,
        status=serving.incoming.status or _NOTHING_SENT,
        duration_ms=duration_ms,
        request_id=decision.request_id if decision else "-",
        caller=trace.principal.name if trace.principal else serving.caller,
        service=trace.service.name if trace.service else None,
        rule=rule,
        target=target,
        invocation_id=answer.invocation.invocation_id if answer.invocation else None,
        cold=bool(answer.invocation and answer.invocation.cold),
        reason=answer.reason,
    )


def exchange_of(serving: Serving, decision: Decision, answer: Answer, durations: Durations) -> Exchange:
    """What the access log is told of a request."""
    incoming, connection = serving.incoming, serving.incoming.connection
    tls = connection.tls
    return Exchange(
        decision=decision,
        request=serving.arrival.request,
        started_us=serving.time_us,
        source_address=connection.peer[0],
        source_port=connection.peer[1],
        status=incoming.status or _NOTHING_SENT,
        bytes_received=incoming.bytes_received,
        bytes_sent=incoming.bytes_sent,
        duration_ms=durations.total_ms,
        to_target_ms=durations.to_target_ms,
        from_target_ms=durations.from_target_ms,
        failure=answer.failure,
        server_name=serving.arrival.place.host if tls else None,
        tls_version=tls.version() if tls else None,
        tls_cipher=(tls.cipher() or (None,))[0] if tls else None,
    )
