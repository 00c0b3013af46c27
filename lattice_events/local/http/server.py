"""A lean HTTP/1.1 server on asyncio: llhttp parses, one plain call serves, one write answers.

It serves the requests of a connection one after the other, in the order in which they came. Whoever serves is
called with an `Incoming`, and may answer at once or later.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httptools

from lattice_events.local.alarm import Alarm
from lattice_events.local.http import broken
from lattice_events.local.http.broken import Broken, BrokenBodyError
from lattice_events.local.http.connection import ConnectionFacts
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.http.raw import RawPairs, text_of
from lattice_events.local.sockets import keep_reads_small

_HIGH_BYTES = 128 * 1024  # of bodies that wait: reading pauses
_LOW_BYTES = 64 * 1024
_MAX_WAITING = 16  # requests behind the one that is served
_LINGER_SECONDS = 10.0  # for the rest of a request that has been answered

Handle = Callable[[Incoming], None]


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a client may do.

    Attributes:
        head_bytes: Of a head, and of whatever else is no body.
        headers: How many.
        head_seconds: Until a head is complete.
        keep_alive_seconds: Between two requests.
    """

    head_bytes: int = 1024 * 1024
    headers: int = 512
    head_seconds: float = 60.0
    keep_alive_seconds: float = 60.0


class HttpServer:
    """Makes the protocol of each connection, and closes all of them."""

    def __init__(self, handle: Handle, limits: Limits | None = None) -> None:
        """Keep who serves.

        Args:
            handle: Called with each request.
            limits: Of its clients.
        """
        self.handle = handle
        self.limits = limits or Limits()
        self.is_closing = False
        self.connections: set[HttpConnection] = set()

    def __call__(self, facts: ConnectionFacts | None = None) -> HttpConnection:
        """The protocol of a connection."""
        return HttpConnection(self, facts)

    async def close(self, seconds: float) -> None:
        """Close every connection; requests that are being served have some seconds."""
        self.is_closing = True
        until = asyncio.get_running_loop().time() + seconds
        while busy := [each for each in self.connections if each.close_when_idle()]:
            left = until - asyncio.get_running_loop().time()
            if left <= 0:
                break
            await asyncio.wait([each.idle() for each in busy], timeout=left)
        for connection in tuple(self.connections):
            connection.abort()
        await asyncio.sleep(0)


