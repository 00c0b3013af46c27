"""A connection of a child to its Runtime API.

Two clients speak it, ours (`socket_client`) and awslambdaric's native one, and it understands what they send:
HTTP/1.1 whose bodies say their length. That is why it is not one of `local/http/server.py`, which takes 19 us
and two writes for a result and a poll; here they cost 5 us, and one write.
"""

from __future__ import annotations

import asyncio
import select
from typing import Protocol

from lattice_events.local.functions.chunks import Chunks
from lattice_events.local.functions.runtime_request import Answer, RuntimeRequest, answer, read_head
from lattice_events.local.sockets import keep_reads_small

MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100  # what Lambda itself says: 6291556
# The runtime client sends up to 1 MiB of a failure's traceback in a header.
_MAX_HEAD_BYTES = 2 * 1024 * 1024
_MAX_COPIED_BYTES = 64 * 1024  # an event up to this size is written in one piece with its head

_MALFORMED = answer(400, b"the Runtime API cannot read this", is_last=True)


class Api(Protocol):
    """Whoever serves the requests of a connection.

    Attributes:
        known_poll: The bytes of a poll that was accepted; the same ones need no second look.
    """

    known_poll: bytes

    def enter(self, connection: RuntimeConnection) -> None:
        """Know a new connection."""

    def leave(self, connection: RuntimeConnection, *, was_reset: bool) -> None:
        """Forget a connection that is closed."""

    def refuse(self, request: RuntimeRequest) -> Answer | None:
        """The answer to who is not the function's own process; ``None`` to go on."""

    def is_poll(self, request: RuntimeRequest) -> bool:
        """Whether a request that was not refused is nothing but a poll."""

    def poll(self, connection: RuntimeConnection) -> None:
        """The child polls on a connection."""

    def handle(
        self, request: RuntimeRequest, body: bytes | None, connection: RuntimeConnection
    ) -> Answer | None:
        """The answer to a request; ``None`` for a poll, which is answered with an event."""


class RuntimeConnection(asyncio.Protocol):
    """A connection to the Runtime API; requests are answered in order.

    Attributes:
        is_polling: Whether the client waits for an event.
        is_child: Whether it knows the secret.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()  # of a head that is not complete
        self._request: RuntimeRequest | None = None  # whose body is not complete
        self._refusal: Answer | None = None
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._chunks: Chunks | None = None  # likewise
        self._answers: list[bytes] = []  # not written: they go with the event
        self._unread = select.poll()
        self.is_polling = False
        self.is_child = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for requests."""
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's classes
        keep_reads_small(transport)
        self._unread.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
        self._api.enter(self)

    def connection_lost(self, error: Exception | None) -> None:
        """Tell the API how it ended."""
        self._transport = None
        self._api.leave(self, was_reset=isinstance(error, ConnectionError))

    def data_received(self, data: bytes) -> None:
        """Answer what is complete; what is said to a child that then polls goes with its event."""
        while data and self._transport is not None:
            if self.is_polling:  # nothing may come while it waits, so what comes is not of our clients
                self.abort()
                return
            data = self._read_head(data) if self._request is None else self._read_body(self._request, data)
        if not self.is_polling:
            self._write()

    def has_hung_up(self) -> bool:
        """Whether a child that waits for an invocation is gone, known to the kernel before the event loop.

        It has nothing to say while it waits, so what can be read is the end of the connection.
        """
        return self._transport is None or self._transport.is_closing() or self.has_unread

    @property
    def has_unread(self) -> bool:
        """Whether more came than was read, be it the end."""
        return self._transport is not None and bool(self._unread.poll(0))

    def poll(self) -> None:
        """Wait for an event."""
        self.is_polling = True
        self._api.poll(self)

    def answer_poll(self, head: bytes, payload: bytes) -> None:
        """Answer what is not answered, and give the event."""
        self.is_polling = False
        self._answers.append(head)
        if len(payload) <= _MAX_COPIED_BYTES:
            self._answers.append(payload)
            self._write()
        else:
            self._write()
            if self._transport is not None:
                self._transport.write(payload)

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()
            self._transport = None

    def _read_head(self, data: bytes) -> bytes:
        """Read a head if it is complete; what is behind it."""
        if data == self._api.known_poll and not self._received:
            self.poll()
            return b""
        if self._received:
            searched = max(0, len(self._received) - 3)
            self._received += data
            end = self._received.find(b"\r\n\r\n", searched)
            if end >= 0:
                data = bytes(self._received)
                self._received = bytearray()
        else:
            end = data.find(b"\r\n\r\n")
            if end < 0:
                self._received += data
        if end < 0:
            if len(self._received) > _MAX_HEAD_BYTES:
                self._refuse_connection()
            return b""
        request = read_head(data[:end])
        if request is None:
            self._refuse_connection()
            return b""
        self._refusal = self._api.refuse(request)
        if self._refusal is None:
            self.is_child = True
            if self._api.is_poll(request):
                self._api.known_poll = data[: end + 4]
        return self._read_body(request, data[end + 4 :])

    def _read_body(self, request: RuntimeRequest, data: bytes) -> bytes:
        """Read more of a body, and answer when it is complete; what is behind it.

        What is larger than Lambda takes, and what a stranger sends, is read to its end and not kept.
        """
        if request.is_chunked:
            return self._read_chunks(request, data)
        missing = request.length - self._body_bytes
        piece, rest = (data, b"") if len(data) <= missing else (data[:missing], data[missing:])
        self._body_bytes += len(piece)
        if self._refusal is None and request.length <= MAX_RESPONSE_BYTES:
            self._body.append(piece)
        if self._body_bytes < request.length:
            self._request = request
            return b""
        body = None if request.length > MAX_RESPONSE_BYTES else b"".join(self._body)
        return self._complete(request, body, rest)

    def _read_chunks(self, request: RuntimeRequest, data: bytes) -> bytes:
        """Read more of a body in chunks, likewise."""
        self._request = request
        self._chunks = self._chunks or Chunks(MAX_RESPONSE_BYTES if self._refusal is None else 0)
        try:
            rest = self._chunks.feed(data)
        except ValueError:
            self._refuse_connection()
            return b""
        return b"" if rest is None else self._complete(request, self._chunks.body, rest)

    def _complete(self, request: RuntimeRequest, body: bytes | None, rest: bytes) -> bytes:
        """Answer a request; what is behind it, if that counts."""
        self._request, self._body, self._body_bytes, self._chunks = None, [], 0, None
        answered = self._refusal or self._api.handle(request, body, self)
        if answered is not None:
            self._answers.append(answered.data)
            if request.is_last or answered.is_last:
                self._write_and_close()
                return b""
        return rest

    def _refuse_connection(self) -> None:
        self._answers.append(_MALFORMED.data)
        self._write_and_close()

    def _write(self) -> None:
        if self._answers and self._transport is not None:
            self._transport.write(b"".join(self._answers))
            self._answers = []

    def _write_and_close(self) -> None:
        self._write()
        if self._transport is not None:
            self._transport.close()
            self._transport = None
