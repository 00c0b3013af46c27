"""The control port: Lambda's Invoke API, so that the AWS CLI and SDKs invoke local functions.

Signatures are not verified here: whoever reaches the loopback port may invoke, except web pages.

Source:
    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import asyncio
import base64
import json
import re
from urllib.parse import unquote

from aiohttp import web

from lattice_events.local.functions import Functions
from lattice_events.local.loopback import refuse_browser
from lattice_events.local.records import InvokeRecord, InvokeResult, Report
from lattice_events.local.sockets import listen, port_of
from lattice_events.network.model import Function

MAX_PAYLOAD_BYTES = 6 * 1024 * 1024
_INVOKE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")


class Control:
    """The server of the control port."""

    def __init__(self, functions: Functions, *, report: Report) -> None:
        """Prepare; `start` opens the port."""
        self._functions = functions
        self._report = report
        self._server = web.Server(self._handle, access_log=None)
        self._listener: asyncio.Server | None = None
        self._events: set[asyncio.Task[InvokeResult]] = set()

    async def start(self, port: int) -> int:
        """Listen, and tell the port.

        Raises:
            ConfigurationError: The port is taken.
        """
        self._listener = await listen(self._server, port, option="--control-port")
        return port_of(self._listener)

    async def close(self) -> None:
        """Close the port, every connection and every asynchronous invocation."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for task in self._events:
            task.cancel()
        await asyncio.gather(*self._events, return_exceptions=True)
        await self._server.shutdown(1)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        refusal = refuse_browser(request.headers)
        if refusal:
            return _error(403, "AccessDeniedException", f"Refused: {refusal}.")
        match = _INVOKE_PATH.fullmatch(request.path)
        if match is None or request.method != "POST":
            message = "This is the control port of lattice dev. It serves POST /2015-03-31/functions/NAME/invocations."
            return _error(404, "ResourceNotFoundException", message)
        name = unquote(match[1])
        function = self._functions.find(name)
        if function is None:
            return _error(404, "ResourceNotFoundException", f"Function not found: {name}")
        payload = await _read_payload(request)
        if isinstance(payload, web.Response):
            return payload
        return await self._invoke(request, function, payload)

    async def _invoke(
        self, request: web.BaseRequest, function: Function, payload: bytes
    ) -> web.StreamResponse:
        """Invoke as the invocation type says."""
        kind = request.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        if kind == "DryRun":
            return web.Response(status=204)
        call = self._run(function, payload, request.headers.get("X-Amz-Client-Context"))
        if kind == "Event":
            task = asyncio.create_task(call)
            self._events.add(task)
            task.add_done_callback(self._events.discard)
            return web.Response(status=202)
        result = await call
        headers = {
            "X-Amz-Executed-Version": "$LATEST",
            "x-amzn-RequestId": result.invocation_id,
            "Content-Type": "application/json",
        }
        if result.error_type is not None:
            headers["X-Amz-Function-Error"] = "Unhandled"
        if request.headers.get("X-Amz-Log-Type") == "Tail":
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail.encode()).decode()
        return web.Response(body=result.payload, headers=headers)

    async def _run(self, function: Function, payload: bytes, client_context: str | None) -> InvokeResult:
        """Invoke and report."""
        context = base64.b64decode(client_context).decode() if client_context else None
        result = await self._functions.invoke(function.name, payload, client_context=context)
        self._report(
            InvokeRecord(
                function=function.name,
                invocation_id=result.invocation_id,
                duration_ms=result.duration_ms,
                error_type=result.error_type,
                cold=result.cold,
            )
        )
        return result


async def _read_payload(request: web.BaseRequest) -> bytes | web.Response:
    """The event to invoke with, or the answer to one that cannot be."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(256 * 1024):
        body += chunk
        if len(body) > MAX_PAYLOAD_BYTES:
            message = (
                f"Request must be smaller than {MAX_PAYLOAD_BYTES} bytes for the InvokeFunction operation"
            )
            return _error(413, "RequestTooLargeException", message)
    payload = bytes(body) or b"{}"
    try:
        json.loads(payload)
    except (ValueError, RecursionError) as error:
        message = f"Could not parse request body into json: {error}"
        return _error(400, "InvalidRequestContentException", message)
    return payload


def _error(status: int, kind: str, message: str) -> web.Response:
    """An error as the Lambda API words it."""
    return web.json_response(
        {"Type": "User", "Message": message}, status=status, headers={"x-amzn-ErrorType": kind}
    )
