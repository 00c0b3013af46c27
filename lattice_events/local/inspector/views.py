"""Entries of a history as plain values: a line of the list, and everything about one."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from lattice_events.local.inspector.history import Entry, History
from lattice_events.local.inspector.redaction import shown_headers, shown_json, shown_target
from lattice_events.local.output.records import InvokeRecord, request_record
from lattice_events.network.decision import Forward
from lattice_events.network.exchange import Exchange
from lattice_events.network.explanation import describe
from lattice_events.network.model import LambdaTarget

MAX_BODY_BYTES = 256 * 1024  # that a view shows; the entry has all of it


def summary(entry: Entry) -> dict[str, Any]:
    """One line of the list; `kind` tells a request from an invocation through the control port."""
    record = entry.record
    if isinstance(record, InvokeRecord):
        kind, fields = "invocation", asdict(record)
    else:
        kind, told = "request", request_record(record) if isinstance(record, Exchange) else record
        fields = asdict(told)
    started = record.started_us if isinstance(record, Exchange) else None
    return {
        "id": entry.id,
        "number": entry.number,
        "kind": kind,
        "started_us": started,
        "is_pinned": entry.is_pinned,
        **fields,
    }


def detail(entry: Entry, history: History) -> dict[str, Any]:
    """Everything about an entry: request and response, decision, event, logs, timing."""
    lines, left_out = history.lines_of(entry)
    view = summary(entry) | {
        "logs": [{"stream": line.stream, "text": line.text} for line in lines],
        "logs_left_out": left_out,
    }
    record = entry.record
    return view | _of_exchange(entry, record) if isinstance(record, Exchange) else view


def _of_exchange(entry: Entry, exchange: Exchange) -> dict[str, Any]:
    request, decision = exchange.request, exchange.decision
    is_function = isinstance(decision, Forward) and isinstance(decision.target, LambdaTarget)
    return {
        "request": {
            "method": request.method,
            "target": shown_target(request.target),
            "headers": shown_headers(request.headers.items()),
        },
        "source": f"{exchange.source_address}:{exchange.source_port}",
        "decision": describe(decision, entry.network, entry.assumptions) if decision else None,
        "failure": exchange.failure,
        "sent": _body(entry.sent, is_json=is_function),
        "received": _body(entry.received, is_json=is_function),
        "timing": {
            "total_ms": exchange.duration_ms,
            "to_target_ms": exchange.to_target_ms,
            "from_target_ms": exchange.from_target_ms,
        },
        "bytes": {"received": exchange.bytes_received, "sent": exchange.bytes_sent},
        "tls": exchange.tls_version,
    }


def _body(data: bytes | None, *, is_json: bool) -> Mapping[str, Any] | None:
    """What a target got or gave: JSON of a function, text, or base64, cut where it is too large to be shown."""
    if data is None:
        return None
    view: dict[str, Any] = {"bytes": len(data)}
    if is_json and len(data) <= MAX_BODY_BYTES:
        try:
            return view | {"json": shown_json(json.loads(data))}
        except (ValueError, RecursionError):
            pass  # a function may write anything
    shown = data[:MAX_BODY_BYTES]
    view["is_cut"] = len(shown) < len(data)
    try:
        return view | {"text": shown.decode()}
    except UnicodeDecodeError:
        return view | {"base64": base64.b64encode(shown).decode()}
