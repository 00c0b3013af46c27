"""The control port: Lambda's Invoke API, so that the AWS CLI and SDKs invoke local functions.

Signatures are not verified here: whoever reaches the loopback port may invoke, except web pages.

Source:
    https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
"""

from __future__ import annotations

import asyncio
import base64
import re

from aiohttp import web

from lattice_events.local.functions.functions import Functions
from lattice_events.local.functions.invoke_request import (
    InvokeRequest,
    RefusedInvokeError,
    check_payload_size,
    read_payload,
    read_request,
)
from lattice_events.local.loopback import refuse_browser
from lattice_events.local.output.records import InvokeResult, Report, invoke_record
from lattice_events.local.sockets import QuietServer, listen, port_of
from lattice_events.network.model import Function

_ELSEWHERE = "Functions call Lambda on AWS instead with --env AWS_ENDPOINT_URL_LAMBDA= (empty)."
_INVOKE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")


class Control:
    """The server of the control port."""

    def __init__(self, functions: Functions, *, report: Report) -> None:
        """Prepare; `start` opens the port."""
        self._functions = functions
        self._report = report
        self._server = QuietServer(self._handle, access_log=None)
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
        try:
            return await self._answer(request)
        except RefusedInvokeError as refused:
            return _error(refused)

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """Find the function, read what is wanted, invoke."""
        refusal = refuse_browser(request.headers)
        if refusal:
            raise RefusedInvokeError(403, "AccessDeniedException", f"Refused: {refusal}.")
        match = _INVOKE_PATH.fullmatch(request.path)
        if match is None or request.method != "POST":
            message = (
                "This is the control port of lattice dev. It serves POST /2015-03-31/functions/NAME/invocations. "
                f"{_ELSEWHERE}"
            )
            raise RefusedInvokeError(404, "ResourceNotFoundException", message)
        name = match[1]
        function = self._functions.find(name)
        if function is None:
            message = f"Function not found: {name}. lattice dev does not have it. {_ELSEWHERE}"
            raise RefusedInvokeError(404, "ResourceNotFoundException", message)
        wanted = read_request(request.headers, request.query)
        body = await _read_body(request, wanted.invocation_type)
        return await self._invoke(wanted, function, read_payload(body))

    async def _invoke(self, wanted: InvokeRequest, function: Function, payload: bytes) -> web.StreamResponse:
        """Invoke as the invocation type says."""
        if wanted.invocation_type == "DryRun":
            return web.Response(status=204)
        call = self._run(function, payload, wanted.client_context)
        if wanted.invocation_type == "Event":
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
        if wanted.wants_log:
            headers["X-Amz-Log-Result"] = base64.b64encode(result.log_tail.encode()).decode()
        return web.Response(body=result.payload, headers=headers)

    async def _run(self, function: Function, payload: bytes, client_context: str | None) -> InvokeResult:
        """Invoke and report."""
        result = await self._functions.invoke(function.name, payload, client_context=client_context)
        self._report(invoke_record(function.name, result))
        return result


async def _read_body(request: web.BaseRequest, invocation_type: str) -> bytes:
    """The body, no further than its limit."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(256 * 1024):
        body += chunk
        check_payload_size(len(body), invocation_type)
    return bytes(body)


def _error(refused: RefusedInvokeError) -> web.Response:
    """An error as the Lambda API words it; the key's case is that of the API's model."""
    key = "Message" if refused.kind == "ResourceNotFoundException" else "message"
    document = {"Type": "User", key: refused.message}
    return web.json_response(document, status=refused.status, headers={"x-amzn-ErrorType": refused.kind})
