"""Where a request to an HTTP target may go: to any certificate, and never back into the run."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
import trustme

from lattice_events.local.targets.health import HealthChecks
from tests.integration.test_health import CHECK, checked, until_healthy
from tests.integration.wire import HOST, OK, Answer, Wire, wire_network, wired
from tests.networks import http_group

ASK = f"GET / HTTP/1.1\r\nHost: {HOST}".encode()
OWN = "is a port of lattice dev itself"


@asynccontextmanager
async def https_target(name: str) -> AsyncIterator[str]:
    """The URL of a target whose certificate is for this name and of an authority that nobody knows."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(OK)
        writer.close()

    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    trustme.CA().issue_cert(name).configure_cert(context)
    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    yield f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()


@pytest.mark.parametrize("name", ["127.0.0.1", "another.example"])
def test_a_target_s_certificate_is_not_validated(name: str) -> None:
    async def run() -> Answer:
        async with https_target(name) as url, wired(lambda _: wire_network(url)) as wire:
            return await wire.ask(ASK)

    assert asyncio.run(run())[0] == 200


def test_a_health_check_does_not_validate_it_either() -> None:
    async def run() -> None:
        async with https_target("another.example") as url:
            group = replace(http_group(url), health_check=CHECK)
            checks = HealthChecks(report=lambda _: None)
            await checks.apply(replace(wire_network(url), target_groups=(group,)))
            try:
                await until_healthy(checks, 1)
            finally:
                await checks.close()

    asyncio.run(run())


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "LOCALHOST", "[::ffff:127.0.0.1]"]
)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_target_that_is_the_gateway_itself_is_not_asked(scheme: str, host: str) -> None:
    async def run() -> tuple[Answer, Wire]:
        async with wired() as first:
            free = first.port
        url = f"{scheme}://{host}:{free}"
        async with wired(lambda _: wire_network(url), port=free) as wire:
            return await wire.ask(ASK), wire

    (status, _, _), wire = asyncio.run(run())

    assert (status, len(wire.reports)) == (502, 1)
    assert OWN in (wire.reports[0].reason or "")


@pytest.mark.parametrize("host", ["a..b", "a" * 64 + ".example"])
def test_a_target_whose_host_is_no_name_is_one_that_takes_no_connection(host: str) -> None:
    async def run() -> tuple[Answer, str]:
        group = replace(http_group(f"http://{host}:80"), health_check=CHECK)
        net = replace(wire_network(f"http://{host}:80"), target_groups=(group,))
        async with checked(net) as (_, reports), wired(lambda _: net) as wire:
            return await wire.ask(ASK), await reports.next()

    (status, _, _), report = asyncio.run(run())
    assert status == 503
    assert "is UNHEALTHY: GET /ok failed (no connection: " in report
