"""The lines that Lambda itself writes into the log of a function, made when somebody looks.

Sources:
    https://docs.aws.amazon.com/lambda/latest/dg/python-logging.html
    https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html
    https://docs.aws.amazon.com/lambda/latest/dg/telemetry-schema-reference.html

Observed in logs that users published: a tab behind the last field, ``Status`` and ``Error Type`` behind the memory,
the init as a part of what is billed, and what stands before ``END`` when a function times out or its process ends.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from lattice_events.local.output.records import InvocationReport, LogRecord

TIMED_OUT = "Sandbox.Timedout"


def whole_log(lines: Sequence[LogRecord], report: InvocationReport | None) -> Iterator[tuple[str, str]]:
    """Stream and text of every line of an invocation; Lambda's own are of the stream ``platform``.

    Args:
        lines: That the function wrote.
        report: ``None`` while it runs.
    """
    if report is None:
        yield from ((line.stream, line.text) for line in lines)
        return
    yield from ((line.stream, line.text) for line in lines[: report.init_lines])
    yield "platform", start_line(report)
    yield from ((line.stream, line.text) for line in lines[report.init_lines :])
    yield from (("platform", line) for line in (*end_lines(report), report_line(report)))


def start_line(report: InvocationReport) -> str:
    """That an invocation begins."""
    id_, version = report.invocation_id, report.function.version
    if _is_json(report):
        began = report.ended - report.duration_ms / 1000
        return _event(began, "platform.start", {"requestId": id_, "version": version})
    return f"START RequestId: {id_} Version: {version}"


def end_lines(report: InvocationReport) -> list[str]:
    """How an invocation ended, before the report; a log in JSON has nothing of this."""
    if _is_json(report):
        return []
    end = f"END RequestId: {report.invocation_id}"
    if not report.reason:
        return [end]
    if _status(report) == "timeout":
        return [f"{_written(report.ended)} {report.invocation_id} {report.reason}", end]
    return [f"RequestId: {report.invocation_id} Error: {report.reason}", report.error_type, end]


def report_line(report: InvocationReport) -> str:
    """What an invocation cost."""
    if _is_json(report):
        return _event(report.ended, "platform.report", _as_values(report))
    fields = [
        f"REPORT RequestId: {report.invocation_id}",
        f"Duration: {report.duration_ms:.2f} ms",
        f"Billed Duration: {_billed_ms(report)} ms",
        f"Memory Size: {report.function.memory_mb} MB",
    ]
    if report.memory_mb is not None:
        fields.append(f"Max Memory Used: {report.memory_mb} MB")
    if report.init_ms is not None:
        fields.append(f"Init Duration: {report.init_ms:.2f} ms")
    if report.error_type and not report.is_of_handler:
        status = _status(report)
        fields.append(f"Status: {status}")
        if status == "error":
            fields.append(f"Error Type: {report.error_type}")
    return "\t".join([*fields, ""])


def _is_json(report: InvocationReport) -> bool:
    return report.function.log_format == "JSON"


def _billed_ms(report: InvocationReport) -> int:
    """Whole milliseconds, with the init."""
    return math.ceil(report.duration_ms + (report.init_ms or 0.0))


def _status(report: InvocationReport) -> str:
    if not report.error_type:
        return "success"
    return "timeout" if report.error_type == TIMED_OUT else "error"


def _as_values(report: InvocationReport) -> dict[str, Any]:
    metrics: dict[str, Any] = {
        "durationMs": round(report.duration_ms, 3),
        "billedDurationMs": _billed_ms(report),
        "memorySizeMB": report.function.memory_mb,
    }
    if report.memory_mb is not None:
        metrics["maxMemoryUsedMB"] = report.memory_mb
    if report.init_ms is not None:
        metrics["initDurationMs"] = round(report.init_ms, 3)
    failure = {"errorType": report.error_type} if report.error_type else {}
    return {"requestId": report.invocation_id, "metrics": metrics, "status": _status(report), **failure}


def _event(at: float, kind: str, record: Mapping[str, Any]) -> str:
    return json.dumps({"time": _written(at), "type": kind, "record": record}, separators=(",", ":"))


def _written(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
