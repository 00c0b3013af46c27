"""Kept connections to a target: whenever it closes them, no request is lost and none is read twice."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.client import connect_to
from lattice_events.local.http.connections import Connections, Origin

Fate = Literal["keeps", "closes", "closes when something comes", "reads and closes"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
WHILE = 0.2  # seconds for which a connection must stay open before it is used again
CLOSING: list[Fate] = ["closes", "closes when something comes"]


class Target:
    """A server on raw sockets: what it does to a connection after an answer is its next fate."""

    def __init__(self, *fates: Fate, says: bytes = OK) -> None:
        self.fates = list(fates)
        self.says = says
        self.read: list[bytes] = []
        self.opened = 0
        self.clock = 0.0
        self._changed = asyncio.Event()

    async def serve(self, sock: socket.socket) -> None:
        with sock:
            await self._serve(sock)

    async def _serve(self, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        fate: Fate = "keeps"
        while fate == "keeps":
            request = await loop.sock_recv(sock, 65536)
            if not request:
                break
            self.read.append(request)
            await loop.sock_sendall(sock, self.says)
            fate = self.fates.pop(0) if self.fates else "keeps"
        if fate == "closes when something comes":
            await _readable(sock)
        elif fate == "reads and closes":
            self.read.append(await loop.sock_recv(sock, 65536))

    async def accept(self, listening: socket.socket, serving: set[asyncio.Task[None]]) -> None:
        while True:
            sock, _ = await asyncio.get_running_loop().sock_accept(listening)
            self.opened += 1
            serving.add(asyncio.create_task(self.serve(sock)))


async def _readable(sock: socket.socket) -> None:
    """Wait until something has come, and read nothing of it."""
    loop = asyncio.get_running_loop()
    came = asyncio.Event()
    loop.add_reader(sock, came.set)
    try:
        await came.wait()
    finally:
        loop.remove_reader(sock)


class Client:
    """Asks a target, by a clock that the test turns."""

    def __init__(self, port: int) -> None:
        self.passed = 0.0
        self._origin = Origin("127.0.0.1", port, is_tls=False)
        self.connections = Connections(lambda origin: partial(connect_to, origin.host, origin.port))
        loop = asyncio.get_running_loop()
        real = loop.time
        loop.time = lambda: real() + self.passed  # type: ignore[method-assign]

    async def ask(self, method: str = "GET", target: str = "/") -> bytes:
        body = b"x" if method == "POST" else None
        headers = Headers({"host": "x", "content-length": "1"} if body else {"host": "x"})
        async with await self.connections.send(
            self._origin, Outgoing(method, target, headers, body)
        ) as answer:
            return b"".join([chunk async for chunk in answer.chunks()])


@asynccontextmanager
async def asking(target: Target) -> AsyncIterator[Client]:
    """A client of this target."""
    serving: set[asyncio.Task[None]] = set()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.setblocking(False)
        accepting = asyncio.create_task(target.accept(listening, serving))
        client = Client(listening.getsockname()[1])
        try:
            yield client
        finally:
            client.connections.close()
            for task in (accepting, *serving):
                task.cancel()
            await asyncio.gather(accepting, *serving, return_exceptions=True)


async def settle() -> None:
    """Let what is under way on the loopback happen."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(target: Callable[[], Target], use: Callable[[Client], Coroutine[Any, Any, Any]]) -> Target:
    """Ask a target, and give back what it saw."""

    async def main() -> Target:
        made = target()
        async with asking(made) as client:
            await use(client)
        return made

    return asyncio.run(asyncio.wait_for(main(), 120))


def test_a_connection_that_stays_open_is_used_again() -> None:
    async def use(client: Client) -> None:
        for _ in range(5):
            assert await client.ask() == b"ok"
            client.passed += WHILE

    target = run(Target, use)

    assert (target.opened, len(target.read)) == (1, 5)
    assert not any(b"onnection" in request for request in target.read)


def test_a_connection_waits_for_a_request_for_a_second() -> None:
    async def use(client: Client) -> None:
        await client.ask()
        client.passed += 1
        await client.ask()

    assert run(Target, use).opened == 2


def test_before_a_target_has_shown_that_it_keeps_connections_each_request_has_its_own() -> None:
    async def use(client: Client) -> None:
        for _ in range(3):
            await client.ask()

    assert run(Target, use).opened == 3


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "BREW"])
def test_what_may_do_something_has_a_connection_of_its_own(method: str) -> None:
    async def use(client: Client) -> None:
        for _ in range(3):
            await client.ask(method)
            client.passed += WHILE

    assert run(Target, use).opened == 3


