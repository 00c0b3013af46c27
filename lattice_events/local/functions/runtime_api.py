"""Lambda's Runtime API for one child process, which polls it for invocations.

Whoever speaks it must know the secret in its address. The child gets that through a pipe, so that neither its
environment nor its command line, which other programs may read, hold it.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
import select
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from lattice_events.headers import find_uncarried
from lattice_events.local.loopback import refuse_browser
from lattice_events.local.sockets import LOOPBACK, QuietServer, port_of

_PREFIX = "2018-06-01/runtime"
# The runtime client sends up to 1 MiB of a failure's traceback in a header.
_PARSER_LIMITS: Mapping[str, Any] = {"max_line_size": 64 * 1024, "max_field_size": 2 * 1024 * 1024}
MAX_RESPONSE_BYTES = 6 * 1024 * 1024 + 100  # what Lambda itself says: 6291556


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What a child posted, or what became of it: `error_type` is ``None`` for a response."""

    payload: bytes
    error_type: str | None = None


@dataclass(kw_only=True)
class Invocation:
    """One invocation on its way through a child; `is_taken` once the child has it."""

    id: str
    payload: bytes
    deadline_ms: int
    function_arn: str
    trace_header: str | None
    client_context: str | None
    is_taken: bool = False
    outcome: asyncio.Future[Outcome] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def finish(self, outcome: Outcome) -> None:
        """Give the outcome, unless there is one already."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)


def failure(error_type: str, message: str, invocation_id: str) -> Outcome:
    """A failure as Lambda words it."""
    document = {"errorType": error_type, "errorMessage": f"RequestId: {invocation_id} Error: {message}"}
    return Outcome(payload=json.dumps(document).encode(), error_type=error_type)


class RuntimeApi:
    """The server that one child speaks to; it hands out one invocation at a time."""

    def __init__(self) -> None:
        """Prepare; `start` opens the port."""
        loop = asyncio.get_running_loop()
        self.polled: asyncio.Future[None] = loop.create_future()  # the child is initialized
        self.init_error: asyncio.Future[Outcome] = loop.create_future()
        self._offered: asyncio.Queue[Invocation | None] = asyncio.Queue()
        self._serving: Invocation | None = None
        self._secret = secrets.token_urlsafe(32)
        self._server = QuietServer(self._handle, access_log=None, **_PARSER_LIMITS)
        self._listener: asyncio.Server | None = None

    async def start(self) -> str:
        """Listen on a free loopback port; the address is ``AWS_LAMBDA_RUNTIME_API`` and a path with the secret."""
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._server, LOOPBACK, 0)
        return f"{LOOPBACK}:{port_of(self._listener)}/{self._secret}"

    async def close(self) -> None:
        """Close the port and every connection."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        self._offered.put_nowait(None)  # ends a held poll
        await self._server.shutdown(1)

    def offer(self, invocation: Invocation) -> None:
        """Give the child its next invocation."""
        self._serving = invocation
        self._offered.put_nowait(invocation)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        refusal = refuse_browser(request.headers)
        if refusal:
            return web.Response(status=403, text=refusal)
        _, secret, *parts = request.path.split("/")
        if not hmac.compare_digest(secret.encode(errors="replace"), self._secret.encode()):
            return web.Response(status=403, text="only the function's own process may use its Runtime API")
        match (request.method, "/".join(parts).removeprefix(_PREFIX).split("/")):
            case ("GET", ["", "invocation", "next"]):
                return await self._next(request)
            case ("POST", ["", "invocation", id_, ("response" | "error") as kind]):
                return await self._take(request, id_, kind)
            case ("POST", ["", "init", "error"]):
                return await self._take_init_error(request)
            case _:
                return web.Response(status=404, text=f"{request.method} {request.path} is not served")

    async def _next(self, request: web.BaseRequest) -> web.Response:
        """Hold the child until there is an invocation."""
        if not self.polled.done():
            self.polled.set_result(None)
        invocation = await self._offered.get()
        if invocation is None:
            return web.Response(status=410, text="The run is over")
        if _has_hung_up(request):
            self._offered.put_nowait(invocation)  # a child that polls anew gets it
            return web.Response(status=410, text="Nobody is there")
        invocation.is_taken = True
        headers = {
            "Lambda-Runtime-Aws-Request-Id": invocation.id,
            "Lambda-Runtime-Deadline-Ms": str(invocation.deadline_ms),
            "Lambda-Runtime-Invoked-Function-Arn": invocation.function_arn,
            "Content-Type": "application/json",
        }
        if invocation.trace_header:
            headers["Lambda-Runtime-Trace-Id"] = invocation.trace_header
        if invocation.client_context:
            headers["Lambda-Runtime-Client-Context"] = invocation.client_context
        return web.Response(
            body=invocation.payload, headers={name: _carried(value) for name, value in headers.items()}
        )

    async def _take(self, request: web.BaseRequest, id_: str, kind: str) -> web.Response:
        """Take what the child has to say of its invocation."""
        invocation = self._serving
        payload = await _read(request)
        if invocation is None or invocation.id != id_:
            return web.json_response({"errorType": "InvalidRequestID"}, status=400)
        if payload is None:
            invocation.finish(_too_large())
        else:
            invocation.finish(_posted_error(payload) if kind == "error" else Outcome(payload=payload))
        if payload is None and kind == "response":  # the client ends the process if an error is not taken
            return web.json_response({"errorType": "RequestEntityTooLarge"}, status=413)
        return web.json_response({"status": "OK"}, status=202)

    async def _take_init_error(self, request: web.BaseRequest) -> web.Response:
        """Take the reason why the child cannot start."""
        payload = await _read(request)
        if not self.init_error.done():
            self.init_error.set_result(_posted_error(payload or b"{}"))
        return web.json_response({"status": "OK"}, status=202)


def _carried(value: str) -> str:
    """A header's value, with a space for each character that no header carries."""
    if find_uncarried(value) is None:
        return value
    return "".join(" " if find_uncarried(char) else char for char in value)


def _has_hung_up(request: web.BaseRequest) -> bool:
    """Whether a child that waits for an invocation is gone, known to the kernel before the event loop.

    It has nothing to say while it waits, so what can be read is the end of the connection.
    """
    transport = request.transport
    if transport is None or transport.is_closing():
        return True
    poll = select.poll()
    poll.register(transport.get_extra_info("socket").fileno(), select.POLLIN)
    return bool(poll.poll(0))


async def _read(request: web.BaseRequest) -> bytes | None:
    """The body, or ``None`` for one that is larger than Lambda takes (it is read to its end all the same)."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(256 * 1024):
        if len(body) <= MAX_RESPONSE_BYTES:
            body += chunk
    return None if len(body) > MAX_RESPONSE_BYTES else bytes(body)


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
