"""One JSON object for each thing that a run reports, for scripts."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from lattice_events.cli.cloud_report import CloudReady, Deployed
from lattice_events.cli.reload_report import Reloaded, reload_fields
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.local.output.platform_log import report_line
from lattice_events.local.output.records import (
    InvocationReport,
    InvokeRecord,
    LogRecord,
    Notice,
    RequestRecord,
)
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.network.model import Service

# `dataclasses.asdict` would look at every value, to copy it.
_NAMES = {
    kind: tuple(field.name for field in dataclasses.fields(kind))
    for kind in (RequestRecord, InvokeRecord, LogRecord, Notice, ApiCall)
}
_EVENTS = {RequestRecord: "request", InvokeRecord: "invoke", LogRecord: "log", Notice: "log", ApiCall: "api"}
Line = RequestRecord | InvokeRecord | InvocationReport | LogRecord | ApiCall


def json_line(item: Ready | CloudReady | Deployed | Reloaded | Line) -> str:
    """A line with an object, what happened in ``event``."""
    match item:
        case Ready():
            fields = _ready_fields(item)
        case CloudReady():
            fields = _cloud_fields(item)
        case Deployed():
            fields = _deployed_fields(item)
        case Reloaded():
            fields = reload_fields(item)
        case InvocationReport():
            fields = _report_fields(item)
        case _:
            fields = _record_fields(item)
    return f"{json.dumps(fields)}\n"


def _cloud_fields(cloud: CloudReady) -> dict[str, Any]:
    own = {
        "endpoint_url": cloud.endpoint_url,
        "environment": dict(cloud.environment),
        "state": cloud.state or None,
    }
    return {**_ready_fields(cloud.ready), **own}


def _deployed_fields(deployed: Deployed) -> dict[str, Any]:
    return {
        "event": "deployed",
        "stacks": dict(deployed.stacks),
        "services": [_service_fields(each, deployed.ready) for each in deployed.services],
        "gone": list(deployed.gone),
        "notes": list(deployed.notes),
    }


def _report_fields(report: InvocationReport) -> dict[str, Any]:
    return {
        "event": "log",
        "source": report.source,
        "text": report_line(report),
        "stream": "platform",
        "invocation_id": report.invocation_id,
    }


def _record_fields(record: RequestRecord | InvokeRecord | LogRecord | ApiCall) -> dict[str, Any]:
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
        "inspector_url": ready.inspector_url,
        "proxy_url": ready.proxy_url,
        "ca_file": ready.ca_file,
        "ready_ms": round(ready.ready_ms),
        "services": [_service_fields(each, ready) for each in ready.network.services],
        "functions": [
            {"name": function.name, "arn": function.arn, "handler": function.handler}
            for function in ready.network.functions
        ],
        "callers": [
            {"name": principal.name, "arn": principal.caller.arn} for principal in ready.network.principals
        ],
        "notes": list(ready.notes),
    }


def _service_fields(service: Service, ready: Ready) -> dict[str, Any]:
    return {
        "name": service.name,
        "url": service_url(service),
        "local_url": ready.local_url(service),
        "domain_name": service.domain_name,
        "custom_domain_name": service.custom_domain_name,
        "arn": service.arn,
        "auth_type": service.auth_type,
    }
