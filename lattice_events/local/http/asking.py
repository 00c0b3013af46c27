"""A connection to a server, on which requests are asked one after the other."""

from __future__ import annotations

import asyncio
import select
import socket
from collections.abc import AsyncIterator
from typing import NamedTuple, Protocol

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.answer import AnswerReader, Head
from lattice_events.local.sockets import keep_reads_small
from lattice_events.local.stopwatch import Stopwatch
from lattice_events.network.dataplane import IDLE_TIMEOUT_SECONDS

_HIGH_BYTES = 128 * 1024  # of an answer that nobody takes: reading pauses
_SILENT = "it did not answer in time"
_CLOSED = "it closed the connection before it answered"
_LAST_CHUNK = b"0\r\n\r\n"
_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS"))

Body = bytes | AsyncIterator[bytes]


class Outgoing(NamedTuple):
    """A request as it is sent, byte for byte.

    Attributes:
        method: As the client sent it.
        target: For the request line.
        headers: All of them but how a body without a length is framed, and ``Connection``.
        body: What is there already, or what comes piece by piece.
    """

    method: str
    target: str
    headers: Headers
    body: Body | None = None

    @property
    def is_repeatable(self) -> bool:
        """Whether it asks for nothing to be done (RFC 9110 §9.2.1), so that asking a second time does no harm."""
        return self.body is None and self.method in _REPEATABLE


class Keeper(Protocol):
    """Keeps connections that wait for a request."""

    def keep(self, connection: ClientConnection) -> None:
        """The next request may be asked."""

    def lose(self, connection: ClientConnection) -> None:
        """The connection has ended."""


