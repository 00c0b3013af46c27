"""Lambda's Runtime API for one child process, which polls it for invocations.

Whoever speaks it must know the secret in its address. The child gets that through a pipe, so that neither its
environment nor its command line, which other programs may read, hold it.

Two clients speak it, ours (`socket_client`) and awslambdaric's native one, and it understands what they send:
HTTP/1.1 whose bodies say their length. A child that posts a result and polls in one piece gets the answer to
the result together with its next event, in one write.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import select
import time
from typing import Protocol

from lattice_events.headers import find_uncarried
from lattice_events.local.functions.invocation import Invocation, Outcome
from lattice_events.local.functions.runtime_request import RuntimeRequest, answer, read_head
from lattice_events.local.sockets import LOOPBACK, port_of

MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100  # what Lambda itself says: 6291556
# The runtime client sends up to 1 MiB of a failure's traceback in a header.
_MAX_HEAD_BYTES = 2 * 1024 * 1024
_MAX_COPIED_BYTES = 64 * 1024  # an event up to this size is written in one piece with its head

_BASE = b"/2018-06-01/runtime/"
_TAKEN = answer(202, b'{"status":"OK"}')
_TOO_LARGE = answer(413, b'{"errorType":"RequestEntityTooLarge"}', closes=True)
_UNKNOWN_ID = answer(400, b'{"errorType":"InvalidRequestID"}', closes=True)
_STRANGER = answer(403, b"only the function's own process may use its Runtime API")
_MALFORMED = answer(400, b"the Runtime API cannot read this", closes=True)


class Child(Protocol):
    """Whoever is told what the child process has to say."""

    def on_ready(self) -> None:
        """It polls for the first time: it is initialized."""

    def on_outcome(self, outcome: Outcome) -> None:
        """It posted what became of its invocation."""

    def on_init_error(self, outcome: Outcome) -> None:
        """It posted why it cannot start."""


class RuntimeApi:
    """The server that one child speaks to; it hands out one invocation at a time."""

    def __init__(self, child: Child, *, function_arn: str, timeout_seconds: float) -> None:
        """Prepare; `start` opens the port."""
        self.is_ready = False  # the child is initialized
        self._child = child
        self._timeout_seconds = timeout_seconds
        self._head = (
            f"Content-Type: application/json\r\nLambda-Runtime-Invoked-Function-Arn: {_carried(function_arn)}"
        )
        self._offered: Invocation | None = None  # the child has not taken it
        self._serving: Invocation | None = None
        self._secret = secrets.token_urlsafe(32).encode()
        self._authority = b""
        self._connections: set[_Connection] = set()
        self.known_poll = b""  # the bytes of a poll that was accepted: the same ones need no second look
        self._serves: _Connection | None = None  # has got the last event
        self._polls: list[_Connection] = []
        self._listener: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free loopback port; the address is ``AWS_LAMBDA_RUNTIME_API`` and a path with the secret."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: _Connection(self), LOOPBACK, 0)
        authority = f"{LOOPBACK}:{port_of(self._listener)}"
        self._authority = authority.encode()
        return f"{authority}/{self._secret.decode()}"

    def close(self) -> None:
        """Close the port and every connection."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for connection in tuple(self._connections):
            connection.abort()

    @property
    def is_behind(self) -> bool:
        """Whether the child has sent what was not read yet."""
        return any(each.is_child and each.has_unread for each in self._connections)

    def offer(self, invocation: Invocation) -> None:
        """Give the child its next invocation: at once if it polls, else when it does."""
        self._offered = self._serving = invocation
        while self._polls and self._offered is not None:
            self._hand_over(self._polls.pop())

    def poll(self, connection: _Connection) -> None:
        """The child polls on a connection."""
        if not self.is_ready:
            self.is_ready = True
            self._child.on_ready()
        if self._offered is None:
            self._polls.append(connection)
        else:
            self._hand_over(connection)

    def is_poll(self, request: RuntimeRequest) -> bool:
        """Whether a request, whose secret is right, is nothing but a poll."""
        is_bare = request.method == b"GET" and not request.length and not request.is_last
        return is_bare and request.target == b"/" + self._secret + _BASE + b"invocation/next"

    def enter(self, connection: _Connection) -> None:
        """Know a new connection."""
        self._connections.add(connection)

    def leave(self, connection: _Connection, *, was_reset: bool) -> None:
        """Forget a connection that is closed.

        A kernel resets the connection of a process that ends before it has read all that came. So an event
        on one that was reset did not reach the function, and another process can have it.
        """
        self._connections.discard(connection)
        if connection in self._polls:
            self._polls.remove(connection)
        if was_reset and connection is self._serves and self._serving is not None:
            self._serving.is_taken = False
            self._offered = self._serving

    def refuse(self, request: RuntimeRequest) -> bytes | None:
        """The answer to who is not the function's own process; ``None`` to go on."""
        refusal = request.refuse_browser(self._authority)
        if refusal:
            return answer(403, refusal.encode(errors="replace"))
        _, slash, rest = request.target.partition(b"/")
        if not hmac.compare_digest(rest.partition(b"/")[0], self._secret) or not slash:
            return _STRANGER
        return None

    def handle(self, request: RuntimeRequest, body: bytes | None, connection: _Connection) -> bytes | None:
        """The answer to a request of the child; ``None`` for a poll, which is answered with an event.

        Args:
            request: The head.
            body: ``None`` for one that is larger than Lambda takes.
            connection: That it came on.
        """
        path = request.target[1 + len(self._secret) :].removeprefix(_BASE)
        match request.method, path.split(b"/"):
            case b"GET", [b"invocation", b"next"]:
                connection.poll()
                return None
            case b"POST", [b"invocation", id_, (b"response" | b"error") as kind]:
                return self._take(id_, body, is_error=kind == b"error")
            case b"POST", [b"init", b"error"]:
                self._child.on_init_error(_posted_error(body or b"{}"))
                return _TAKEN
            case _:
                return answer(404, request.method + b" " + path + b" is not served")

    def _hand_over(self, connection: _Connection) -> None:
        """Give an event to a child that still is there; else one that polls anew gets it."""
        invocation = self._offered
        if invocation is None or connection.has_hung_up():
            return
        self._offered = None
        self._serves = connection
        invocation.is_taken = True
        head = (
            f"HTTP/1.1 200 OK\r\n{self._head}\r\nLambda-Runtime-Aws-Request-Id: {invocation.id}\r\n"
            f"Lambda-Runtime-Deadline-Ms: {int((time.time() + self._timeout_seconds) * 1000)}\r\n"
            f"Lambda-Runtime-Trace-Id: {_carried(invocation.trace_header)}\r\n"
        )
        if invocation.client_context:
            head += f"Lambda-Runtime-Client-Context: {_carried(invocation.client_context)}\r\n"
        connection.answer_poll(
            f"{head}Content-Length: {len(invocation.payload)}\r\n\r\n".encode(), invocation.payload
        )

    def _take(self, id_: bytes, payload: bytes | None, *, is_error: bool) -> bytes:
        """Take what the child has to say of its invocation."""
        invocation = self._serving
        if invocation is None or not invocation.is_taken or invocation.id.encode() != id_:
            return _UNKNOWN_ID
        self._serving = None
        if payload is None:
            self._child.on_outcome(_too_large())
            return _TAKEN if is_error else _TOO_LARGE  # the native client ends if an error is not taken
        self._child.on_outcome(_posted_error(payload) if is_error else Outcome(payload=payload))
        return _TAKEN


