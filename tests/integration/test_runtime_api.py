"""The Runtime API's server, byte by byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from lattice_events.local.functions.invocation import Invocation
from lattice_events.local.functions.runtime_api import RuntimeApi
from lattice_events.local.functions.runtime_connection import MAX_RESPONSE_BYTES
from tests.integration.invoking import Told, runtime_api

EVENT = b'{"event":1}'


@dataclass
class Line:
    """A connection to a Runtime API, which knows the secret."""

    api: RuntimeApi
    told: Told
    authority: str
    secret: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def request(self, method: str, path: str, body: bytes = b"", *, headers: str = "") -> bytes:
        head = f"{method} /{self.secret}/2018-06-01/runtime/{path} HTTP/1.1\r\nHost: {self.authority}\r\n{headers}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body

    @property
    def poll(self) -> bytes:
        return self.request("GET", "invocation/next")

    def result(self, invocation: Invocation, body: bytes = b"{}") -> bytes:
        return self.request("POST", f"invocation/{invocation.id}/response", body)

    async def answer(self) -> tuple[int, bytes]:
        """Status and body of the next answer."""
        head = (await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), 60)).lower()
        length = int(head.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        return int(head.split(b" ")[1]), await asyncio.wait_for(self.reader.readexactly(length), 60)

    async def rest(self) -> bytes:
        """Everything until the connection is closed."""
        try:
            return await asyncio.wait_for(self.reader.read(), 60)
        except ConnectionResetError:
            return b""


@asynccontextmanager
async def line() -> AsyncIterator[Line]:
    told = Told()
    api = runtime_api(told)
    authority, _, secret = (await api.start()).partition("/")
    reader, writer = await asyncio.open_connection(*authority.split(":"))
    try:
        yield Line(api, told, authority, secret, reader, writer)
    finally:
        writer.close()
        api.close()


def test_a_result_and_a_poll_in_one_piece_are_answered_in_one_piece() -> None:
    async def scenario() -> None:
        async with line() as on:
            first, second = Invocation(EVENT), Invocation(EVENT)
            on.api.offer(first)
            on.writer.write(on.poll)
            assert await on.answer() == (200, EVENT)
            on.writer.write(on.result(first) + on.poll)
            assert (await asyncio.wait_for(on.told.outcome, 60)).payload == b"{}"
            on.api.offer(second)
            together = await asyncio.wait_for(on.reader.read(65536), 60)
            assert together.startswith(b"HTTP/1.1 202 ")
            assert together.endswith(EVENT)

    asyncio.run(scenario())


def test_what_comes_byte_by_byte_is_read() -> None:
    async def scenario() -> None:
        async with line() as on:
            invocation = Invocation(EVENT)
            on.api.offer(invocation)
            for byte in on.poll:
                on.writer.write(bytes((byte,)))
                await on.writer.drain()
            assert await on.answer() == (200, EVENT)
            for byte in on.result(invocation, b'"x"'):
                on.writer.write(bytes((byte,)))
                await on.writer.drain()
            assert (await on.answer())[0] == 202
            assert on.told.outcome.result().payload == b'"x"'

    asyncio.run(scenario())


MALFORMED = [
    b"garbage\r\n\r\n",
    b"\r\n\r\n",
    b"GET / HTTP/2.0\r\n\r\n",
    b"GET  / HTTP/1.1\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nmany\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1, 1\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: \xb2\r\n\r\n",
    b"POST / HTTP/1.1\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nX: " + b"x" * 3_000_000,
]


@pytest.mark.parametrize("data", MALFORMED, ids=range(len(MALFORMED)))
def test_what_no_client_sends_is_refused_and_the_connection_closed(data: bytes) -> None:
    async def scenario() -> bytes:
        async with line() as on:
            on.writer.write(data)
            return await on.rest()

    assert asyncio.run(scenario())[:13] in (b"HTTP/1.1 400 ", b"")  # a kernel may drop what it has not sent


def test_whoever_speaks_while_the_answer_to_its_poll_is_awaited_is_cut_off() -> None:
    async def scenario() -> None:
        async with line() as on:
            on.writer.write(on.poll + on.poll)
            assert await on.rest() == b""
            invocation = Invocation(EVENT)
            on.api.offer(invocation)
            assert not invocation.is_taken

    asyncio.run(scenario())


@pytest.mark.parametrize("path", ["invocation/next/", "invocation", "restore/next", "../invocation/next", ""])
def test_an_unknown_path_is_not_found_and_no_poll(path: str) -> None:
    async def scenario() -> None:
        async with line() as on:
            for _ in range(2):
                on.writer.write(on.request("GET", path))
                assert (await on.answer())[0] == 404
            assert not on.told.is_ready

    asyncio.run(scenario())


@pytest.mark.parametrize("kind", ["response", "error"])
def test_a_result_of_another_invocation_is_refused(kind: str) -> None:
    async def scenario() -> None:
        async with line() as on:
            on.api.offer(Invocation(EVENT))
            on.writer.write(on.poll)
            await on.answer()
            on.writer.write(on.request("POST", f"invocation/{Invocation(EVENT).id}/{kind}", b"{}"))
            assert await on.answer() == (400, b'{"errorType":"InvalidRequestID"}')
            assert not on.told.outcome.done()

    asyncio.run(scenario())


@pytest.mark.parametrize(("size", "status"), [(MAX_RESPONSE_BYTES, 202), (MAX_RESPONSE_BYTES + 1, 413)])
def test_a_result_may_have_six_megabytes(size: int, status: int) -> None:
    async def scenario() -> None:
        async with line() as on:
            invocation = Invocation(EVENT)
            on.api.offer(invocation)
            on.writer.write(on.poll)
            await on.answer()
            on.writer.write(on.result(invocation, b"x" * size))
            assert (await on.answer())[0] == status
            outcome = on.told.outcome.result()
            assert len(outcome.payload) == size if status == 202 else json.loads(outcome.payload)

    asyncio.run(scenario())


def test_a_large_event_arrives_whole() -> None:
    async def scenario() -> None:
        async with line() as on:
            payload = b'"' + b"x" * 5_000_000 + b'"'
            on.api.offer(Invocation(payload))
            on.writer.write(on.poll)
            assert await on.answer() == (200, payload)

    asyncio.run(scenario())


def test_an_event_that_was_not_read_when_the_connection_broke_is_for_the_next_poll() -> None:
    async def scenario() -> None:
        async with line() as on:
            invocation = Invocation(EVENT)
            on.writer.write(on.poll)
            await on.writer.drain()
            on.api.offer(invocation)
            on.writer.transport.abort()
            reader, writer = await asyncio.open_connection(*on.authority.split(":"))
            writer.write(on.poll)
            again = Line(on.api, on.told, on.authority, on.secret, reader, writer)
            assert await again.answer() == (200, EVENT)
            writer.close()

    asyncio.run(scenario())
