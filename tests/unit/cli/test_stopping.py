"""Whoever stops a command while it reads waits for nothing but what must be put in order."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from typing import Any

import pytest

from lattice_events.cli.stopping import unless_stopped
from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.unfinished import unfinished


def until(work: Callable[[], Any], *, stopped: bool) -> Any:
    """What comes of reading."""

    async def run() -> Any:
        stop = asyncio.Event()
        if stopped:
            stop.set()
        return await unless_stopped(stop, work)

    return asyncio.run(run())


def test_reading_that_goes_on_is_not_waited_for() -> None:
    goes_on = threading.Event()

    assert until(goes_on.wait, stopped=True) is None
    goes_on.set()


def test_what_must_be_put_in_order_is_waited_for() -> None:
    began, may_end, ended = threading.Event(), threading.Event(), threading.Event()

    def work() -> None:
        with unfinished():
            began.set()
            may_end.wait()
            ended.set()

    async def run() -> None:
        stop = asyncio.Event()
        waiting = asyncio.ensure_future(unless_stopped(stop, work))
        await asyncio.to_thread(began.wait)
        stop.set()
        asyncio.get_running_loop().call_later(0.001, may_end.set)
        await waiting

    asyncio.run(run())
    assert ended.is_set()


def test_what_was_read_is_given() -> None:
    assert until(lambda: "read", stopped=False) == "read"


def test_a_problem_is_raised() -> None:
    def work() -> None:
        raise ConfigurationError("no")

    with pytest.raises(ConfigurationError, match="no"):
        until(work, stopped=False)
    assert until(work, stopped=True) is None
