"""Processes that start before there is a request."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from lattice_events.local.functions import prewarm
from lattice_events.local.functions.functions import Functions, FunctionSettings
from lattice_events.local.output.records import InvokeResult, LogRecord, Record
from lattice_events.network.model import Function
from tests.integration.bare_functions import code_of, make_service
from tests.integration.invoking import function, write_code
from tests.integration.running import lattice_dev

TELLING = """
    import os
    print("imported")
    def handler(event, context):
        return [os.getpid(), os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "")]
"""


def logged(records: list[Record], text: str) -> list[LogRecord]:
    return [each for each in records if isinstance(each, LogRecord) and each.text.startswith(text)]


def test_the_first_request_does_not_wait_for_an_init(tmp_path: Path) -> None:
    async def scenario() -> tuple[list[Record], InvokeResult]:
        async with function(write_code(tmp_path, TELLING)) as running:
            await running.functions.prewarm()
            return list(running.records), await running.invoke()

    before, result = asyncio.run(scenario())

    assert [each.invocation_id for each in logged(before, "imported")] == [None]
    assert (result.cold, result.log_tail) == (False, "")


def test_a_request_that_comes_during_the_init_waits_for_it_and_is_cold(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, TELLING)) as running:
            warming = running.functions.prewarm()
            await asyncio.sleep(0)  # it begins
            await asyncio.sleep(0)
            result = await running.invoke()
            await warming
            assert (result.cold, len(logged(running.records, "imported"))) == (True, 1)
            assert len(running.own_ports) == 1

    asyncio.run(scenario())


FAILING = [
    pytest.param("print('before')\nraise ValueError('at import')", "ValueError", id="error"),
    pytest.param("import os\nprint('before')\nos._exit(3)", "Runtime.ExitError", id="exit"),
]


@pytest.mark.parametrize(("source", "error_type"), FAILING)
def test_an_init_that_fails_ahead_is_shown_once_and_done_again_for_a_request(
    tmp_path: Path, source: str, error_type: str
) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, source)) as running:
            await running.functions.prewarm()
            assert [each.invocation_id for each in logged(running.records, "before")] == [None]
            result = await running.invoke()
            assert (result.cold, result.error_type) == (True, error_type)
            shown = [each.invocation_id for each in logged(running.records, "before")]
            assert shown == [None, result.invocation_id]

    asyncio.run(scenario())


@pytest.mark.parametrize("error_first", [True, False])
def test_code_that_cannot_be_unpacked_is_told_by_the_first_request(
    tmp_path: Path, *, error_first: bool
) -> None:
    async def scenario() -> None:
        async with function(tmp_path / "missing.zip") as running:
            if error_first:
                await running.functions.prewarm()
            assert (await running.invoke()).error_type == "Runtime.InvalidEntrypoint"

    asyncio.run(scenario())


def described(folder: Path, name: str, **settings: int) -> Function:
    code = str(write_code(folder, TELLING))
    return Function(name=name, arn=name, handler="app.handler", runtime="python3.12", code=code, **settings)  # type: ignore[arg-type]


def test_settings_and_a_bound_say_how_many_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prewarm, "MAX_PROCESSES", 5)
    wanted = {"none": 0, "two": 2, "three": 3, "capped": 3}
    functions = [described(tmp_path, name, prewarm=count) for name, count in wanted.items()]
    functions[-1] = replace(functions[-1], max_processes=1)

    async def scenario() -> list[str]:
        records: list[Record] = []
        settings = FunctionSettings(environment=lambda _, places: {"LAMBDA_TASK_ROOT": places.task_root})
        running = Functions(settings=settings, report=records.append)
        running.apply(functions)
        await running.prewarm()
        await running.close()
        return sorted(each.source for each in logged(records, "imported"))

    assert asyncio.run(scenario()) == ["capped", "three", "three", "two", "two"]


def test_functions_that_are_applied_later_start_ahead_too(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with function(write_code(tmp_path, TELLING)) as running:
            await running.functions.prewarm()
            before = (await running.invoke()).payload
            kept = running.functions.find("f")
            assert kept is not None
            running.functions.apply([kept, described(tmp_path, "g")])
            await running.functions.prewarm()
            assert (await running.invoke()).payload == before
            assert not (await running.functions.invoke("g", b"{}")).cold

    asyncio.run(scenario())


def test_lattice_dev_starts_functions_ahead_unless_a_setting_says_no(tmp_path: Path) -> None:
    shown = make_service(tmp_path, TELLING, "shown", settings={"prewarm": 1})
    hidden = make_service(tmp_path, TELLING, "hidden", settings={"prewarm": 0})
    with lattice_dev(shown, hidden, *code_of(tmp_path, "shown", "hidden")) as running:
        first = running.next_event("log", text="imported")
        assert (first["source"], first["invocation_id"]) == ("shown", None)
        assert running.invoke("shown")[1] == "on-demand"
        running.invoke("hidden")
        assert running.next_event("invoke", function="hidden")["cold"] is True
