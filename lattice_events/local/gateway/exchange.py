"""What the gateway reports of a request."""

from __future__ import annotations

from lattice_events.local.gateway.serving import Answer, Serving
from lattice_events.network.exchange import Exchange

_NOTHING_SENT = 400  # stands in the log for a status that the client did not wait for


def exchange_of(serving: Serving, answer: Answer) -> Exchange:
    """What is reported of a request."""
    durations, invocation = serving.watch.read(), answer.invocation
    incoming, connection = serving.incoming, serving.incoming.connection
    tls = connection.tls
    return Exchange(
        decision=serving.decision,
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
        reason=_reason(serving, answer) if serving.faults else answer.reason,
        caller=serving.caller,
        invocation_id=invocation.invocation_id if invocation else None,
        cold=invocation.cold if invocation else False,
        run_ms=invocation.duration_ms if invocation else None,
        init_ms=invocation.report.init_ms if invocation and invocation.report else None,
        server_name=serving.arrival.place.host if tls else None,
        tls_version=tls.version() if tls else None,
        tls_cipher=(tls.cipher() or (None,))[0] if tls else None,
        faults=serving.faults,
    )


def _reason(serving: Serving, answer: Answer) -> str:
    """First the faults on purpose, so that nobody looks for another cause."""
    lines = [fault.line for fault in serving.faults]
    return "\n".join([*lines, answer.reason] if answer.reason else lines)
