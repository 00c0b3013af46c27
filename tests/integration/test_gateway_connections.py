"""Connections to the gateway: TLS that is resumed, tunnels, many of them, slow ones; in each event loop."""

from __future__ import annotations

import asyncio
import resource
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from lattice_events.local.sockets import keep_reads_small
from tests.integration.wire import HOST, Wire, wired

Run = Callable[[Coroutine[Any, Any, Any]], Any]
REQUEST = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nX-To: v2\r\n\r\n".encode()


def _trusting() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _connected(port: int, *, tunnel: bool) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", port), timeout=60)
    if tunnel:
        plain.sendall(f"CONNECT {HOST}:443 HTTP/1.1\r\n\r\n".encode())
        assert plain.recv(1000).endswith(b"\r\n\r\n")
    return plain


def _ask_twice(port: int, *, tunnel: bool, version: ssl.TLSVersion) -> list[bool | None]:
    """Whether each of two TLS connections, one after the other, resumed a session."""
    context, session, resumed = _trusting(), None, []
    context.maximum_version = version
    for _ in range(2):
        plain = _connected(port, tunnel=tunnel)
        with context.wrap_socket(plain, server_hostname=HOST, session=session) as secure:
            secure.sendall(REQUEST)
            assert secure.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
            session = secure.session
            resumed.append(secure.session_reused)
    return resumed


@pytest.mark.parametrize("tunnel", [False, True], ids=["direct", "tunnel"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
def test_a_tls_session_is_resumed(run: Run, version: ssl.TLSVersion, *, tunnel: bool) -> None:
    async def talk() -> list[bool | None]:
        async with wired() as wire:
            port = wire.port if tunnel else wire.tls_port
            return await asyncio.to_thread(_ask_twice, port, tunnel=tunnel, version=version)

    assert run(talk()) == [False, True]


def test_a_service_is_reached_in_every_way(run: Run) -> None:
    raw = REQUEST[:-2] + b"Connection: close\r\n\r\n"

    async def talk() -> tuple[list[bytes], Wire]:
        async with wired() as wire:
            answers = [await wire.send(raw)]
            answers.append(await wire.send(f"CONNECT {HOST}:80 HTTP/1.1\r\n\r\n".encode() + raw))
            answers.append(await wire.send(raw.replace(b"GET /", f"GET http://{HOST}/".encode())))
            return answers, wire

    answers, wire = run(talk())

    assert [answer.count(b"HTTP/1.1 200 OK\r\n") for answer in answers] == [1, 1, 1]
    assert len(wire.events) == len(wire.logged) == 3


def test_connections_that_say_nothing_do_not_keep_others_from_being_served(run: Run) -> None:
    many = min(2000, resource.getrlimit(resource.RLIMIT_NOFILE)[0] // 4)

    async def talk() -> bytes:
        async with wired() as wire:
            idle = [await asyncio.open_connection("127.0.0.1", wire.port) for _ in range(many)]
            for _, writer in idle[::2]:
                writer.write(b"GET / HTTP/1.1\r\nX-Slow: ")
            answer = await wire.send(REQUEST[:-2] + b"Connection: close\r\n\r\n")
            for _, writer in idle:
                writer.transport.abort()
            return answer

    assert run(talk()).startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize("to", ["pods", "v2"])
def test_a_client_that_closes_its_half_is_gone_for_the_gateway(run: Run, to: str) -> None:
    """It cannot be told from one that hangs up, whose function or target need not be waited for."""

    async def talk() -> Wire:
        async with wired() as wire:
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            writer.write(
                f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\nContent-Length: 5\r\n\r\nab".encode()
            )
            writer.write_eof()
            await asyncio.wait_for(reader.read(), 60)
            writer.close()
            return wire

    (report,) = run(talk()).reports
    assert report.reason == "the client closed the connection before it got the answer"


@pytest.mark.parametrize("to", ["pods", "v1", "v2"])
def test_a_smuggled_request_is_the_body_that_it_is(run: Run, to: str) -> None:
    inner = f"GET /admin HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode()
    head = f"POST /x HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\nContent-Length: {len(inner)}\r\n\r\n".encode()

    async def talk() -> tuple[bytes, Wire]:
        async with wired() as wire:
            return await wire.send(head + inner + REQUEST[:-2] + b"Connection: close\r\n\r\n"), wire

    answer, wire = run(talk())

    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 2
    assert [str(record["requestPath"]) for record in wire.logged] == ["/x", "/"]


def test_asyncio_still_lets_its_reads_be_kept_small() -> None:
    async def size() -> int:
        loop = asyncio.get_running_loop()
        async with wired() as wire:
            transport, _ = await loop.create_connection(asyncio.Protocol, "127.0.0.1", wire.port)
            keep_reads_small(transport)
            transport.close()
            return int(transport.max_size)  # type: ignore[attr-defined]  # of a class that typeshed hides

    assert asyncio.run(size()) == 64 * 1024
