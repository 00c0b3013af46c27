"""A run whose network is swapped while it is up."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lattice_events.assumptions import DEFAULTS
from lattice_events.errors import ConfigurationError
from lattice_events.local.output.records import Record
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.network.model import Network, Principal
from lattice_events.network.policy import Caller
from tests.integration.invoking import write_code
from tests.integration.wire import parse_answer
from tests.networks import network, service

CODE = """
    import os
    import time

    open("started", "w").close()

    def handler(event, context):
        while event["path"] == "/wait" and not os.path.exists("go"):
            time.sleep(0.01)
        url = os.environ.get("LATTICE_SERVICE_BAR_URL", "-")
        return {"statusCode": 200, "body": f"{os.environ.get('WHO', '-')} {os.getpid()} {url}"}
"""


@pytest.fixture
def code(tmp_path: Path) -> Path:
    return write_code(tmp_path, CODE)


def loaded(code: Path, *names: str, **function: Any) -> Loaded:
    """Services that forward to one function, which is a caller."""
    return Loaded(network=network_of(code, *names, **function), assumptions=DEFAULTS, vpc_arn="arn:vpc/vpc-1")


def network_of(code: Path, *names: str, **function: Any) -> Network:
    net = network(*map(service, names))
    described = replace(
        net.functions[0], code=str(code), handler="app.handler", timeout_seconds=60, **function
    )
    caller = Principal(name=described.name, caller=Caller(arn="arn:aws:iam::123456789012:role/hello"))
    return replace(net, functions=(described,), principals=(caller,))


@asynccontextmanager
async def up(first: Loaded, report: Callable[[Record], None] = lambda _: None) -> AsyncIterator[Run]:
    async with running(first, RunSettings(), report=report, clock=lambda: 0.0) as run:
        yield run


async def ask(run: Run, name: str, path: str = "/") -> tuple[int, str]:
    """Status and body of a service's answer."""
    port = int(run.ready.gateway_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    host = service(name).domain_name
    writer.write(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    status, _, body = parse_answer(await asyncio.wait_for(reader.read(), 60))
    writer.close()
    return status, body.decode()


def test_services_come_and_go_without_a_restart(code: Path) -> None:
    async def play() -> list[int]:
        async with up(loaded(code, "foo")) as run:
            before = [(await ask(run, name))[0] for name in ("foo", "bar")]
            await run.apply(loaded(code, "bar"))
            return before + [(await ask(run, name))[0] for name in ("foo", "bar")]

    assert asyncio.run(play()) == [200, 404, 404, 200]


def test_a_function_that_is_as_before_keeps_its_process(code: Path) -> None:
    async def play() -> tuple[str, str, str]:
        async with up(loaded(code, "foo")) as run:
            first = await ask(run, "foo")
            await run.apply(loaded(code, "foo", "bar"))
            same = await ask(run, "bar")
            await run.apply(loaded(code, "foo", "bar", environment={"WHO": "other"}))
            return first[1], same[1], (await ask(run, "foo"))[1]

    first, same, changed = asyncio.run(play())
    assert first == same
    assert changed.startswith("other ")
    assert changed.split()[1] != first.split()[1]
    assert changed.endswith(service("bar").domain_name)


def test_a_request_in_flight_ends_by_the_network_that_it_met(code: Path) -> None:
    async def play() -> tuple[tuple[int, str], int]:
        async with up(loaded(code, "foo", environment={"WHO": "first"})) as run:
            asking = asyncio.create_task(ask(run, "foo", "/wait"))
            while not (code / "started").exists():  # noqa: ASYNC110 - it is another process that makes it
                await asyncio.sleep(0.01)
            await run.apply(loaded(code, "bar", environment={"WHO": "second"}))
            gone, _ = await ask(run, "foo")
            (code / "go").touch()
            return await asking, gone

    (status, body), gone = asyncio.run(play())
    assert (status, body.split()[0], gone) == (200, "first", 404)


def test_a_caller_keeps_its_credentials_and_its_token(code: Path) -> None:
    async def play() -> tuple[str, str]:
        async with up(loaded(code, "foo")) as run:
            before = json.dumps([vars(each) for each in run.callers])
            await run.apply(loaded(code, "bar"))
            return before, json.dumps([vars(each) for each in run.callers])

    before, after = asyncio.run(play())
    assert "proxy_url" in before
    assert before == after


def test_a_network_that_cannot_run_changes_nothing(code: Path) -> None:
    async def play() -> tuple[int, int]:
        async with up(loaded(code, "foo")) as run:
            with pytest.raises(ConfigurationError, match=r"/nowhere/python cannot be run"):
                await run.apply(loaded(code, "bar", python="/nowhere/python"))
            return (await ask(run, "foo"))[0], (await ask(run, "bar"))[0]

    assert asyncio.run(play()) == (200, 404)
