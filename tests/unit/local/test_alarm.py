"""The timer that is set anew for every invocation."""

from __future__ import annotations

import asyncio
import gc
import weakref

from lattice_events.local.alarm import Alarm


async def rings(*names: str, settings: list[tuple[str, float | None]]) -> list[str]:
    """Which alarms ring, in order, until the last of the names has."""
    rung: list[str] = []
    last = asyncio.Event()

    def ring(name: str) -> None:
        rung.append(name)
        if name == names[-1]:
            last.set()

    alarms = {name: Alarm(lambda name=name: ring(name)) for name in names}  # type: ignore[misc]
    for name, seconds in settings:
        if seconds is None:
            alarms[name].clear()
        else:
            alarms[name].set(seconds)
    await asyncio.wait_for(last.wait(), 30)
    for alarm in alarms.values():
        alarm.close()
    return rung


def test_an_alarm_rings_when_its_last_time_has_come() -> None:
    settings: list[tuple[str, float | None]] = [
        ("later", 0.01),
        ("later", 0.2),
        ("sooner", 30),
        ("sooner", 0.1),
    ]

    assert asyncio.run(rings("sooner", "later", settings=settings)) == ["sooner", "later"]


def test_an_alarm_that_was_cleared_does_not_ring() -> None:
    settings: list[tuple[str, float | None]] = [("cleared", 0.01), ("cleared", None), ("other", 0.1)]

    assert asyncio.run(rings("cleared", "other", settings=settings)) == ["other"]


def test_an_alarm_that_is_closed_keeps_nobody_in_memory() -> None:
    class Owner:
        def __init__(self) -> None:
            self.alarm = Alarm(self.ring)

        def ring(self) -> None:
            pass

    async def scenario() -> None:
        owner = Owner()
        gone = weakref.ref(owner)
        owner.alarm.set(30)
        owner.alarm.close()
        del owner
        await asyncio.sleep(0)
        assert gone() is None

    gc.disable()
    try:
        asyncio.run(scenario())
    finally:
        gc.enable()


def test_an_alarm_that_is_closed_leaves_nothing_with_the_loop() -> None:
    async def scenario() -> None:
        alarm = Alarm(lambda: None)
        alarm.set(30)
        alarm.close()
        assert asyncio.get_running_loop()._scheduled[0].cancelled()  # type: ignore[attr-defined]

    asyncio.run(scenario())