@pytest.mark.parametrize("fate", CLOSING)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_target_that_closes_a_kept_connection_loses_no_request(fate: Fate, method: str) -> None:
    async def use(client: Client) -> None:
        for number in range(4):
            assert await client.ask(method, f"/{number}") == b"ok"
            client.passed += WHILE

    target = run(lambda: Target("keeps", fate), use)

    assert [request.split(b" ")[1] for request in target.read] == [b"/0", b"/1", b"/2", b"/3"]


def test_a_target_that_has_closed_a_kept_connection_keeps_none_for_a_while() -> None:
    async def use(client: Client) -> None:
        for _ in range(6):
            await client.ask()
            client.passed += WHILE

    assert run(lambda: Target("keeps", "closes"), use).opened == 5


def test_a_request_that_the_target_has_read_is_not_sent_again() -> None:
    async def use(client: Client) -> None:
        await client.ask()
        client.passed += WHILE
        with pytest.raises(TargetError, match="closed the connection before it answered"):
            await client.ask(target="/once")

    target = run(lambda: Target("reads and closes"), use)

    assert [request.split(b" ")[1] for request in target.read] == [b"/", b"/once"]


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.sampled_from(CLOSING), min_size=8, max_size=8),
    st.lists(
        st.tuples(st.sampled_from(["GET", "HEAD", "POST"]), st.sampled_from([0.0, 0.05, WHILE, 2.0])),
        max_size=8,
    ),
)
def test_a_target_that_closes_after_each_answer_is_asked_each_request_once(
    fates: list[Fate], asked: list[tuple[str, float]]
) -> None:
    async def use(client: Client) -> None:
        for number, (method, pause) in enumerate(asked):
            with_body = b"" if method == "HEAD" else b"ok"
            assert await client.ask(method, f"/{number}") == with_body
            client.passed += pause

    target = run(lambda: Target(*fates), use)

    assert [request.split(b" ")[1] for request in target.read] == [b"/%d" % n for n in range(len(asked))]


@pytest.mark.parametrize(
    "says",
    [
        OK + b"x",
        OK + OK,
        OK.replace(b"OK", b"OK\r\nConnection: close", 1),
        OK.replace(b"OK", b"OK\r\nConnection: a, Close", 1),
        OK.replace(b"1.1", b"1.0"),
        b"HTTP/1.1 204 X\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 304 X\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\nHTTP/1.1",
    ],
)
def test_a_connection_whose_answer_does_not_end_where_it_says_is_not_kept(says: bytes) -> None:
    async def use(client: Client) -> None:
        for _ in range(3):
            await client.ask()
            client.passed += WHILE

    target = run(lambda: Target(says=says), use)

    assert target.opened == 3


@pytest.mark.parametrize(
    ("method", "says"),
    [
        ("HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
        ("HEAD", b"HTTP/1.1 200 OK\r\n\r\n"),
        ("GET", b"HTTP/1.1 204 OK\r\n\r\n"),
        ("GET", b"HTTP/1.1 304 OK\r\nContent-Length: 2\r\n\r\n"),
        ("GET", b"HTTP/1.1 103 OK\r\nLink: x\r\n\r\n" + OK),
        ("GET", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-T: y\r\n\r\n"),
    ],
)
def test_an_answer_that_ends_by_itself_leaves_the_connection_free(method: str, says: bytes) -> None:
    async def use(client: Client) -> None:
        for _ in range(3):
            await client.ask(method)
            client.passed += WHILE

    assert run(lambda: Target(says=says), use).opened == 1


def test_what_is_said_without_being_asked_is_nobody_s_answer() -> None:
    async def use(client: Client) -> None:
        await client.ask()
        await settle()
        client.passed += WHILE
        assert await client.ask() == b"ok"

    async def late(target: Target, sock: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with suppress(OSError):
            while request := await loop.sock_recv(sock, 65536):
                target.read.append(request)
                await loop.sock_sendall(sock, OK)
                await asyncio.sleep(0)
                await loop.sock_sendall(sock, OK.replace(b"ok", b"no"))

    def make() -> Target:
        target = Target()
        target._serve = partial(late, target)  # type: ignore[method-assign]
        return target

    assert run(make, use).opened == 2
