"""One JSON object for each thing that a run reports, for scripts."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from lattice_events.local.output.records import InvokeRecord, LogRecord, Notice, RequestRecord
from lattice_events.local.run.ready import Ready, service_url

# `dataclasses.asdict` would look at every value, to copy it.
_NAMES = {
    kind: tuple(field.name for field in dataclasses.fields(kind))
    for kind in (RequestRecord, InvokeRecord, LogRecord, Notice)
}
_EVENTS = {RequestRecord: "request", InvokeRecord: "invoke", LogRecord: "log", Notice: "log"}


def json_line(item: Ready | RequestRecord | InvokeRecord | LogRecord) -> str:
    """A line with an object, what happened in ``event``."""
    fields = _ready_fields(item) if isinstance(item, Ready) else _record_fields(item)
    return f"{json.dumps(fields)}\n"


def _record_fields(record: RequestRecord | InvokeRecord | LogRecord) -> dict[str, Any]:
    kind = type(record)
    fields = {"event": _EVENTS[kind]}
    for name in _NAMES[kind]:
        fields[name] = getattr(record, name)
    return fields


def _ready_fields(ready: Ready) -> dict[str, Any]:
    """Where everything is."""
    return {
        "event": "ready",
        "gateway_url": ready.gateway_url,
        "tls_url": ready.tls_url,
        "control_url": ready.control_url,
        "proxy_url": ready.proxy_url,
        "ca_file": ready.ca_file,
        "ready_ms": round(ready.ready_ms),
        "services": [
            {
                "name": service.name,
                "url": service_url(service),
                "local_url": ready.local_url(service),
                "domain_name": service.domain_name,
                "custom_domain_name": service.custom_domain_name,
                "arn": service.arn,
                "auth_type": service.auth_type,
            }
            for service in ready.network.services
        ],
        "functions": [
            {"name": function.name, "arn": function.arn, "handler": function.handler}
            for function in ready.network.functions
        ],
        "callers": [
            {"name": principal.name, "arn": principal.caller.arn} for principal in ready.network.principals
        ],
        "notes": list(ready.notes),
    }
