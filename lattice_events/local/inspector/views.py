"""Entries of a history as plain values: a line of the list, and everything about one."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection
from dataclasses import fields
from typing import Any

from lattice_events.codec import encode_event
from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.redaction import hide_fields, hide_values, secrets_of
from lattice_events.local.output.platform_log import whole_log
from lattice_events.local.output.records import InvokeRecord, Observed, RequestRecord, request_record
from lattice_events.network.decision import Decision, Forward, Trace
from lattice_events.network.exchange import Exchange
from lattice_events.network.explanation import describe
from lattice_events.network.model import LambdaTarget
from lattice_events.network.steps import steps_of, to_values
from lattice_events.redaction import hide_headers, hide_in_canonical, hide_in_query

MAX_BODY_BYTES = 256 * 1024  # that a view shows; the entry has all of it
_LONG_TEXT = 64 * 1024  # characters of one in a JSON value that is larger
# `dataclasses.asdict` would look at every value, to copy it.
_REQUEST_FIELDS = tuple(field.name for field in fields(RequestRecord))
_INVOKE_FIELDS = tuple(field.name for field in fields(InvokeRecord))


def summary(entry: Entry) -> dict[str, Any]:
    """One line of the list; `kind` tells a request from an invocation through the control port."""
    record = entry.record
    line: dict[str, Any] = {
        "id": entry.id,
        "number": entry.number,
        "kind": "invocation" if isinstance(record, InvokeRecord) else "request",
        "started_us": entry.started_us,
        "is_pinned": entry.is_pinned,
    }
    told = request_record(record) if isinstance(record, Exchange) else record
    for name in _INVOKE_FIELDS if isinstance(record, InvokeRecord) else _REQUEST_FIELDS:
        line[name] = getattr(told, name)
    if isinstance(record, Exchange):
        line |= _way(record) | {"trace_id": record.trace_id}
        if record.reason:  # such as the error of a function, which may repeat a header
            line["reason"] = hide_values(record.reason, secrets_of(record.request))
    return line


def _way(exchange: Exchange) -> dict[str, str | None]:
    """What a request came through, in the names of the graph; ``None`` where it did not get that far."""
    trace = exchange.decision.trace if exchange.decision else Trace()
    return {
        "service_network": trace.service_network.name if trace.service_network else None,
        "listener": trace.listener.in_words if trace.listener else None,
        "target_group": trace.target_group.name if trace.target_group else None,
    }


def detail(entry: Entry, history: History) -> dict[str, Any]:
    """Everything about an entry: request and response, decision, event, logs, timing; without secrets."""
    lines, left_out = history.lines_of(entry)
    view = summary(entry) | {
        "logs": [
            {"stream": stream, "text": text} for stream, text in whole_log(lines, history.report_of(entry))
        ],
        "logs_left_out": left_out,
    }
    observed, secrets = entry.observed, list[str]()
    if observed is not None:
        secrets = secrets_of(observed.exchange.request)
        view |= _of_request(observed, secrets)
    shown: dict[str, Any] = hide_values(view, secrets)
    return shown


def _of_request(observed: Observed, secrets: Collection[str]) -> dict[str, Any]:
    exchange = observed.exchange
    request, decision = exchange.request, exchange.decision
    described = (
        describe(decision, observed.network, observed.assumptions, faults=exchange.faults)
        if decision
        else None
    )
    return {
        "request": {
            "method": request.method,
            "target": hide_in_query(request.target),
            "headers": hide_headers(request.headers.items()),
            "body": _body(observed.body, secrets),
        },
        "response": _response(observed, secrets),
        "source": f"{exchange.source_address}:{exchange.source_port}",
        "decision": described,
        "steps": to_values(steps_of(described)) if described else [],
        "signature": _signature(decision),
        "failure": exchange.failure,
        "sent": _sent(observed, secrets),
        "received": _body(observed.received, secrets, is_json=_is_function(decision)),
        "timing": {
            "total_ms": exchange.duration_ms,
            "to_target_ms": exchange.to_target_ms,
            "from_target_ms": exchange.from_target_ms,
            "run_ms": exchange.run_ms,
            "init_ms": exchange.init_ms,
        },
        "bytes": {"received": exchange.bytes_received, "sent": exchange.bytes_sent},
        "tls": exchange.tls_version,
    }


def _is_function(decision: Decision | None) -> bool:
    return isinstance(decision, Forward) and isinstance(decision.target, LambdaTarget)


def _response(observed: Observed, secrets: Collection[str]) -> dict[str, Any] | None:
    """What the client got; the body that is an HTTP target's own is what that gave back."""
    response, decision = observed.response, observed.exchange.decision
    if response is None:
        return None
    is_passed_on = isinstance(decision, Forward) and not _is_function(decision) and not response.body
    return {
        "status": response.status,
        "headers": hide_headers(response.headers.items()),
        "body": _body(observed.received if is_passed_on else response.body, secrets),
    }


