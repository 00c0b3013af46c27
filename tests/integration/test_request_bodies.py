"""Bodies that are encoded are the target's to decode: it gets the bytes that the client sent."""

from __future__ import annotations

import asyncio
import base64
import gzip
import zlib
from pathlib import Path

import pytest

from tests.integration.test_control import control
from tests.integration.wire import HOST, Wire, headers_of, wired

_GZIP = gzip.compress(b'{"a": 1}', mtime=0)
ENCODED = [
    ("gzip", _GZIP),
    ("GZIP", _GZIP),
    ("x-gzip", _GZIP),
    ("deflate", zlib.compress(b"abc")),
    ("deflate", b"not deflated at all"),
    ("gzip", b"not gzip at all"),
    ("gzip", _GZIP[:9]),
    ("br", b"\x8b\x01\x80abc\x03"),
    ("br", b"not brotli at all"),
    ("zstd", b"(\xb5/\xfd\x20\x03\x19\x00\x00abc"),
    ("zstd", b"not zstd at all"),
    ("gzip, br", b"whatever"),
    ("x-own", b"\xff\x00"),
]


def post(encoding: str, body: bytes, *, to: str, is_chunked: bool) -> Wire:
    """Send a body with this encoding."""

    async def run() -> Wire:
        framing, sent = f"Content-Length: {len(body)}", body
        if is_chunked:
            framing, sent = "Transfer-Encoding: chunked", b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
        head = f"POST / HTTP/1.1\r\nHost: {HOST}\r\nX-To: {to}\r\nContent-Encoding: {encoding}\r\n{framing}"
        async with wired() as wire:
            status, _, _ = await wire.ask(f"{head}\r\nContent-Type: application/octet-stream".encode(), sent)
            assert status == 200
            return wire

    return asyncio.run(run())


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("encoding", "body"), ENCODED)
def test_an_http_target_gets_an_encoded_body_byte_for_byte(
    encoding: str, body: bytes, is_chunked: bool
) -> None:
    (request,) = post(encoding, body, to="pods", is_chunked=is_chunked).received

    assert body in request
    assert headers_of(request)["content-encoding"] == [encoding]


@pytest.mark.parametrize("to", ["v1", "v2"])
@pytest.mark.parametrize(("encoding", "body"), ENCODED)
def test_an_event_has_an_encoded_body_byte_for_byte(encoding: str, body: bytes, to: str) -> None:
    (event,) = post(encoding, body, to=to, is_chunked=False).events

    assert base64.b64decode(event["body"]) == body
    assert "".join(event["headers"]["content-encoding"]) == encoding


@pytest.mark.parametrize(("encoding", "body"), [("gzip", _GZIP), ("deflate", b"garbage"), ("br", b"garbage")])
def test_the_invoke_api_does_not_decode_a_payload(tmp_path: Path, encoding: str, body: bytes) -> None:
    async def run() -> bytes:
        async with control(tmp_path) as (port, _):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            head = (
                "POST /2015-03-31/functions/f/invocations HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                f"Content-Encoding: {encoding}\r\nContent-Length: {len(body)}\r\n\r\n"
            )
            writer.write(head.encode() + body)
            answer = await asyncio.wait_for(reader.read(), 60)
            writer.close()
            return answer

    assert b"InvalidRequestContentException" in asyncio.run(run())
