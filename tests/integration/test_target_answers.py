"""What reaches the client of what a target says: a whole response, or a 502; never a 500 of our own."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.integration.wire import HOST, Answer, Wire, wired

BODY = b"Content-Length: 2\r\n\r\nok"
CHUNKS = b"\r\n2\r\nok\r\n0\r\n\r\n"


def answer_to(says: bytes, *, method: str = "GET") -> tuple[Answer, Wire]:
    """What a client gets of a target that says this."""

    async def run() -> tuple[Answer, Wire]:
        async with wired() as wire:
            wire.says = says
            return await wire.ask(f"{method} / HTTP/1.1\r\nHost: {HOST}".encode()), wire

    return asyncio.run(run())


def answer_of(returned: Any, *, method: str = "GET") -> tuple[Answer, Wire]:
    """What a client gets of a function that returns this."""

    async def run() -> tuple[Answer, Wire]:
        async with wired() as wire:
            wire.returns = returned
            return await wire.ask(f"{method} / HTTP/1.1\r\nHost: {HOST}\r\nX-To: v2".encode()), wire

    return asyncio.run(run())


@pytest.mark.parametrize(
    "says",
    [
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nhello",
        b"HTTP/1.1 103 Early Hints\r\nContent-Length: 2\r\n\r\nok",
        b"HTTP/1.1 99 X\r\n" + BODY,
        b"HTTP/1.1 000 X\r\n" + BODY,
        b"HTTP/1.1 20 X\r\n" + BODY,
        b"HTTP/1.1 1000 X\r\n" + BODY,
        b"HTTP/1.1 +20 X\r\n" + BODY,
        b"HTTP/1.1 600 X\r\n" + BODY,
        b"HTTP/1.1 999 X\r\n" + BODY,
        b"HTTP/2.0 200 OK\r\n" + BODY,
        b"HTTP/0.9 200 OK\r\n" + BODY,
        b"HTTP/1.1 200 a\x01b\r\n" + BODY,
        b"HTTP/1.1 200 a\x00b\r\n" + BODY,
        b"HTTP/1.1 200 a\x7fb\r\n" + BODY,
        b"HTTP/1.1 200 a\rb\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A: a\x01b\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A: a\x00b\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A: a\x7fb\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A: a\rb\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A: a\r\n folded\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX-A : a\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX A: a\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\n: a\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nX\xe9: a\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nno colon\r\n" + BODY,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n" + CHUNKS,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" + CHUNKS,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 2\r\n" + CHUNKS,
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nContent-Length: abc\r\n\r\nok",
        b"HTTP/1.1 200 OK\r\nX-A: " + b"a" * 200_000 + b"\r\n" + BODY,
        b"SSH-2.0-OpenSSH\r\n\r\n",
        b"HTTP/1.1 103 X\r\n\r\nHTTP/1.1 200 OK\r\nX-A: a\r\n folded\r\n" + BODY,
        b"HTTP/1.1 100 X\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 200 OK\r\nX-A: a\r\n\tb\r\n" + BODY,
        b"HTTP/1.1 103 X\r\n\r\n" * 101 + b"HTTP/1.1 200 OK\r\n" + BODY,
        (b"HTTP/1.1 103 X\r\nLink: %b\r\n\r\n" % (b"x" * 3000)) * 22 + b"HTTP/1.1 200 OK\r\n" + BODY,
    ],
)
def test_what_is_no_response_of_http_is_a_502(says: bytes) -> None:
    (status, headers, body), wire = answer_to(says)

    assert (status, headers["content-length"], body) == (502, ["11"], b"Bad Gateway")
    assert wire.logged[0]["failureReason"] in ("TargetProtocolError", "TargetConnectionClosed")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(
    ("says", "status"),
    [
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n" + BODY, 200),
        (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\n" + BODY, 200),
        (b"HTTP/1.1 103 X\r\n\r\n" * 100 + b"HTTP/1.1 200 OK\r\n" + BODY, 200),
        ((b"HTTP/1.1 103 X\r\nLink: %b\r\n\r\n" % (b"x" * 3000)) * 20 + b"HTTP/1.1 200 OK\r\n" + BODY, 200),
        (b"HTTP/1.1 103 X\r\nLink: a\r\n b\r\n\r\nHTTP/1.1 200 OK\r\n" + BODY, 200),
        (b"HTTP/1.1 200\r\n" + BODY, 200),
        (b"HTTP/1.1 200 \r\n" + BODY, 200),
        (b"HTTP/1.1 200 D\xe9j\xe0 vu\r\n" + BODY, 200),
        (b"HTTP/1.1 200 OK\r\nConnection: content-length\r\n" + BODY, 200),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more than it announced", 200),
        (b"HTTP/1.0 200 OK\r\n" + BODY, 200),
        (b"HTTP/1.1 599 X\r\n" + BODY, 599),
    ],
)
def test_a_response_is_passed_on_whole(says: bytes, status: int, method: str) -> None:
    (got, headers, body), _ = answer_to(says, method=method)

    assert (got, headers["content-length"]) == (status, ["2"])
    assert body == (b"ok" if method == "GET" else b"")
    assert "link" not in headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("framing", [BODY, b"Transfer-Encoding: chunked\r\n" + CHUNKS, b"\r\n"])
@pytest.mark.parametrize(("status", "length"), [(204, None), (205, ["0"]), (304, None)])
def test_a_target_s_status_without_a_body_gets_none(
    status: int, length: list[str] | None, framing: bytes, method: str
) -> None:
    says = b"HTTP/1.1 %d X\r\n%b" % (status, framing)

    (got, headers, body), _ = answer_to(says, method=method)

    assert (got, headers.get("content-length"), body) == (status, length, b"")
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize(("status", "length"), [(204, None), (205, ["0"]), (304, None)])
def test_a_function_s_status_without_a_body_gets_none(
    status: int, length: list[str] | None, method: str
) -> None:
    returned = {"statusCode": status, "headers": {"content-length": "9"}, "body": "split"}

    (got, headers, body), _ = answer_of(returned, method=method)

    assert (got, headers.get("content-length"), body) == (status, length, b"")
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize(
    "returned",
    [
        *({"statusCode": status, "body": "HTTP/1.1 200 OK\r\n\r\n"} for status in (0, 99, 100, 101, 103, 199, 600)),
        *({"statusCode": 200, "headers": {"x-a": f"a{char}b"}} for char in "\r\n\0\x01\x7f"),
        *({"statusCode": 200, "headers": {name: "a"}} for name in ("", "a b", "a:", "a\r\nb", "é")),
    ],
)  # fmt: skip
def test_what_a_function_may_not_return_is_a_502(returned: Any) -> None:
    (status, headers, body), wire = answer_of(returned)

    assert (status, headers["content-length"], body) == (502, ["11"], b"Bad Gateway")
    assert wire.logged[0]["failureReason"] == "TargetProtocolError"


@pytest.mark.parametrize(
    ("method", "given", "length", "body"),
    [
        ("GET", {}, ["2"], b"ok"),
        ("GET", {"content-length": "999"}, ["2"], b"ok"),
        ("GET", {"Content-Length": "x", "Transfer-Encoding": "chunked"}, ["2"], b"ok"),
        ("HEAD", {}, ["2"], b""),
        ("HEAD", {"content-length": "999"}, ["2"], b""),
    ],
)
def test_the_length_of_a_function_s_body_is_counted(
    method: str, given: dict[str, str], length: list[str], body: bytes
) -> None:
    (status, headers, got), _ = answer_of({"statusCode": 200, "headers": given, "body": "ok"}, method=method)

    assert (status, headers["content-length"], got) == (200, length, body)
    assert "transfer-encoding" not in headers


@pytest.mark.parametrize(("given", "length"), [("7", ["7"]), ("x", None), ("-1", None)])
def test_a_function_may_say_what_length_a_get_would_have(given: str, length: list[str] | None) -> None:
    returned = {"statusCode": 200, "headers": {"content-length": given}}

    (_, headers, _), _ = answer_of(returned, method="HEAD")

    assert headers.get("content-length") == length
