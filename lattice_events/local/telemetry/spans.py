"""A request that has ended as spans: plain values, with what OpenTelemetry's semantic conventions call them.

No query string, no header and no body is in them: they leave the machine.

Source:
    https://opentelemetry.io/docs/specs/semconv/http/http-spans/
    https://opentelemetry.io/docs/specs/semconv/faas/faas-spans/
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

from lattice_events.local.inspector.redaction import hide_values, secrets_of
from lattice_events.local.output.records import Observed, request_record
from lattice_events.network.authentication import Authentication
from lattice_events.network.authorization import Authorization
from lattice_events.network.dataplane import hide_userinfo
from lattice_events.network.decision import Decision, Forward, Trace
from lattice_events.network.exchange import Exchange
from lattice_events.network.model import HttpTarget, LambdaTarget

_METHODS = frozenset(
    ("CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE")
)  # others are _OTHER, so that no client can make names of its own

_LONGEST = (
    2000  # characters of a text; thousands of spans may wait, and a function's error may have megabytes
)

Attributes = dict[str, str | float]


class Span(NamedTuple):
    """One span.

    Attributes:
        name: Of few different ones.
        kind: Which side of a call it is.
        start_ns: Nanoseconds since 1970.
        end_ns: Likewise.
        attributes: By their names.
        error: Why it failed; ``None`` if it did not.
    """

    name: str
    kind: Literal["SERVER", "CLIENT", "INTERNAL"]
    start_ns: int
    end_ns: int
    attributes: Attributes
    error: str | None = None


def spans_of(observed: Observed) -> tuple[Span, Iterator[Span]]:
    """The span of a request, and those of its parts, which are made as they are asked for.

    Args:
        observed: The data plane was asked about it.
    """
    exchange, decision = observed.exchange, observed.exchange.decision
    assert decision is not None
    secrets = secrets_of(exchange.request)
    return _server(observed, decision, secrets), _parts(exchange, decision, secrets)


def _server(observed: Observed, decision: Decision, secrets: Collection[str]) -> Span:
    exchange, trace, told = observed.exchange, decision.trace, request_record(observed.exchange)
    match = trace.rule.match.path if trace.rule else None
    route = f"{match.value}{'*' if match.kind == 'prefix' else ''}" if match else None
    method = told.method if told.method in _METHODS else "_OTHER"
    is_answered = observed.response is not None
    return Span(
        f"{method} {route}" if route else method,
        "SERVER",
        *_times(exchange, 0.0, exchange.duration_ms),
        _known(
            {
                "http.request.method": method,
                "url.scheme": trace.listener.protocol.lower() if trace.listener else None,
                "url.path": hide_values(told.path, secrets),
                "http.route": route,
                "http.response.status_code": exchange.status if is_answered else None,
                "server.address": trace.service.domain_name if trace.service else told.host,
                "server.port": trace.listener.port if trace.listener else None,
                "client.address": exchange.source_address,
                "error.type": exchange.failure or (str(exchange.status) if exchange.status >= 500 else None),
                "lattice.faults": ", ".join(fault.id for fault in exchange.faults) or None,
                "aws.request_id": hide_values(told.request_id, secrets),
                "lattice.service": told.service,
                "lattice.service_network": trace.service_network.name if trace.service_network else None,
                "lattice.rule": told.rule,
                "lattice.target_group": trace.target_group.name if trace.target_group else None,
                "lattice.target": hide_userinfo(told.target) if told.target else None,
                "lattice.caller": told.caller,
            }
        ),
        _failure(exchange, secrets),
    )


def _failure(exchange: Exchange, secrets: Collection[str]) -> str | None:
    """Why a request failed, unless it is the client that did."""
    is_broken_off = exchange.failure in ("closed", "timeout")  # behind a status that was fine
    is_reset = any(fault.kind == "reset" for fault in exchange.faults)
    if exchange.status < 500 and not is_broken_off and not is_reset:
        return None
    return _shown(exchange.reason, secrets)


def _parts(exchange: Exchange, decision: Decision, secrets: Collection[str]) -> Iterator[Span]:
    """What was done for it, in this order.

    The data plane decides at once when a request comes, and nobody takes the time of its parts: they have no length.
    """
    trace = decision.trace
    if trace.authentication:
        yield _authentication(exchange, trace.authentication, secrets)
    if trace.authorization:
        yield _authorization(exchange, trace.authorization, secrets)
    if trace.routing:
        yield _routing(exchange, trace)
    if isinstance(decision, Forward) and not any(fault.keeps_from_target for fault in exchange.faults):
        target = decision.target
        if isinstance(target, HttpTarget):
            yield _call(exchange, target, secrets)
        elif exchange.failure != "request_too_large":  # then nobody was invoked
            yield _invocation(exchange, target, secrets)


def _authentication(exchange: Exchange, found: Authentication, secrets: Collection[str]) -> Span:
    verification = found.verification
    outcome = "anonymous" if verification is None else "rejected" if found.is_rejected else "accepted"
    attributes = {
        "lattice.authentication": outcome,
        "lattice.caller": found.principal.name if found.principal else None,
        "error.type": verification.code if verification and found.is_rejected else None,
    }
    error = None
    if found.is_rejected:  # with faults it is on purpose, and needs no advice
        error = _shown(found.refusal if exchange.faults else found.reason, secrets)
    return Span("authentication", "INTERNAL", *_times(exchange, 0.0, 0.0), _known(attributes), error)


def _authorization(exchange: Exchange, found: Authorization, secrets: Collection[str]) -> Span:
    denied_by = found.denied_by
    attributes = {
        "lattice.authorization": "denied" if denied_by else "allowed",
        "lattice.policies": ", ".join(layer.kind for layer in found.layers if layer.verdict) or None,
        "error.type": f"{denied_by.kind} policy" if denied_by else None,
    }
    error = _shown(found.reason, secrets) if denied_by else None
    return Span("authorization", "INTERNAL", *_times(exchange, 0.0, 0.0), _known(attributes), error)


def _routing(exchange: Exchange, trace: Trace) -> Span:
    rule = trace.rule
    attributes = {
        "lattice.listener": trace.listener.name if trace.listener else None,
        "lattice.rule": rule.name if rule else "default",
        "lattice.rule.priority": rule.priority if rule else None,
        "lattice.target_group": trace.target_group.name if trace.target_group else None,
    }
    return Span("routing", "INTERNAL", *_times(exchange, 0.0, 0.0), _known(attributes))


def _invocation(exchange: Exchange, target: LambdaTarget, secrets: Collection[str]) -> Span:
    """From the event that is complete to the function's response: the wait for a process is part of it."""
    arn = target.function_arn.split(":", 6)
    end_ms = exchange.duration_ms - exchange.from_target_ms
    attributes = {
        "faas.invoked_name": arn[6],
        "faas.invoked_provider": "aws",
        "faas.invoked_region": arn[3],
        "faas.invocation_id": exchange.invocation_id,
        "faas.coldstart": exchange.cold if exchange.invocation_id else None,
        "lattice.run_ms": exchange.run_ms,
        "lattice.init_ms": exchange.init_ms,
        "error.type": exchange.failure,
    }
    error = _shown(exchange.reason, secrets) if exchange.failure not in (None, "client_closed") else None
    times = _times(exchange, exchange.to_target_ms, end_ms)
    return Span("invocation", "CLIENT", *times, _known(attributes), error)


