"""What Lambda reports of invocations: how long they took, and how much memory their process had."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from lattice_events.local.output.platform_log import report_line, whole_log
from lattice_events.local.output.records import InvocationReport, LogRecord
from tests.integration.invoking import Running, function, write_code

CODE = """
    import os, time
    print("importing")
    def handler(event, context):
        print("handling")
        if event == "exit":
            os._exit(3)
        if event == "wait":
            time.sleep(60)
        if event == "raise":
            raise ValueError(event)
        bytearray(64 * 1024 * 1024)  # and gone
"""


async def log_of(running: Running, event: object = None) -> list[str]:
    """Invoke, and give the whole log of it."""
    result = await running.invoke(event)
    written = [
        each
        for each in running.records
        if isinstance(each, LogRecord) and each.invocation_id == result.invocation_id
    ]
    return [text.replace(result.invocation_id, "ID") for _, text in whole_log(written, result.report)]


def reports(running: Running) -> list[InvocationReport]:
    return [each for each in running.records if isinstance(each, InvocationReport)]


def test_the_first_invocation_of_a_process_reports_its_init(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, CODE)) as running:
            *first, _ = await log_of(running)
            *second, _ = await log_of(running)
            assert first == ["importing", "START RequestId: ID Version: $LATEST", "handling", "END RequestId: ID"]  # fmt: skip
            assert second == first[1:]
            assert ["Init Duration" in report_line(each) for each in reports(running)] == [True, False]

    asyncio.run(scenario())


def test_a_process_that_was_started_ahead_reports_its_init_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, CODE)) as running:
            await running.functions.prewarm()
            assert (await log_of(running))[0] == "START RequestId: ID Version: $LATEST"
            assert reports(running)[0].init_ms

    asyncio.run(scenario())


@pytest.mark.skipif(sys.platform != "linux", reason="the peak of another process is in /proc")
def test_memory_is_the_peak_of_the_process(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, CODE)) as running:
            await log_of(running)
            assert 64 < (reports(running)[0].memory_mb or 0) < 256

    asyncio.run(scenario())


FAILURES = [
    ("raise", "ValueError", "END RequestId: ID", ""),
    ("exit", "Runtime.ExitError", "Runtime.ExitError", "Status: error\tError Type: Runtime.ExitError\t"),
    ("wait", "Sandbox.Timedout", " ID Task timed out after 1.00 seconds", "Status: timeout\t"),
]


@pytest.mark.parametrize(("event", "error_type", "line", "status"), FAILURES)
def test_a_failure_is_in_the_log(tmp_path: Path, event: str, error_type: str, line: str, status: str) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, CODE), timeout_seconds=1) as running:
            log = await log_of(running, event)
            assert any(each.endswith(line) for each in log)
            assert log[-1].endswith(status)
            (report,) = reports(running)
            assert (report.error_type, report.is_of_handler) == (error_type, event == "raise")
            assert report.duration_ms > (1000 if event == "wait" else 0)

    asyncio.run(scenario())


def test_an_init_that_fails_is_reported_with_its_time(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, "print('said')\nimport nothing.here")) as running:
            log = await log_of(running)
            assert log[0] == "said"
            assert log[-3:-1] == ["START RequestId: ID Version: $LATEST", "END RequestId: ID"]
            assert log[-1].endswith("Status: error\tError Type: Runtime.ImportModuleError\t")
            (report,) = reports(running)
            assert report.duration_ms > 0
            assert report.init_ms is None

    asyncio.run(scenario())