class HttpConnection(asyncio.Protocol):
    """One connection.

    Attributes:
        facts: What was known of it before its first request.
        peer: Address and port of the client.
        tls: The TLS session, if there is one.
        is_open: Whether something can still be sent.
    """

    def __init__(self, server: HttpServer, facts: ConnectionFacts | None) -> None:
        """Prepare; `connection_made` starts."""
        self.facts = facts or ConnectionFacts()
        self.peer: tuple[str, int] = ("-", 0)
        self.tls: Any = None
        self.is_open = False
        self._server = server
        self._limits = server.limits
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport
        self._parser: httptools.HttpRequestParser | None = httptools.HttpRequestParser(self)
        self._target = b""
        self._raw: RawPairs = []
        self._receiving: Incoming | None = None
        self._waiting: deque[Incoming] = deque()
        self._current: Incoming | None = None
        self._overhead_bytes = 0
        self._buffered_bytes = 0
        self._is_reading_paused = False
        self._is_serving = False
        self._is_upgrading = False
        self._is_head_begun = False
        self._ignores_input = False  # whatever else arrives is no request
        self._drained: asyncio.Future[None] | None = None
        self._is_writing_paused = False
        self._idle: asyncio.Future[None] | None = None
        self._silence = Alarm(self._on_silence)

    # ── the transport's calls ─────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for a request, but not for ever."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's classes
        keep_reads_small(transport)
        self.is_open = not transport.is_closing()
        peer = transport.get_extra_info("peername")
        if peer:
            self.peer = (peer[0], peer[1])
        self.tls = transport.get_extra_info("ssl_object")
        if self.tls is not None and self.facts.scheme != "https":
            self.facts = ConnectionFacts(scheme="https")
        self._server.connections.add(self)
        self._silence.set(self._limits.head_seconds)

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - a protocol's signature
        """Tell whoever waits that the client is gone."""
        self.is_open = False
        self._ignores_input = True
        self._parser = None  # it refers to this protocol
        self._server.connections.discard(self)
        self._silence.close()
        gone = ConnectionResetError("the client is gone")
        if self._receiving is not None:
            self._receiving.complete(gone)
        if self._drained is not None and not self._drained.done():
            self._drained.set_exception(gone)
        self._waiting.clear()
        current, self._current = self._current, None
        if current is not None and not current.is_ended and current.on_gone is not None:
            current.on_gone()
        self._tell_idle()

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and serve what is complete."""
        if self._ignores_input or self._parser is None:
            return
        self._overhead_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._on_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError as error:
            self._break_off(broken.broken_by(error))
        else:
            if self._overhead_bytes > self._limits.head_bytes or len(self._raw) > self._limits.headers:
                self._break_off(broken.HEAD_TOO_LARGE)
        if self._waiting:
            self._serve()
        if not self._is_head_begun and self._current is None and (self._target or self._overhead_bytes):
            self._is_head_begun = True
            self._silence.set(self._limits.head_seconds)
        if self._buffered_bytes > _HIGH_BYTES or len(self._waiting) > _MAX_WAITING:
            self._pause_reading()

    def pause_writing(self) -> None:
        """The client does not take what it is sent."""
        self._is_writing_paused = True

    def resume_writing(self) -> None:
        """It does again."""
        self._is_writing_paused = False
        if self._drained is not None and not self._drained.done():
            self._drained.set_result(None)
        self._serve()

    # ── the parser's calls ────────────────────────────────────────────────────────────────────

    def on_url(self, url: bytes) -> None:
        """A piece of the request target."""
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer; those are dropped."""
        if self._receiving is None:
            self._raw.append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """A request begins."""
        parser, raw = self._parser, self._raw
        assert parser is not None
        version = parser.get_http_version()
        incoming = Incoming(
            self,
            parser.get_method().decode(),
            text_of(self._target),
            raw=raw,
            version=version,
            keeps_alive=parser.should_keep_alive() and not parser.should_upgrade(),
        )
        incoming.problem = broken.find_problem(version, incoming.headers)
        if len(raw) > self._limits.headers:
            incoming.problem = broken.HEAD_TOO_LARGE
        self._is_upgrading = parser.should_upgrade() and incoming.has_body and incoming.problem is None
        self._target, self._raw, self._overhead_bytes = b"", [], 0
        self._is_head_begun = False
        self._receiving = incoming
        self._waiting.append(incoming)

    def on_body(self, piece: bytes) -> None:
        """A piece of its body."""
        self._overhead_bytes = 0
        if self._receiving is not None and self._receiving.feed(piece):
            self._buffered_bytes += len(piece)

    def on_message_complete(self) -> None:
        """Its end, unless the body is still to be read because the request asks for another protocol."""
        receiving = self._receiving
        if receiving is None or self._is_upgrading:
            return
        self._receiving = None
        self._overhead_bytes = 0
        receiving.complete()
        if receiving.is_ended and not self._ignores_input:
            self._silence.set(self._limits.keep_alive_seconds)

    def _on_upgrade(self, rest: bytes) -> None:
        """Read the body of a request that asks for another protocol; what follows it is nobody's.

        The parser takes such a request to be without a body, so another one is told where the body ends.
        """
        self._is_upgrading = False
        incoming = self._receiving
        if incoming is None:
            self._ignores_input = True
            return
        self._parser = httptools.HttpRequestParser(_BodyOnly(self))
        length = incoming.headers.get("content-length")
        framing = "Transfer-Encoding: chunked" if length is None else f"Content-Length: {length}"
        head = f"POST / HTTP/1.1\r\nConnection: close\r\n{framing}\r\n\r\n"
        try:
            self._parser.feed_data(head.encode() + rest)
        except httptools.HttpParserError as error:
            self._break_off(broken.broken_by(error))

    def _break_off(self, problem: Broken) -> None:
        """Tell the request that is being received that its body is broken, or answer what is no request."""
        self._ignores_input = True
        receiving, self._receiving = self._receiving, None
        if receiving is None:
            receiving = Incoming(self, "UNKNOWN", "/", raw=[], version="1.1", keeps_alive=False)
            receiving.problem = problem
            self._waiting.append(receiving)
        receiving.keeps_alive = False
        receiving.complete(BrokenBodyError(problem))
        if receiving.is_ended:
            self._hang_up()

    # ── one request after the other ───────────────────────────────────────────────────────────

    def _serve(self) -> None:
        """Hand out the next request, if none is being served."""
        if self._is_serving:
            return
        self._is_serving = True
        while self._waiting and self._current is None and self.is_open and not self._is_writing_paused:
            self._current = incoming = self._waiting.popleft()
            if incoming.is_complete:
                self._buffered_bytes -= incoming.release()
            try:
                self._server.handle(incoming)
            except Exception as error:  # noqa: BLE001 - a bug of whoever serves; the client is answered all the same
                incoming.fail(error)
        self._is_serving = False
        self._resume_reading()

    def finished(self, incoming: Incoming) -> None:
        """A request has been answered; what was kept of its body has gone."""
        if self._current is incoming:
            self._current = None
        if not incoming.keeps_alive:
            self._ignores_input = (
                self._ignores_input or incoming.problem is not None
            )  # whoever errs may go on sending
            self._hang_up()
        elif self._receiving is incoming:
            self._silence.set(_LINGER_SECONDS)
        elif not self._waiting:
            self._silence.set(self._limits.keep_alive_seconds)
        if self._idle is not None:
            self._tell_idle()
        self._serve()

    def took(self, count: int) -> None:
        """Whoever serves has taken so many bytes of the body."""
        self._buffered_bytes -= count
        self._resume_reading()

    @property
    def is_reading(self) -> bool:
        """Whether the client may send more."""
        return not self._is_reading_paused

    def _pause_reading(self) -> None:
        if not self._is_reading_paused:
            self._is_reading_paused = True
            self._transport.pause_reading()

    def _resume_reading(self) -> None:
        if (
            self._is_reading_paused
            and self._buffered_bytes <= _LOW_BYTES
            and len(self._waiting) <= _MAX_WAITING
        ):
            self._is_reading_paused = False
            self._transport.resume_reading()

    # ── what is sent ──────────────────────────────────────────────────────────────────────────

    def write(self, data: bytes) -> bool:
        """Send bytes; whether there is somebody to send them to."""
        if self.is_open:
            self._transport.write(data)
        return self.is_open

    async def drain(self) -> None:
        """Wait while the client takes no more."""
        if self._is_writing_paused and self.is_open:
            self._drained = self._loop.create_future()
            await self._drained

    def abort(self) -> None:
        """Cut the connection."""
        self.is_open = False
        self._transport.abort()

    def reset(self) -> None:
        """Cut the connection, and let the client's system know by a reset."""
        socket_ = self._transport.get_extra_info("socket")
        socket_.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.abort()

    def _hang_up(self) -> None:
        """Close, once what was sent has left. Closing while the client still sends would take the answer from it."""
        if not self.is_open:
            return
        self.is_open = False
        self._waiting.clear()
        is_quiet = not self._ignores_input and self._receiving is None
        self._ignores_input = True
        if is_quiet or not self._transport.can_write_eof():
            self._transport.close()
            return
        self._transport.write_eof()
        self._silence.set(_LINGER_SECONDS)

    # ── how long ──────────────────────────────────────────────────────────────────────────────

    def _on_silence(self) -> None:
        """Close, unless something is being served: its end begins to wait anew."""
        if self._current is None:
            self.is_open = False
            self._transport.close()

    def close_when_idle(self) -> bool:
        """Close, unless a request is being served; whether one is."""
        if self._current is None:
            self.is_open = False
            self._transport.close()
        return self._current is not None

    def idle(self) -> asyncio.Future[None]:
        """Done when the request that is being served has been answered."""
        if self._idle is None:
            self._idle = self._loop.create_future()
        return self._idle

    def _tell_idle(self) -> None:
        if self._idle is not None and not self._idle.done():
            self._idle.set_result(None)

    @property
    def is_last(self) -> bool:
        """Whether the run ends, so that no other request is taken."""
        return self._server.is_closing


class _BodyOnly:
    """What a parser tells that was given a head of ours: nothing but the body."""

    def __init__(self, connection: HttpConnection) -> None:
        self.on_body = connection.on_body
        self.on_message_complete = connection.on_message_complete
