"""Commands of a run come and go one by one, and one that does not start changes nothing."""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.local.run.commands import Commands
from lattice_events.local.targets.commands import CommandTarget

LISTENING = "import os, socket, time; s = socket.create_server(('127.0.0.1', int(os.environ['PORT']))); time.sleep(600)"


def target(folder: Path, name: str, code: str = LISTENING) -> CommandTarget:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    return CommandTarget(name=name, command=(sys.executable, "-c", code), cwd=str(folder), port=port)


def is_listening(wanted: CommandTarget) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", wanted.port)) == 0


def test_what_is_not_wanted_any_more_stops_and_a_command_that_fails_leaves_the_others(tmp_path: Path) -> None:
    kept, gone, new = (target(tmp_path, each) for each in ("kept", "gone", "new"))
    broken = target(tmp_path, "broken", "raise SystemExit(3)")

    async def play() -> None:
        commands = Commands(environment=lambda _: {}, report=lambda _: None)
        await commands.start([kept, gone])
        with pytest.raises(ConfigurationError, match=r"broken .* ended with status 3"):
            await commands.start([kept, new, broken])
        assert commands.running == [kept, gone]
        assert [is_listening(each) for each in (kept, gone, new)] == [True, True, False]

        await commands.start([kept, new])
        await commands.keep([kept, new])
        assert [is_listening(each) for each in (kept, gone, new)] == [True, False, True]
        await commands.close()
        assert not any(map(is_listening, (kept, gone, new)))

    asyncio.run(play())


def test_a_command_answers_its_last_requests_before_it_stops(tmp_path: Path) -> None:
    old, other = target(tmp_path, "old"), target(tmp_path, "other")

    async def play() -> None:
        commands = Commands(environment=lambda _: {}, report=lambda _: None)
        await commands.start([old, other])
        answered, waited = asyncio.Event(), asyncio.Event()

        async def served() -> None:
            await answered.wait()
            waited.set()

        commands.retire([other], served=served)
        assert commands.running == [other]
        assert is_listening(old)
        answered.set()
        await waited.wait()
        await commands.close()
        assert not any(map(is_listening, (old, other)))

    asyncio.run(play())


def test_the_end_of_a_run_waits_for_no_request(tmp_path: Path) -> None:
    old = target(tmp_path, "old")

    async def play() -> None:
        commands = Commands(environment=lambda _: {}, report=lambda _: None)
        await commands.start([old])
        commands.retire([], served=asyncio.Event().wait)  # for ever
        await commands.close()
        assert not is_listening(old)

    asyncio.run(play())


def test_a_command_is_the_same_wherever_it_was_written_and_it_listens(tmp_path: Path) -> None:
    one, other = target(tmp_path, "app"), target(tmp_path, "app")

    assert one.is_like(other.at(1))
    assert not one.is_like(target(tmp_path, "app", "pass"))
