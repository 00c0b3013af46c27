"""The lines that Lambda itself writes into a function's log."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from lattice_events.local.output.platform_log import TIMED_OUT, end_lines, report_line, start_line, whole_log
from lattice_events.local.output.records import InvocationReport, LogRecord
from lattice_events.network.model import Function

FUNCTION = Function(
    name="f:live", arn="arn", handler="h.f", runtime="python3.13", code=".", version="7", memory_mb=512
)
ENDED = 1700000000.25  # 2023-11-14T22:13:20.250Z


def report(duration_ms: float = 1.574, *, log_format: Any = "Text", **fields: Any) -> InvocationReport:
    return InvocationReport(
        replace(FUNCTION, log_format=log_format), "the-id", ENDED, duration_ms, memory_mb=81, **fields
    )


# Sources: the log that is quoted in the guide (python-logging.html), and logs that users published.
REPORTS = [
    pytest.param({}, "Duration: 1.57 ms|Billed Duration: 2 ms|Memory Size: 512 MB|Max Memory Used: 81 MB|", id="warm"),
    pytest.param(
        {"init_ms": 487.97},
        "Duration: 1.57 ms|Billed Duration: 490 ms|Memory Size: 512 MB|Max Memory Used: 81 MB|Init Duration: 487.97 ms|",
        id="first",
    ),
    pytest.param(
        {"error_type": "ValueError", "is_of_handler": True},
        "Duration: 1.57 ms|Billed Duration: 2 ms|Memory Size: 512 MB|Max Memory Used: 81 MB|",
        id="the handler raised",
    ),
    pytest.param(
        {"error_type": "Runtime.ImportModuleError"},
        "Duration: 1.57 ms|Billed Duration: 2 ms|Memory Size: 512 MB|Max Memory Used: 81 MB"
        "|Status: error|Error Type: Runtime.ImportModuleError|",
        id="the init failed",
    ),
    pytest.param(
        {"error_type": TIMED_OUT, "reason": "Task timed out after 3.00 seconds"},
        "Duration: 1.57 ms|Billed Duration: 2 ms|Memory Size: 512 MB|Max Memory Used: 81 MB|Status: timeout|",
        id="timeout",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("fields", "expected"), REPORTS)
def test_a_report_is_lambda_s(fields: dict[str, Any], expected: str) -> None:
    assert report_line(report(**fields)) == f"REPORT RequestId: the-id|{expected}".replace("|", "\t")


def test_memory_that_is_not_known_is_left_out() -> None:
    unknown = report()._replace(memory_mb=None)

    assert "Max Memory Used" not in report_line(unknown)
    assert "maxMemoryUsedMB" not in report_line(report(log_format="JSON")._replace(memory_mb=None))


ENDS = [
    ({}, ["END RequestId: the-id"]),
    (
        {"error_type": TIMED_OUT, "reason": "Task timed out after 3.00 seconds"},
        ["2023-11-14T22:13:20.250Z the-id Task timed out after 3.00 seconds", "END RequestId: the-id"],
    ),
    (
        {"error_type": "Runtime.ExitError", "reason": "Runtime exited without providing a reason"},
        [
            "RequestId: the-id Error: Runtime exited without providing a reason",
            "Runtime.ExitError",
            "END RequestId: the-id",
        ],
    ),
]


@pytest.mark.parametrize(("fields", "expected"), ENDS)
def test_what_went_wrong_stands_before_the_end(fields: dict[str, Any], expected: list[str]) -> None:
    assert end_lines(report(**fields)) == expected


def test_a_log_has_what_the_init_wrote_before_the_start() -> None:
    lines = [LogRecord(source="f", text=text) for text in ("importing", "handling")]

    assert list(whole_log(lines, None)) == [("stdout", "importing"), ("stdout", "handling")]
    assert [text.split("\t")[0] for _, text in whole_log(lines, report(init_lines=1))] == [
        "importing",
        "START RequestId: the-id Version: 7",
        "handling",
        "END RequestId: the-id",
        "REPORT RequestId: the-id",
    ]


def test_a_log_in_json_has_events() -> None:
    """As telemetry-schema-reference.html has them."""
    ended = report(250.0, log_format="JSON", init_ms=10.5)
    failed = report(log_format="JSON", error_type=TIMED_OUT, reason="Task timed out after 3.00 seconds")

    assert json.loads(start_line(ended)) == {
        "time": "2023-11-14T22:13:20.000Z",
        "type": "platform.start",
        "record": {"requestId": "the-id", "version": "7"},
    }
    assert json.loads(report_line(ended)) == {
        "time": "2023-11-14T22:13:20.250Z",
        "type": "platform.report",
        "record": {
            "requestId": "the-id",
            "metrics": {
                "durationMs": 250.0,
                "billedDurationMs": 261,
                "memorySizeMB": 512,
                "maxMemoryUsedMB": 81,
                "initDurationMs": 10.5,
            },
            "status": "success",
        },
    }
    told = json.loads(report_line(failed))["record"]
    assert (told["status"], told["errorType"], end_lines(failed)) == ("timeout", TIMED_OUT, [])