class ClientConnection(asyncio.Protocol):
    """One connection to a server.

    Attributes:
        idle_since: When the last answer ended, by the loop's clock.
        is_unread: Whether it broke though the server has read nothing of the request.
    """

    def __init__(self, keeper: Keeper | None = None) -> None:
        """Prepare for `connection_made`.

        Args:
            keeper: Gets the connection after each answer; without it the connection serves one request.
        """
        self.idle_since = 0.0
        self.is_unread = False
        self._keeper = keeper
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._poll = select.poll()
        self._answer: AnswerReader | None = None
        self._failure: TargetError | None = None
        self._watch: Stopwatch | None = None
        self._sending: asyncio.Task[None] | None = None
        self._is_sent = True
        self._is_reading_paused = False
        self._waiter: asyncio.Future[None] | None = None
        self._drained: asyncio.Future[None] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None

    # ── the transport's calls ─────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's classes
        keep_reads_small(transport)
        self._poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)

    def data_received(self, data: bytes) -> None:
        """Read a part of the answer."""
        answer = self._answer
        if answer is None:  # nobody has asked
            self.close()
            return
        try:
            answer.feed(data)
        except TargetError as error:
            self._fail(error)
        if answer.buffered_bytes > _HIGH_BYTES and not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()
        self._wake()

    def eof_received(self) -> None:
        """The server sends nothing more; that may be how its answer ends. The transport closes itself."""
        if self._answer is None or self._failure is not None:
            return
        try:
            self._answer.end()
        except TargetError as error:
            self.is_unread = not self._answer.has_begun and self._is_reset()
            self._fail(error)
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Tell whoever waits."""
        if self._timer is not None:
            self._timer.cancel()
        if self._drained is not None and not self._drained.done():
            self._drained.set_exception(ConnectionResetError(_CLOSED))
        answer = self._answer
        if answer is None:
            if self._keeper is not None:
                self._keeper.lose(self)
        elif not answer.is_complete and self._failure is None:
            self.is_unread = not answer.has_begun and isinstance(error, OSError)
            self._fail(TargetError(_CLOSED, kind="closed"))
        self._wake()

    def pause_writing(self) -> None:
        """The server takes no more for now."""
        self._drained = self._loop.create_future()

    def resume_writing(self) -> None:
        """It does again."""
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._drained = None

    # ── a request and its answer ──────────────────────────────────────────────────────────────

    async def ask(self, outgoing: Outgoing, *, is_last: bool, watch: Stopwatch | None) -> Head:
        """Send a request and wait for the head of its answer, which may come before the body has left.

        Args:
            outgoing: The request.
            is_last: Whether to tell the server that the connection ends behind it.
            watch: Told when bytes leave.

        Raises:
            TargetError: There is no answer, or one that is not HTTP.
        """
        answer = self._answer = AnswerReader(outgoing.method)
        self._watch = watch
        self._send(outgoing, is_last=is_last)
        try:
            while answer.head is None:
                await self._wait()
        except TargetError:
            if self._sending is not None and self._sending.done():
                self._sending.result()  # if it was the client's body that broke off
            raise
        return answer.head

    def take_whole_body(self) -> bytes | None:
        """The body, if all of it is here; the connection is free then."""
        answer = self._answer
        if answer is None or not answer.is_complete:
            return None
        body = answer.take()
        self.finish()
        return body

    async def pieces(self) -> AsyncIterator[bytes]:
        """The rest of the body, piece by piece.

        Raises:
            TargetError: It breaks off.
        """
        answer = self._answer
        while answer is not None:
            if answer.buffered_bytes:
                piece = answer.take()
                self._resume_reading()
                yield piece
            elif answer.is_complete:
                return
            else:
                self._wait_anew()
                await self._wait()

    def finish(self) -> None:
        """No more of the answer is wanted: the connection is free if all of it came, else it ends."""
        answer, self._answer = self._answer, None
        if answer is None:
            return
        is_free = answer.is_complete and answer.may_reuse and self._is_sent and self._failure is None
        if not is_free or self._keeper is None or self._transport.is_closing():
            self.close()
            return
        self._resume_reading()
        self.idle_since = self._loop.time()
        self._keeper.keep(self)

    def close(self) -> None:
        """Hang up, whatever is still to be sent."""
        if self._sending is not None:
            self._sending.cancel()
        self._transport.abort()

    @property
    def is_open(self) -> bool:
        """Whether nothing has come from the server while nothing was asked: no word, and no end."""
        return not self._transport.is_closing() and not self._poll.poll(0)

    # ── sending ───────────────────────────────────────────────────────────────────────────────

    def _send(self, outgoing: Outgoing, *, is_last: bool) -> None:
        body = outgoing.body
        is_chunked = body is not None and "content-length" not in outgoing.headers
        head = _encode_head(outgoing, is_chunked=is_chunked, is_last=is_last)
        if body is None:
            self._write(head)
        elif isinstance(body, bytes):
            self._write(head + (_chunk(body) + _LAST_CHUNK if is_chunked else body))
        else:
            self._is_sent = False
            self._write(head)
            length = None if is_chunked else int(outgoing.headers["content-length"])
            self._sending = self._loop.create_task(self._send_body(body, length))
            self._sending.add_done_callback(lambda task: task.cancelled() or task.exception())

    async def _send_body(self, body: AsyncIterator[bytes], length: int | None) -> None:
        """Pass the client's body on; a server that takes no more of it may still have answered.

        Args:
            body: Piece by piece.
            length: That was announced, and that not one byte may differ from; ``None`` for chunks.
        """
        sent = 0
        try:
            async for piece in body:
                sent += len(piece)
                if length is not None and sent > length:
                    break
                self._write(piece if length is not None else _chunk(piece))
                if self._drained is not None:
                    await self._drained
            if length is None:
                self._write(_LAST_CHUNK)
            self._is_sent = length is None or sent == length
        except ConnectionError:
            pass
        except BaseException:
            self._transport.abort()
            raise

    def _write(self, data: bytes) -> None:
        self._transport.write(data)
        if self._watch is not None:
            self._watch.sent()
        self._wait_anew()

    # ── waiting ───────────────────────────────────────────────────────────────────────────────

    def _wait_anew(self) -> None:
        """Something moved: silence begins again. What is not a whole head yet is silence."""
        self._deadline = self._loop.time() + IDLE_TIMEOUT_SECONDS

    async def _wait(self) -> None:
        """Wait until something arrives or fails."""
        if self._failure is not None:
            raise self._failure
        if self._timer is None:
            self._timer = self._loop.call_at(self._deadline, self._look_at_clock)
        self._waiter = self._loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None

    def _look_at_clock(self) -> None:
        """End a wait that has been too long; the timer of one that has not is set anew, instead of at each wait."""
        self._timer = None
        if self._waiter is None:
            return
        if self._loop.time() >= self._deadline:
            self._fail(TargetError(_SILENT, kind="timeout"))
            self._wake()
        else:
            self._timer = self._loop.call_at(self._deadline, self._look_at_clock)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def _fail(self, error: TargetError) -> None:
        if self._failure is None:
            self._failure = error

    def _resume_reading(self) -> None:
        if self._is_reading_paused:
            self._is_reading_paused = False
            self._transport.resume_reading()

    def _is_reset(self) -> bool:
        """Whether the server's system has thrown away what we sent, because the server had closed."""
        sock = self._transport.get_extra_info("socket")
        return sock is None or bool(sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))


def _encode_head(outgoing: Outgoing, *, is_chunked: bool, is_last: bool) -> bytes:
    """The head, every header in its place."""
    lines = [f"{outgoing.method} {outgoing.target} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in outgoing.headers.items()]
    if is_chunked:
        lines.append("transfer-encoding: chunked")
    if is_last:
        lines.append("connection: close")
    lines.append("\r\n")
    head = "\r\n".join(lines)
    if head.count("\r") != len(lines) or head.count("\n") != len(lines) or "\0" in head:
        raise ValueError("a request with a line break inside a line")
    return head.encode()


def _chunk(data: bytes) -> bytes:
    """A chunk of a body; none for no bytes, which would be its end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
