"""Processes that nobody needs any more end."""

from __future__ import annotations

import asyncio
from pathlib import Path

from lattice_events.local.functions.pool import IDLE_SECONDS
from tests.integration.invoking import function, write_code

ECHO = "def handler(event, context):\n    return event\n"


def test_a_process_that_was_idle_for_minutes_ends_and_the_next_invocation_is_cold(tmp_path: Path) -> None:
    now = 1000.0

    async def scenario() -> None:
        nonlocal now
        async with function(write_code(tmp_path, ECHO), clock=lambda: now) as running:
            functions = running.functions
            await asyncio.gather(running.invoke(), running.invoke())
            now += IDLE_SECONDS - 1
            functions.reap()
            warm = await running.invoke()  # by one of the two, which is needed
            now += 1
            functions.reap()
            assert (warm.cold, [each.processes for each in functions.states]) == (False, [1])
            now += IDLE_SECONDS
            in_flight = functions.start("f", b"1")
            functions.reap()
            assert (await in_flight).error_type is None
            now += IDLE_SECONDS
            functions.reap()
            assert [each.processes for each in functions.states] == [0]
            assert (await running.invoke()).cold

    asyncio.run(scenario())


def test_a_process_that_was_started_ahead_ends_too(tmp_path: Path) -> None:
    now = 0.0

    async def scenario() -> None:
        nonlocal now
        async with function(write_code(tmp_path, ECHO), clock=lambda: now) as running:
            await running.functions.prewarm()
            now = IDLE_SECONDS
            running.functions.reap()
            assert [each.processes for each in running.functions.states] == [0]

    asyncio.run(scenario())
