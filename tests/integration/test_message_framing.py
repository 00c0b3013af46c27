"""Headers that say where a message ends or whose it is: none of them makes two servers see two requests."""

from __future__ import annotations

import asyncio

import pytest

from tests.integration.wire import HOST, Answer, Wire, headers_of, parse_answer, wired

_CHUNKED = b"3\r\nabc\r\n0\r\n\r\n"


def ask(lines: bytes, body: bytes = b"", *, to: str = "pods") -> tuple[Answer, Wire]:
    """Send one POST with these header lines."""

    async def run() -> tuple[Answer, Wire]:
        async with wired() as wire:
            head = f"POST /x HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\n".encode()
            return await wire.ask(head + lines, body), wire

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("lines", "body", "status"),
    [
        (b"Transfer-Encoding: gzip, chunked", _CHUNKED, 501),
        (b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked", _CHUNKED, 400),
        (b"Transfer-Encoding: chunked, chunked", _CHUNKED, 400),
        (b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked", _CHUNKED, 400),
        (b"Transfer-Encoding: chunked, identity", _CHUNKED, 400),
        (b"Transfer-Encoding: identity", b"abc", 400),
        (b"Transfer-Encoding: xchunked", _CHUNKED, 400),
        (b"Transfer-Encoding:\x0bchunked", _CHUNKED, 400),
        (b"Transfer-Encoding : chunked", _CHUNKED, 400),
        (b"Transfer-Encoding: chunked\r\nContent-Length: 3", _CHUNKED, 400),
        (b"Content-Length: 3\r\nTransfer-Encoding: chunked", _CHUNKED, 400),
        (b"Content-Length: +3", b"abc", 400),
        (b"Content-Length: 3, 3", b"abc", 400),
        (b"Content-Length: 3\r\nContent-Length: 4", b"abc", 400),
        (b"Content-Length : 3", b"abc", 400),
        (b"Host: evil.example", b"", 400),
        (b"X-A: 1\r\n folded", b"", 400),
        (b"X-A: a\x00b", b"", 400),
        (b"X-A: a\rb", b"", 400),
        (b"X-A: a\nX-B: b", b"", 400),
    ],
)
def test_what_two_servers_could_read_in_two_ways_reaches_no_target(
    lines: bytes, body: bytes, status: int
) -> None:
    answer, wire = ask(lines, body)

    assert (answer[0], wire.received) == (status, [])


@pytest.mark.parametrize("lines", [b"", b"Content-Length: 3\r\n", b"Connection: keep-alive\r\n"])
def test_chunks_are_no_framing_of_http_1_0(lines: bytes) -> None:
    async def run() -> tuple[bytes, Wire]:
        async with wired() as wire:
            head = f"POST / HTTP/1.0\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n".encode()
            return await wire.send(head + lines + b"\r\n" + _CHUNKED), wire

    answer, wire = asyncio.run(run())

    assert (parse_answer(answer)[0], answer.count(b"HTTP/1."), wire.received) == (400, 1, [])


@pytest.mark.parametrize("to", ["pods", "v1", "v2"])
@pytest.mark.parametrize(
    ("lines", "body"),
    [
        (b"Connection: host\r\nContent-Length: 3", b"abc"),
        (b"Connection: content-length\r\nContent-Length: 3", b"abc"),
        (b"Connection: transfer-encoding\r\nTransfer-Encoding: chunked", _CHUNKED),
        (b"Connection: x-forwarded-for, x-amzn-requestid\r\nContent-Length: 3", b"abc"),
        (b"Connection: upgrade\r\nUpgrade: websocket\r\nContent-Length: 3", b"abc"),
        (b"Expect: 100-continue\r\nContent-Length: 3", b"abc"),
    ],
)
def test_a_connection_header_takes_nothing_that_a_target_needs(lines: bytes, body: bytes, to: str) -> None:
    answer, wire = ask(lines, body, to=to)

    assert answer[0] in (100, 200)
    if to == "pods":
        (request,) = wire.received
        headers = headers_of(request)
        assert request.endswith(body)
    else:
        (event,) = wire.events
        headers = event["headers"]
        assert event["body"] == "YWJj"
    assert "".join(headers["host"]) == HOST
    assert headers["x-amzn-requestid"]
    assert "".join(headers["x-forwarded-for"]) == "127.0.0.1"


def test_a_spoofed_identity_is_gone_and_ours_stays_whatever_connection_names() -> None:
    _, wire = ask(
        b"Connection: x-amzn-lattice-identity, x-amzn-lattice-target\r\nX-Amzn-Lattice-Identity: Principal=x"
        b"\r\nX-Amzn-Lattice-Foo: 1\r\nx-amzn-lattice-: 1"
    )

    headers = headers_of(wire.received[0])

    assert [name for name in headers if name.startswith("x-amzn-lattice-")] == ["x-amzn-lattice-target"]
    assert headers["x-amzn-lattice-target"][0].startswith("ServiceArn=")


@pytest.mark.parametrize("to", ["pods", "v2"])
def test_a_body_that_breaks_off_in_the_middle_is_answered(to: str) -> None:
    async def run() -> bytes:
        async with wired() as wire:
            reader, writer = await asyncio.open_connection("127.0.0.1", wire.port)
            head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\nExpect: 100-continue\r\n"
            writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
            await reader.readuntil(b"100 Continue\r\n\r\n")  # it waits for the body now
            writer.write(b"3\r\nabc\r\nZZ\r\n")
            answer = await asyncio.wait_for(reader.read(), 30)
            writer.close()
            return answer

    assert asyncio.run(run()).startswith(b"HTTP/1.1 400 Bad Request\r\n")


@pytest.mark.parametrize("upgrade", ["websocket", "h2c"])
@pytest.mark.parametrize("to", ["pods", "v2"])
def test_an_upgrade_is_not_done_and_leaves_nobody_waiting(upgrade: str, to: str) -> None:
    head = (
        f"GET /1 HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\nConnection: upgrade\r\nUpgrade: {upgrade}\r\n\r\n"
    )

    async def run() -> bytes:
        async with wired() as wire:
            return await wire.send(f"{head}GET /2 HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())

    answer = asyncio.run(run())

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"\r\nConnection: close\r\n" in answer
