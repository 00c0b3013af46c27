"""Recorded requests as tools show them: cut to what an agent can read, as text and as values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from lattice_events.cli.agents.tool import Answer
from lattice_events.cli.request_lines import line_text, whole_text

_LONGEST_TEXT = 4_000  # characters
_LONGEST_LIST = 200
_LOG_LINES = 200  # the latest, where tracebacks are

LINE_PROPERTIES: Mapping[str, Mapping[str, Any]] = {
    "number": {"type": "integer", "description": "Names the request for the other tools, as id does."},
    "id": {"type": "string"},
    "kind": {"enum": ["request", "invocation"]},
    "started_us": {"type": "integer", "description": "Microseconds since 1970."},
    "duration_ms": {"type": "number"},
    "cold": {"type": "boolean", "description": "Whether a process was started for it."},
    "method": {"type": "string"},
    "host": {"type": "string"},
    "path": {"type": "string"},
    "status": {"type": "integer"},
    "caller": {"type": ["string", "null"], "description": "Name; null is nobody who is known."},
    "service": {"type": ["string", "null"]},
    "rule": {"type": ["string", "null"]},
    "target": {"type": ["string", "null"], "description": "Name of a function, or URL of an HTTP target."},
    "reason": {"type": ["string", "null"], "description": "Why it failed, in words."},
    "faults": {
        "type": "array",
        "items": {"type": "string"},
        "description": "Ids of faults on purpose that it met.",
    },
    "function": {"type": "string", "description": "Of an invocation."},
    "error_type": {"type": ["string", "null"], "description": "Of an invocation that failed."},
}
LINE = {"type": "object", "properties": LINE_PROPERTIES}
_LOG_LINE = {
    "type": "object",
    "properties": {"stream": {"type": "string"}, "text": {"type": "string"}},
}
LOGS = {"type": "array", "items": _LOG_LINE, "description": "What the function wrote, the latest 200 lines."}
WHOLE: Mapping[str, Mapping[str, Any]] = {
    **LINE_PROPERTIES,
    "request": {"type": "object", "description": "method, target, headers as [name, value], body."},
    "response": {"type": ["object", "null"], "description": "status, headers, body, as the client got them."},
    "decision": {
        "type": ["object", "null"],
        "description": "Authentication, each policy with what each statement lacks, rules tried, target, reply.",
    },
    "signature": {
        "type": ["object", "null"],
        "description": "Of a signed request: is_accepted, differs, code, problem, canonical_request, string_to_sign.",
    },
    "failure": {"type": ["string", "null"], "description": "How the target failed: connect, timeout, function, …"},
    "sent": {"type": ["object", "null"], "description": "The function's event as json; an HTTP target's body."},
    "received": {"type": ["object", "null"], "description": "What the function returned as json; or the body."},
    "logs": LOGS,
    "timing": {"type": "object", "description": "total_ms, to_target_ms, run_ms, from_target_ms."},
}  # fmt: skip


def lines_answer(told: Mapping[str, Any]) -> Answer:
    """The list of requests."""
    lines = told["requests"]
    if not lines:
        return Answer("No request matches.", dict(told))
    more = ["(There are more: raise limit, or ask with before.)"] if told["has_more"] else []
    return Answer(click.unstyle("\n".join((*map(line_text, lines), *more))), dict(told))


def whole_answer(view: Mapping[str, Any]) -> Answer:
    """Everything about a request."""
    shown = _bounded({**view, **latest_lines(view)})
    return Answer(whole_text(shown), shown)


def latest_lines(view: Mapping[str, Any]) -> dict[str, Any]:
    """The members of a request about its logs, with the latest lines of them."""
    logs = view["logs"]
    return {
        "logs": logs[-_LOG_LINES:],
        "logs_left_out": view["logs_left_out"] + max(len(logs) - _LOG_LINES, 0),
    }


def _bounded(value: Any) -> Any:
    """A JSON value whose long texts and lists are cut, and say so."""
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[:_LONGEST_TEXT]}… ({len(value) - _LONGEST_TEXT:,} further characters)"
    if isinstance(value, Mapping):
        return {key: _bounded(item) for key, item in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return list(map(_bounded, value[:_LONGEST_LIST]))
    return value
