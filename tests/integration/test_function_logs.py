"""What a function logs through the real runtime client, as its LoggingConfig says."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from lattice_events.local.children.environment import logging_variables
from lattice_events.network.model import Function
from tests.integration.invoking import CLIENTS, Running, function, write_code

LOGGING = """
    import logging
    log = logging.getLogger("shop")
    def handler(event, context):
        for level in ("debug", "info", "warning", "error", "critical"):
            getattr(log, level)(level)
        log.error("a\\nb\\rc é %s", "漢", extra={"order": 7})
        print("plain")
        if event:
            raise ValueError("first\\nsecond")
"""
LEVELS = {
    "": ["INFO", "WARNING", "ERROR", "CRITICAL"],  # JSON without a level logs INFO
    "TRACE": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    "DEBUG": ["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"],
    "INFO": ["INFO", "WARNING", "ERROR", "CRITICAL"],
    "WARN": ["WARNING", "ERROR", "CRITICAL"],
    "ERROR": ["ERROR", "CRITICAL"],
    "FATAL": ["CRITICAL"],
}


def logged(tmp_path: Path, client: str, event: Any = None, **log: Any) -> Running:
    """What a function wrote in one invocation."""
    described = Function(name="f", arn="arn", handler="app.handler", runtime="python3.12", code="", **log)

    async def scenario() -> Running:
        code = write_code(tmp_path, LOGGING)
        async with function(code, client=client, variables=logging_variables(described)) as running:
            await running.invoke(event)
            return running

    return asyncio.run(scenario())


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize(("level", "shown"), LEVELS.items())
def test_json_logs_have_one_line_a_record_from_its_level_on(
    tmp_path: Path, client: str, level: str, shown: list[str]
) -> None:
    running = logged(tmp_path, client, log_format="JSON", log_level=level)

    records = [json.loads(line) for line in running.lines if line != "plain"]
    assert [each["level"] for each in records if each["message"] == each["level"].lower()] == shown
    odd = [each for each in records if "order" in each]
    assert [(each["message"], each["order"]) for each in odd] == [("a\nb\rc é 漢", 7)] * ("ERROR" in shown)


@pytest.mark.parametrize("client", CLIENTS)
def test_an_error_is_one_line_of_json(tmp_path: Path, client: str) -> None:
    running = logged(tmp_path, client, event=True, log_format="JSON")

    last = json.loads(running.lines[-1])
    assert (last["level"], last["errorType"], last["errorMessage"]) == (
        "ERROR",
        "ValueError",
        "first\nsecond",
    )


@pytest.mark.parametrize("client", CLIENTS)
def test_text_logs_have_the_level_that_the_function_sets_itself(tmp_path: Path, client: str) -> None:
    running = logged(tmp_path, client, log_level="DEBUG")

    levels = [line.partition("\t")[0] for line in running.lines if "\t" in line]
    assert levels == ["[WARNING]", "[ERROR]", "[CRITICAL]", "[ERROR]"]
