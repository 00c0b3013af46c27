"""Who hangs up, and when: a target before or within its answer, or the client; each is told and logged.

And how long each part took, by a clock that goes when the test says so.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.server import Gateway
from lattice_events.local.gateway.tls import RunAuthority
from lattice_events.local.output.records import InvokeResult, Record, RequestRecord, request_record
from lattice_events.network.access_log import access_log_record
from lattice_events.network.exchange import Exchange
from tests.networks import http_group, network, service, snapshot

Peer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


class _NoFunctions:
    def start(self, name: str, payload: bytes) -> asyncio.Future[InvokeResult]:
        raise AssertionError(name)


class Seen:
    """What the gateway told of its one request."""

    def __init__(self) -> None:
        self.port = 0
        self.report: asyncio.Future[RequestRecord] = asyncio.get_running_loop().create_future()
        self.logged: list[dict[str, str | int]] = []
        self.seconds = 0.0

    def on_report(self, record: Record) -> None:
        assert isinstance(record, Exchange)
        self.logged += [access_log_record(record)] if record.is_to_service else []
        self.report.set_result(request_record(record))

    async def wait(self) -> tuple[int, str | None, str | int, int]:
        """Status and reason as reported; reason and status as logged."""
        report = await asyncio.wait_for(self.report, 120)
        (record,) = self.logged
        assert isinstance(record["responseCode"], int)
        return report.status, report.reason, record["failureReason"], record["responseCode"]


@asynccontextmanager
async def gateway_to(target: Peer) -> AsyncIterator[Seen]:
    """A gateway whose only service forwards to a server that does as it is told."""
    seen = Seen()
    server = await asyncio.start_server(target, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    gateway = Gateway(
        snapshot(network(groups=(http_group(url, name="functions"),))),
        Means(invoker=_NoFunctions(), shell={}),
        authority=RunAuthority(),
        report=seen.on_report,
        clock=lambda: seen.seconds,
    )
    seen.port, _ = await gateway.start(port=0, tls_port=0)
    try:
        yield seen
    finally:
        await gateway.close()
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def request_to(
    seen: Seen, *, method: str = "GET", length: int = 0
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """A client that has sent its request, but for a body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
    head = f"{method} / HTTP/1.1\r\nHost: {service().domain_name}\r\nContent-Length: {length}\r\n\r\n"
    writer.write(head.encode())
    try:
        yield reader, writer
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


def target_that(says: bytes, *, resets: bool = False) -> Peer:
    """A target that reads a request, says something and hangs up."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(says)
        await writer.drain()
        if resets:
            writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
            )
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    return serve


@pytest.mark.parametrize("resets", [False, True], ids=["closes", "resets"])
def test_a_target_that_hangs_up_before_it_answers(*, resets: bool) -> None:
    async def run() -> tuple[bytes, Any]:
        async with gateway_to(target_that(b"", resets=resets)) as seen, request_to(seen) as (reader, _):
            return await reader.readline(), await seen.wait()

    status, (reported, reason, failure, logged) = asyncio.run(run())

    assert status == b"HTTP/1.1 502 Bad Gateway\r\n"
    assert (reported, failure, logged) == (502, "TargetConnectionClosed", 502)
    assert reason
    assert reason.endswith("it closed the connection before it answered")


def test_a_target_that_speaks_no_http() -> None:
    async def run() -> Any:
        async with gateway_to(target_that(b"hello\r\n\r\n")) as seen, request_to(seen):
            return await seen.wait()

    reported, _, failure, _ = asyncio.run(run())

    assert (reported, failure) == (502, "TargetProtocolError")


@pytest.mark.parametrize("resets", [False, True], ids=["closes", "resets"])
def test_a_target_that_hangs_up_within_its_answer_breaks_the_client_s_connection(*, resets: bool) -> None:
    half = b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"

    async def run() -> tuple[BaseException | bytes, Any]:
        async with gateway_to(target_that(half, resets=resets)) as seen, request_to(seen) as (reader, _):
            await reader.readuntil(b"\r\n\r\n")
            got = await asyncio.gather(reader.readexactly(10), return_exceptions=True)
            return got[0], await seen.wait()

    got, (reported, reason, failure, logged) = asyncio.run(run())

    assert isinstance(got, (asyncio.IncompleteReadError, ConnectionResetError))
    assert (reported, failure, logged) == (200, "TargetConnectionClosed", 200)
    assert reason == "the target closed the connection in the middle of its answer"


def test_a_client_that_hangs_up_before_its_answer_is_told_and_logged() -> None:
    async def run() -> Any:
        asked = asyncio.Event()

        async def never_answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            asked.set()
            await reader.read()  # until the gateway hangs up too
            writer.close()

        async with gateway_to(never_answers) as seen:
            async with request_to(seen):
                await asyncio.wait_for(asked.wait(), 120)
            told = await seen.wait()
            return told, seen.logged[0]

    (reported, reason, failure, logged), record = asyncio.run(run())

    assert (reported, failure, logged) == (400, "ClientConnectionClosed", 400)
    assert reason == "the client closed the connection before it got the answer"
    assert record["bytesSent"] == 0
    assert str(record["sourceIpPort"]).startswith("127.0.0.1:")
    assert not str(record["sourceIpPort"]).endswith(":0")


def test_the_log_tells_the_way_to_the_target_from_the_way_back() -> None:
    async def run() -> dict[str, str | int]:
        target_has_half, client_has_half = asyncio.Event(), asyncio.Event()

        async def target(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\nhalf")
            seen.seconds += 1
            target_has_half.set()
            await reader.readexactly(4)
            seen.seconds += 2
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nhalf")
            await client_has_half.wait()
            writer.write(b"half")
            writer.close()

        async with gateway_to(target) as seen, request_to(seen, method="POST", length=8) as (reader, writer):
            writer.write(b"half")
            await target_has_half.wait()
            writer.write(b"half")
            await reader.readuntil(b"half")
            seen.seconds += 4
            client_has_half.set()
            await seen.wait()
            return seen.logged[0]

    record = asyncio.run(asyncio.wait_for(run(), 120))

    assert (record["duration"], record["requestToTargetDuration"]) == (7000, 1000)
    assert record["responseFromTargetDuration"] == 4000