def _sent(observed: Observed, secrets: Collection[str]) -> dict[str, Any] | None:
    """What the target got: a function its event, an HTTP target the body."""
    body, decision = observed.body, observed.exchange.decision
    is_kept = any(fault.keeps_from_target for fault in observed.exchange.faults)
    if (
        not isinstance(decision, Forward)
        or body is None
        or is_kept
        or observed.exchange.failure == "request_too_large"
    ):
        return None
    if not _is_function(decision):
        return _body(body, secrets)
    event = encode_event(decision.request.replace(body=body), assumptions=observed.assumptions)
    return _body(json.dumps(event, ensure_ascii=False).encode(), secrets, is_json=True)


def _signature(decision: Decision | None) -> dict[str, Any] | None:
    """What was verified, to compare with what the client signed; nothing for a request without a signature."""
    verification = (
        decision.trace.authentication.verification if decision and decision.trace.authentication else None
    )
    if verification is None:
        return None
    return {
        "is_accepted": verification.accepted,
        "differs": verification.differs,
        "code": verification.code or None,
        "problem": verification.problem or None,
        "access_key_id": verification.access_key_id,
        "canonical_request": hide_in_canonical(verification.canonical_request) or None,
        "string_to_sign": verification.string_to_sign or None,
    }


def _body(data: bytes | None, secrets: Collection[str], *, is_json: bool = False) -> dict[str, Any] | None:
    """A body: JSON of a function, text, or base64, cut where it is too large to be shown."""
    if data is None:
        return None
    shown = data[:MAX_BODY_BYTES]
    view: dict[str, Any] = {"bytes": len(data), "is_cut": len(shown) < len(data)}
    value = _json(data) if is_json else None
    if value is not None:
        return view | {"json": value}
    text = _text(shown, is_cut=view["is_cut"])
    if text is not None:
        return view | {"text": text}
    hidden_bytes = shown
    for secret in secrets:
        hidden_bytes = hidden_bytes.replace(secret.encode(), b"")
    return view | {"base64": base64.b64encode(hidden_bytes).decode()}


def _json(data: bytes) -> Any:
    """The JSON value that some bytes are, long texts in it cut; ``None`` where they are none, or it is still too large."""
    try:
        value = hide_fields(json.loads(data))
        if len(data) <= MAX_BODY_BYTES:
            return value
        value = _shortened(value)
        return value if len(json.dumps(value)) <= MAX_BODY_BYTES else None
    except (ValueError, RecursionError):  # a function may write anything
        return None


def _shortened(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _shortened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_shortened(item) for item in value]
    return f"{value[:_LONG_TEXT]}…" if isinstance(value, str) and len(value) > _LONG_TEXT else value


def _text(data: bytes, *, is_cut: bool) -> str | None:
    """The text that some bytes are; the first ones of a character that was cut do not count."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        is_of_last_character = is_cut and error.reason == "unexpected end of data"
        return data[: error.start].decode() if is_of_last_character else None
