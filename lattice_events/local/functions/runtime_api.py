"""Lambda's Runtime API for one child process, which polls it for invocations.

Whoever speaks it must know the secret in its address. The child gets that through a pipe, so that neither its
environment nor its command line, which other programs may read, hold it.

A child that posts a result and polls in one piece gets the answer to the result together with its next event, in
one write.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import time
from typing import Protocol

from lattice_events.headers import find_uncarried
from lattice_events.local.functions.invocation import Invocation, Outcome
from lattice_events.local.functions.runtime_connection import MAX_RESPONSE_BYTES, RuntimeConnection
from lattice_events.local.functions.runtime_request import Answer, RuntimeRequest, answer
from lattice_events.local.sockets import LOOPBACK, port_of

_BASE = b"/2018-06-01/runtime/"
_TAKEN = answer(202, b'{"status":"OK"}')
_TOO_LARGE = answer(413, b'{"errorType":"RequestEntityTooLarge"}', is_last=True)
_UNKNOWN_ID = answer(400, b'{"errorType":"InvalidRequestID"}', is_last=True)
_STRANGER = answer(403, b"only the function's own process may use its Runtime API")


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
        self._connections: set[RuntimeConnection] = set()
        self.known_poll = b""  # the bytes of a poll that was accepted: the same ones need no second look
        self._serves: RuntimeConnection | None = None  # has got the last event
        self._polls: list[RuntimeConnection] = []
        self._listener: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free loopback port; the address is ``AWS_LAMBDA_RUNTIME_API`` and a path with the secret."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(lambda: RuntimeConnection(self), LOOPBACK, 0)
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

    def poll(self, connection: RuntimeConnection) -> None:
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
        is_bare = request.method == b"GET" and not (request.length or request.is_chunked or request.is_last)
        return is_bare and request.target == b"/" + self._secret + _BASE + b"invocation/next"

    def enter(self, connection: RuntimeConnection) -> None:
        """Know a new connection."""
        self._connections.add(connection)

    def leave(self, connection: RuntimeConnection, *, was_reset: bool) -> None:
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

    def refuse(self, request: RuntimeRequest) -> Answer | None:
        """The answer to who is not the function's own process; ``None`` to go on."""
        refusal = request.refuse_browser(self._authority)
        if refusal:
            return answer(403, refusal.encode(errors="replace"))
        _, slash, rest = request.target.partition(b"/")
        if not hmac.compare_digest(rest.partition(b"/")[0], self._secret) or not slash:
            return _STRANGER
        return None

    def handle(
        self, request: RuntimeRequest, body: bytes | None, connection: RuntimeConnection
    ) -> Answer | None:
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

    def _hand_over(self, connection: RuntimeConnection) -> None:
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

    def _take(self, id_: bytes, payload: bytes | None, *, is_error: bool) -> Answer:
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
