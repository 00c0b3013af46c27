"""One request and its answer, as whoever subscribes to a local network is told of it."""

from __future__ import annotations

import re
from typing import NamedTuple

from lattice_events.network.decision import Decision, Failure
from lattice_events.network.faults import Fault
from lattice_events.request import Request

# Version 00 ends with the flags; what a later one adds stands behind them. Zeros are no id.
_TRACE_CONTEXT = re.compile(
    r"(?:00(?=.{53}\Z)|(?!00|ff)[0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)


class Exchange(NamedTuple):
    """What is known of a request when its answer has left: facts, from which each subscriber makes its own text.

    A tuple costs a third of a frozen data class of twenty fields, and a busy network makes thousands a second.

    Attributes:
        decision: Of the data plane; ``None`` where it was not asked.
        request: As it arrived.
        started_us: Microseconds since 1970.
        source_address: The client's.
        source_port: The client's.
        status: Of the answer.
        bytes_received: Request line, headers and body.
        bytes_sent: Status line, headers and body.
        duration_ms: Of all of it.
        to_target_ms: Until the last byte of the request had left for the target.
        from_target_ms: From the first byte of the target's answer to the last one sent on.
        failure: How the target failed, or that the client hung up.
        reason: Why the answer is not the target's own, for a person.
        caller: Whom the connection's token names.
        invocation_id: Of the function that answered.
        cold: Whether a process was started for it.
        run_ms: How long its handler ran; the rest of the time between is that of a process that starts, or is busy.
        init_ms: How long the init of its process took, for the first invocation of one, whenever that started.
        server_name: Of the TLS handshake.
        tls_version: Likewise.
        tls_cipher: Likewise.
        faults: On purpose, that it met.
    """

    decision: Decision | None
    request: Request
    started_us: int
    source_address: str
    source_port: int
    status: int
    bytes_received: int
    bytes_sent: int
    duration_ms: float
    to_target_ms: float = 0.0
    from_target_ms: float = 0.0
    failure: Failure | None = None
    reason: str | None = None
    caller: str | None = None
    invocation_id: str | None = None
    cold: bool = False
    run_ms: float | None = None
    init_ms: float | None = None
    server_name: str | None = None
    tls_version: str | None = None
    tls_cipher: str | None = None
    faults: tuple[Fault, ...] = ()

    @property
    def is_to_service(self) -> bool:
        """Whether the Host named a service, so that its access log has a record of it."""
        return self.decision is not None and self.decision.trace.service is not None

    @property
    def trace_id(self) -> str | None:
        """The id of the trace that the request came with; ``None`` without one, or with anything else in its place.

        Source:
            https://www.w3.org/TR/trace-context/#traceparent-header
        """
        contexts = self.request.headers.get_all("traceparent")
        found = _TRACE_CONTEXT.fullmatch(contexts[0]) if len(contexts) == 1 else None
        return found[1] if found else None
