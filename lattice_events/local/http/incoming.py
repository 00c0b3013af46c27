"""One request on a connection, and the way to answer it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING

from lattice_events.local.http.broken import Broken, failure_of_ours
from lattice_events.local.http.raw import RawPairs, headers_of
from lattice_events.local.http.response_head import (
    CONTINUE,
    Framing,
    Pairs,
    encode_head,
    frame,
    given_length,
)

if TYPE_CHECKING:
    from lattice_events.local.http.server import HttpConnection

_JOIN_BYTES = (
    64 * 1024
)  # a body up to here travels in one write with the head; a larger one is not copied for that


class Incoming:
    """A request whose head is complete. It is answered once, by `respond`, or by `begin`, `write` and `end`.

    Attributes:
        method: As sent.
        target: Of the request line, as sent.
        version: Of HTTP, such as ``1.1``.
        headers: As sent.
        has_body: Whether a body is announced.
        keeps_alive: Whether the connection is kept after the answer.
        connection: That it came by.
        problem: What makes it no request that can be served.
        bytes_sent: Of the answer, up to now.
        status: Of the answer; 0 before there is one.
        on_gone: Called when the connection is lost before the answer is complete.
    """

    __slots__ = (
        "_awaited",
        "_failure",
        "_framing",
        "_held",
        "_is_complete",
        "_is_ended",
        "_left",
        "_pieces",
        "_raw",
        "_received",
        "_waits_for_continue",
        "bytes_sent",
        "connection",
        "has_body",
        "headers",
        "keeps_alive",
        "method",
        "on_gone",
        "problem",
        "status",
        "target",
        "version",
    )

    def __init__(
        self,
        connection: HttpConnection,
        method: str,
        target: str,
        *,
        raw: RawPairs,
        version: str,
        keeps_alive: bool,
    ) -> None:
        """Keep the head; the connection feeds the body."""
        self.connection = connection
        self.method = method
        self.target = target
        headers = self.headers = headers_of(raw)
        self.version = version
        self.keeps_alive = keeps_alive
        self.problem: Broken | None = None
        self.on_gone: Callable[[], object] | None = None
        self.bytes_sent = 0
        self.status = 0
        self._raw = raw
        self._pieces: list[bytes] = []
        self._held = 0
        self._received = 0
        self._is_complete = False
        self._is_ended = False
        self._failure: Exception | None = None
        self._awaited: asyncio.Future[None] | None = None
        self._framing: Framing | None = None
        self._left = -1
        names = headers.keys()
        self.has_body = "transfer-encoding" in names or (
            "content-length" in names and headers["content-length"].strip("0") != ""
        )
        self._waits_for_continue = (
            "expect" in names and version == "1.1" and headers["expect"].lower() == "100-continue"
        )

    # ── the body ──────────────────────────────────────────────────────────────────────────────

    @property
    def body(self) -> bytes | None:
        """The whole body where it has arrived, else ``None``."""
        if not self._is_complete or self._failure is not None:
            return None
        if self._pieces:
            body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
            self._pieces[:] = (body,)
            return body
        return b""

    @property
    def bytes_received(self) -> int:
        """Request line, headers, blank line and body, as far as it has arrived."""
        request_line = len(self.method) + len(self.target.encode()) + len(" HTTP/1.1") + 3
        return (
            request_line + sum(len(name) + len(value) + 4 for name, value in self._raw) + 2 + self._received
        )

    async def read(self, limit_bytes: int) -> bytes | None:
        """The body, or ``None`` for one over the limit, of which the rest is not kept.

        Raises:
            BrokenBodyError: It breaks off.
        """
        chunks = self.chunks()
        if chunks is None:
            return b""
        pieces, length = [], 0
        async for piece in chunks:
            length += len(piece)
            if length <= limit_bytes:
                pieces.append(piece)
        return b"".join(pieces) if length <= limit_bytes else None

    def chunks(self) -> AsyncIterator[bytes] | None:
        """The body, piece by piece; ``None`` for a request that announces none."""
        return self._read_pieces() if self.has_body else None

    async def _read_pieces(self) -> AsyncIterator[bytes]:
        if self._waits_for_continue and not self._is_complete and not self._pieces and self.status == 0:
            self.connection.write(CONTINUE)
        self._waits_for_continue = False
        while True:
            if self._pieces:
                piece = b"".join(self._pieces)
                self._pieces.clear()
                self.connection.took(self.release())
                yield piece
            elif self._failure is not None:
                raise self._failure
            elif self._is_complete:
                return
            else:
                self._awaited = asyncio.get_running_loop().create_future()
                await self._awaited

    def feed(self, piece: bytes) -> bool:
        """Take a piece of the body; whether it is kept."""
        self._received += len(piece)
        if self._is_ended:
            return False
        self._pieces.append(piece)
        self._held += len(piece)
        self._wake()
        return True

    def complete(self, failure: Exception | None = None) -> None:
        """Nothing follows, whether that is the end of the body or not."""
        if not self._is_complete:
            self._failure = failure
            self._is_complete = True
            self._wake()

    def _wake(self) -> None:
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    def release(self) -> int:
        """How many bytes were kept of the body for whoever serves, and now are theirs."""
        held, self._held = self._held, 0
        return held

    @property
    def is_complete(self) -> bool:
        """Whether nothing follows of the request."""
        return self._is_complete

    @property
    def is_ended(self) -> bool:
        """Whether the answer is complete."""
        return self._is_ended

    # ── the answer ────────────────────────────────────────────────────────────────────────────

    def respond(self, status: int, headers: Pairs, body: bytes = b"", *, reason: str | None = None) -> None:
        """Answer with a response that is complete."""
        head = self._head(status, headers, len(body), reason)
        if not body or self._framing is None or self._framing.is_bodyless:
            self._write(head)
        elif len(body) <= _JOIN_BYTES:
            self._write(head + body)
        else:
            self._write(head)
            self._write(body)
        self._finish()

    def begin(self, status: int, headers: Pairs, *, first: bytes = b"", reason: str | None = None) -> None:
        """Begin to answer; the framing follows from the headers.

        Args:
            status: Of the response.
            headers: Of the response; a Content-Length says what follows, without one it comes in chunks.
            first: What there is of the body already; it travels with the head.
            reason: The phrase behind the status.
        """
        head = self._head(status, headers, None, reason)
        framing = self._framing
        if framing is not None and framing.length is not None and not framing.is_bodyless:
            self._left = int(framing.length)
        self._write(head + self._framed(first))

    async def write(self, chunk: bytes) -> None:
        """Send a piece of the body, and wait while the client takes no more.

        Raises:
            ConnectionResetError: The client is gone.
        """
        if not self.connection.is_open:
            raise ConnectionResetError("the client is gone")
        framed = self._framed(chunk)
        if framed:
            self._write(framed)
            await self.connection.drain()

    def end(self) -> None:
        """The answer is complete; one that is shorter than it said cuts the connection."""
        if self._left > 0:
            self.abort()
            return
        if self._framing is not None and self._framing.is_chunked:
            self._write(b"0\r\n\r\n")
        self._finish()

    def abort(self) -> None:
        """Cut the connection: the one way left to say that an answer is not whole."""
        self._is_ended = True
        self.connection.abort()

    def reset(self) -> None:
        """Cut the connection with a reset, as one that is lost."""
        self._is_ended = True
        self.connection.reset()

    def _head(self, status: int, headers: Pairs, counted: int | None, reason: str | None) -> bytes:
        if self.status:
            raise RuntimeError("the request has been answered")
        pairs = headers if isinstance(headers, tuple) else tuple(headers)
        version = "1.1" if self.version >= "1.1" else "1.0"
        given = given_length(pairs) if counted is None or not counted else None
        framing = frame(self.method, status, given=given, counted=counted, version=version)
        ends_by_closing = framing.length is None and not framing.is_chunked and not framing.is_bodyless
        if ends_by_closing or self.problem is not None or self._is_refused():
            self.keeps_alive = False
        self.keeps_alive = self.keeps_alive and not self.connection.is_last
        head = encode_head(
            status, pairs, framing, version=version, keeps_alive=self.keeps_alive, reason=reason
        )
        self.status = status
        self._framing = framing
        return head

    def _is_refused(self) -> bool:
        """Whether the client still waits to be told that it may send its body: now it need not."""
        return self._waits_for_continue and not self._is_complete and self._received == 0

    def _framed(self, chunk: bytes) -> bytes:
        """A piece of the body as it is sent."""
        framing = self._framing
        if not chunk or framing is None or framing.is_bodyless:
            return b""
        if framing.is_chunked:
            return b"%x\r\n%b\r\n" % (len(chunk), chunk)
        if self._left >= 0:
            chunk = chunk[: self._left]
            self._left -= len(chunk)
        return chunk

    def _write(self, data: bytes) -> None:
        if self.connection.write(data):
            self.bytes_sent += len(data)

    def fail(self, error: Exception) -> None:
        """Answer for whoever serves, who cannot."""
        if self.status:
            self.abort()
            return
        self.keeps_alive = False
        text = failure_of_ours(error).text
        self.respond(500, (("content-type", "text/plain; charset=utf-8"),), text.encode())

    def _finish(self) -> None:
        self._is_ended = True
        self._pieces.clear()
        self.connection.took(self.release())
        self.connection.finished(self)
