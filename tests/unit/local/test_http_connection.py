"""However bytes are cut into segments, the same requests are seen, and the same answers leave."""

from __future__ import annotations

import asyncio
import re
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from lattice_events.local.http.incoming import Incoming
from lattice_events.local.http.server import HttpServer
from tests.conftest import examples

_HEADS = (
    b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /b HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    b"POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n",
    b"POST /d HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /e HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"POST /f HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: y\r\nContent-Length: 5\r\n\r\n",
    b"POST /g HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: y\r\nTransfer-Encoding: chunked\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
)
_REST = (
    b"3\r\nabc\r\n",
    b"0\r\n\r\n",
    b"0\r\nT: u\r\n\r\n",
    b"abcde",
    b"5;e=f\r\nGET /\r\n",
    b"\r\n",
    b"\n",
    b"\0",
    b"ZZ",
)
_PIECES = st.sampled_from((*_HEADS, *_REST)) | st.binary(max_size=3)
_DATE = re.compile(rb"Date: [^\r]*\r\n")


class _Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__({"peername": ("127.0.0.1", 1)})
        self.written = b""
        self.has_ended = False

    def write(self, data: Any) -> None:
        assert not self.has_ended
        self.written += data

    def write_eof(self) -> None:
        self.has_ended = True

    def can_write_eof(self) -> bool:
        return True

    def close(self) -> None:
        self.has_ended = True

    def is_closing(self) -> bool:
        return self.has_ended

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def answers_to(segments: list[bytes]) -> tuple[list[tuple[str, str, bytes | None]], bytes, bool]:
    """The requests that were seen, what was answered, and whether the connection has ended."""
    seen = []

    async def answer(incoming: Incoming) -> None:
        try:
            body = await incoming.read(100)
        except Exception as error:  # noqa: BLE001 - whatever it is, it must be the same
            body = type(error).__name__.encode()
        seen.append((incoming.method, incoming.target, body))
        incoming.respond(200 if incoming.problem is None else incoming.problem.status, (), b"ok")

    async def run() -> tuple[bytes, bool]:
        tasks = []
        server = HttpServer(lambda incoming: tasks.append(asyncio.ensure_future(answer(incoming))))
        connection, transport = server(), _Transport()
        connection.connection_made(transport)
        for segment in segments:
            connection.data_received(segment)
        for _ in range(40):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        connection.connection_lost(None)
        return transport.written, transport.has_ended

    written, has_ended = asyncio.run(run())
    return seen, _DATE.sub(b"", written), has_ended


@given(pieces=st.lists(_PIECES, max_size=6), cuts=st.lists(st.integers(0, 400), max_size=8))
@example(pieces=[_HEADS[6], b"3\r\nabc\r\n", b"0\r\n\r\n", _HEADS[0]], cuts=[5, 100, 110])
@examples(2000)
def test_segments_make_no_difference(pieces: list[bytes], cuts: list[int]) -> None:
    raw = b"".join(pieces)
    ends = sorted({min(cut, len(raw)) for cut in cuts} | {len(raw)})
    parts = [raw[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    assert answers_to(parts) == answers_to([raw])


@given(pieces=st.lists(_PIECES, max_size=6))
@examples(1000)
def test_a_body_is_never_a_request(pieces: list[bytes]) -> None:
    body = b"".join(pieces)
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)

    seen, _, _ = answers_to([head + body])

    assert seen == [("POST", "/", body if len(body) <= 100 else None)]