class _Connection(asyncio.Protocol):
    """A connection to the Runtime API; requests are answered in order."""

    def __init__(self, api: RuntimeApi) -> None:
        self._api = api
        self._transport: asyncio.Transport | None = None
        self._received = bytearray()  # of a head that is not complete
        self._request: RuntimeRequest | None = None  # whose body is not complete
        self._refusal: bytes | None = None
        self._body: list[bytes] = []
        self._body_bytes = 0
        self._answers: list[bytes] = []  # not written: they go with the event
        self._unread = select.poll()
        self.is_polling = False
        self.is_child = False  # it knows the secret

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's classes
        self._unread.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
        self._api.enter(self)

    def connection_lost(self, error: Exception | None) -> None:
        self._transport = None
        self._api.leave(self, was_reset=isinstance(error, ConnectionError))

    def data_received(self, data: bytes) -> None:
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
        missing = request.length - self._body_bytes
        piece, rest = (data, b"") if len(data) <= missing else (data[:missing], data[missing:])
        self._body_bytes += len(piece)
        if self._refusal is None and request.length <= MAX_RESPONSE_BYTES:
            self._body.append(piece)
        if self._body_bytes < request.length:
            self._request = request
            return b""
        body = None if request.length > MAX_RESPONSE_BYTES else b"".join(self._body)
        self._request, self._body, self._body_bytes = None, [], 0
        answered = self._refusal or self._api.handle(request, body, self)
        if answered is not None:
            self._answers.append(answered)
            if request.is_last or answered in (_TOO_LARGE, _UNKNOWN_ID):
                self._write_and_close()
                return b""
        return rest

    def _refuse_connection(self) -> None:
        self._answers.append(_MALFORMED)
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


def _carried(value: str) -> str:
    """A header's value, with a space for each character that no header carries."""
    if find_uncarried(value) is None:
        return value
    return "".join(" " if find_uncarried(char) else char for char in value)


def _too_large() -> Outcome:
    """Lambda's answer for a response that it does not take; it names no request."""
    kind = "Function.ResponseSizeTooLarge"
    message = f"Response payload size exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes)."
    return Outcome(payload=json.dumps({"errorType": kind, "errorMessage": message}).encode(), error_type=kind)


def _posted_error(payload: bytes) -> Outcome:
    """An error document as the runtime client posts it."""
    try:
        error_type = json.loads(payload).get("errorType")
    except (ValueError, AttributeError, RecursionError):
        error_type = None
    return Outcome(
        payload=payload, error_type=error_type if error_type and isinstance(error_type, str) else "Unhandled"
    )