def _call(exchange: Exchange, target: HttpTarget, secrets: Collection[str]) -> Span:
    """From the arrival, or the end of a latency, since connecting begins then, to the last byte of the answer."""
    url, failure = urlsplit(target.url), exchange.failure
    method = exchange.request.method if exchange.request.method in _METHODS else "_OTHER"
    has_answer = exchange.from_target_ms > 0
    attributes = {
        "http.request.method": method,
        "url.full": hide_userinfo(target.url) + hide_values(exchange.request.path, secrets),
        "server.address": url.hostname,
        "server.port": url.port or (443 if url.scheme == "https" else 80),
        "http.response.status_code": exchange.status if has_answer else None,
        "error.type": failure or (str(exchange.status) if exchange.status >= 400 else None),
    }
    is_failed = failure != "client_closed" and (exchange.status >= 400 or failure is not None)
    error = _shown(exchange.reason, secrets) if is_failed else None
    waited_ms = sum(fault.seconds * 1000 for fault in exchange.faults if fault.stage == "before")
    times = _times(exchange, min(waited_ms, exchange.duration_ms), exchange.duration_ms)
    return Span(method, "CLIENT", *times, _known(attributes), error)


def _times(exchange: Exchange, start_ms: float, end_ms: float) -> tuple[int, int]:
    """From when until when, by milliseconds after the request came."""
    came = exchange.started_us * 1000
    return came + int(start_ms * 1e6), came + int(end_ms * 1e6)


def _shown(reason: str | None, secrets: Collection[str]) -> str:
    text: str = hide_values(reason or "", secrets)
    return text[:_LONGEST]


def _known(attributes: Mapping[str, str | float | None]) -> Attributes:
    """Without those that nobody knows, long texts cut."""
    return {
        name: value[:_LONGEST] if isinstance(value, str) else value
        for name, value in attributes.items()
        if value is not None
    }
