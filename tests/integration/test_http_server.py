"""The HTTP server beneath the gateway, the Runtime API and the Invoke API, byte by byte."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import pytest

from lattice_events.local.http.broken import BrokenBodyError
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.http.server import HttpServer, Limits

GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
TEXT = (("content-type", "text/plain"),)
Loop = Callable[[Coroutine[Any, Any, Any]], Any]


class Seen:
    """A server, and the requests that it has had."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[Incoming] = []

    async def is_full(self) -> None:
        """Wait until the server takes no more of its first connection."""
        while not self.requests or self.requests[0].connection.is_reading:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0)

    async def send(self, *parts: bytes) -> bytes:
        """Everything that is answered to these bytes, each part of which is a segment of its own."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0)
        try:
            return await asyncio.wait_for(reader.read(), 60)
        finally:
            writer.close()


def echo(incoming: Incoming) -> None:
    """Answer with what came, or why it is no request."""
    problem = incoming.problem
    if problem is not None:
        incoming.respond(problem.status, TEXT, problem.reason.encode())
    else:
        incoming.respond(200, TEXT, incoming.target.encode() + (incoming.body or b""))


def later(serve: Callable[[Incoming], Awaitable[None]]) -> Callable[[Incoming], None]:
    """Serve in a task."""
    tasks = set()

    def handle(incoming: Incoming) -> None:
        task = asyncio.ensure_future(serve(incoming))
        incoming.on_gone = task.cancel
        tasks.add(task)

    return handle


@asynccontextmanager
async def serving(
    handle: Callable[[Incoming], None] = echo, limits: Limits | None = None
) -> AsyncIterator[Seen]:
    seen = Seen()

    def keep(incoming: Incoming) -> None:
        seen.requests.append(incoming)
        handle(incoming)

    server = HttpServer(keep, limits)
    listener = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    seen.port = listener.sockets[0].getsockname()[1]
    try:
        yield seen
    finally:
        listener.close()
        await server.close(1)


def ask(run: Loop, *parts: bytes, **options: Any) -> bytes:
    """Everything that is answered to these bytes."""

    async def talk() -> bytes:
        async with serving(**options) as seen:
            return await seen.send(*parts)

    answer: bytes = run(talk())
    return answer


def bodies(answer: bytes) -> list[bytes]:
    """The bodies of the answers of `echo`."""
    return [each.partition(b"\r\n\r\n")[2] for each in answer.split(b"HTTP/1.")[1:]]


def test_requests_in_one_segment_are_answered_in_order(run: Loop) -> None:
    post = b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc"

    answer = ask(run, b"".join(post % number for number in range(50)) + LAST)

    assert bodies(answer) == [*(b"/%dabc" % number for number in range(50)), b"/last"]


def test_requests_that_are_answered_later_keep_their_order(run: Loop) -> None:
    async def serve(incoming: Incoming) -> None:
        await asyncio.sleep(0)
        echo(incoming)

    requests = b"".join(b"GET /%d HTTP/1.1\r\nHost: x\r\n\r\n" % number for number in range(100))

    answer = ask(run, requests + LAST, handle=later(serve))

    assert bodies(answer) == [*(b"/%d" % number for number in range(100)), b"/last"]


def test_a_request_may_come_byte_by_byte(run: Loop) -> None:
    raw = b"POST /a HTTP/1.1\r\nHost: x\r\nX-A: \xc3\xa9\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2;e=1\r\nab\r\n1\r\nc\r\n0\r\nT: u\r\n\r\n"

    async def serve(incoming: Incoming) -> None:
        body = await incoming.read(100)
        incoming.respond(200, (("x-a", incoming.headers["x-a"]),), body or b"")

    answer = ask(run, *(raw[at : at + 1] for at in range(len(raw))), handle=later(serve))

    assert answer.endswith(b"abc")
    assert "x-a: é".encode() in answer


@pytest.mark.parametrize(
    "framing", [b"Content-Length: 3\r\n\r\nabc", b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"]
)
def test_a_body_that_asks_for_another_protocol_is_read_to_its_end(run: Loop, framing: bytes) -> None:
    head = b"POST /up HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n" + framing

    assert bodies(ask(run, head + b"GET /smuggled HTTP/1.1\r\n\r\n")) == [b"/upabc"]


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET / HTTP/2.0\r\nHost: x\r\n\r\n", 505),
        (b"\x16\x03\x01\x00\xa5\x01\x00\x00", 400),
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nHost: x\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nUser-Agent: a\r\nUser-Agent: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 1_500_000, 400),
        (b"GET /" + b"a" * 1_500_000, 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: a\r\n" * 600 + b"\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
        (b"POST / HTTP/1.0\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: x\r\nX: a\nY: b\r\n\r\n", 400),
    ],
)  # fmt: skip
def test_what_is_no_request_is_answered_once_and_ends_the_connection(
    run: Loop, raw: bytes, status: int
) -> None:
    answer = ask(run, GET + raw + GET)

    assert re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", answer) == [b"200", b"%d" % status]


def test_a_body_that_breaks_off_is_told_whoever_reads_it(run: Loop) -> None:
    async def serve(incoming: Incoming) -> None:
        try:
            await incoming.read(100)
        except BrokenBodyError as error:
            incoming.respond(error.broken.status, ())

    head = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"

    answer = ask(run, head + b"3\r\nabc\r\n", b"ZZ\r\n" + GET, handle=later(serve))

    assert answer.startswith(b"HTTP/1.1 400 Bad Request\r\n")
    assert answer.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("status", [204, 205, 304])
def test_a_status_without_a_body_has_none(run: Loop, status: int) -> None:
    answer = ask(run, GET + LAST, handle=lambda incoming: incoming.respond(status, (), b"GET"))

    assert answer.count(b"HTTP/1.1 %d " % status) == 2
    assert b"GET" not in answer


@pytest.mark.parametrize(
    ("request_line", "end"),
    [(b"GET / HTTP/1.1", b"\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n"), (b"GET / HTTP/1.0", b"\r\n\r\nabc")],
)
def test_an_answer_of_unknown_length_has_an_end(run: Loop, request_line: bytes, end: bytes) -> None:
    async def serve(incoming: Incoming) -> None:
        incoming.begin(200, (), first=b"a")
        await incoming.write(b"bc")
        incoming.end()

    answer = ask(run, request_line + b"\r\nHost: x\r\nConnection: close\r\n\r\n", handle=later(serve))

    assert answer.endswith(end)


def test_an_answer_shorter_than_it_said_cuts_the_connection(run: Loop) -> None:
    async def serve(incoming: Incoming) -> None:
        incoming.begin(200, (("content-length", "5"),), first=b"abc")
        incoming.end()

    async def talk() -> bytes | BaseException:
        async with serving(later(serve)) as seen:
            reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
            writer.write(GET)
            await reader.readuntil(b"\r\n\r\n")
            (got,) = await asyncio.gather(reader.readexactly(5), return_exceptions=True)
            writer.close()
            return got

    assert isinstance(run(talk()), (asyncio.IncompleteReadError, ConnectionResetError))


def test_more_than_was_announced_is_not_sent(run: Loop) -> None:
    async def serve(incoming: Incoming) -> None:
        incoming.begin(200, (("content-length", "3"),), first=b"ab")
        await incoming.write(b"cHTTP/1.1 200 OK\r\n\r\n")
        incoming.end()

    assert ask(run, LAST, handle=later(serve)).endswith(b"\r\n\r\nabc")


@pytest.mark.parametrize("text", ["a\r\nb", "a\nb", "a\rb", "a\0b"])
def test_a_header_cannot_end_the_head(run: Loop, text: str) -> None:
    answer = ask(run, LAST, handle=lambda incoming: incoming.respond(200, (("x-a", text),)))

    assert answer.startswith(b"HTTP/1.1 500 ")


def test_a_bug_of_whoever_serves_is_answered_without_its_words(run: Loop) -> None:
    def handle(_: Incoming) -> None:
        raise ZeroDivisionError("secret")

    answer = ask(run, GET + GET, handle=handle)

    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"secret" not in answer
    assert answer.count(b"HTTP/1.1") == 1


def test_whoever_waits_is_told_that_the_client_is_gone(run: Loop) -> None:
    async def talk() -> None:
        gone = asyncio.Event()

        def handle(incoming: Incoming) -> None:
            incoming.on_gone = gone.set

        async with serving(handle) as seen:
            _, writer = await asyncio.open_connection("127.0.0.1", seen.port)
            writer.write(GET)
            await writer.drain()
            writer.close()
            await asyncio.wait_for(gone.wait(), 60)

    run(talk())


@pytest.mark.parametrize("half", [b"", b"\r\n", b"GET /", GET[:-2], GET + GET[:-2]])
def test_half_a_head_is_not_waited_for_for_ever(run: Loop, half: bytes) -> None:
    answer = ask(run, half, limits=Limits(head_seconds=0.05, keep_alive_seconds=60.0))

    assert answer.count(b"HTTP/1.1") == half.count(GET)


def test_a_connection_is_kept_for_some_time_only(run: Loop) -> None:
    assert ask(run, GET, limits=Limits(keep_alive_seconds=0.05)).count(b"HTTP/1.1 200") == 1


def test_a_client_that_waits_to_send_its_body_is_told_to(run: Loop) -> None:
    async def serve(incoming: Incoming) -> None:
        incoming.respond(200, (), await incoming.read(100) or b"")

    async def talk() -> bytes:
        async with serving(later(serve)) as seen:
            reader, writer = await asyncio.open_connection("127.0.0.1", seen.port)
            writer.write(LAST[:-2] + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
            await reader.readuntil(b"100 Continue\r\n\r\n")
            writer.write(b"abc")
            answer = await reader.read()
            writer.close()
            return answer

    assert run(talk()).endswith(b"\r\n\r\nabc")


def test_a_client_that_is_refused_need_not_send_its_body(run: Loop) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"

    answer = ask(run, head, handle=lambda incoming: incoming.respond(403, ()))

    assert b"100 Continue" not in answer
    assert b"Connection: close" in answer


def test_the_body_of_a_request_that_was_answered_early_is_no_request(run: Loop) -> None:
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 500000\r\n\r\n"

    answer = ask(run, head, GET * 10 + b"x" * (500_000 - 10 * len(GET)), LAST)

    assert bodies(answer) == [b"/", b"/last"]


def test_a_body_that_nobody_reads_stops_the_sender(run: Loop) -> None:
    async def talk() -> int:
        async with serving(lambda _: None) as seen:
            _, writer = await asyncio.open_connection("127.0.0.1", seen.port)
            writer.write(
                b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 90000000\r\n\r\n" + b"x" * 60_000_000
            )
            await seen.is_full()
            writer.transport.abort()
            return seen.requests[0].bytes_received

    assert run(talk()) < 1_000_000


def test_a_client_that_never_reads_gets_one_answer_at_a_time(run: Loop) -> None:
    async def talk() -> int:
        async with serving(lambda incoming: incoming.respond(200, (), b"x" * 6_000_000)) as seen:
            _, writer = await asyncio.open_connection("127.0.0.1", seen.port, limit=1)
            writer.write(GET * 10_000)
            await seen.is_full()
            writer.transport.abort()
            return len(seen.requests)

    assert run(talk()) <= 2
