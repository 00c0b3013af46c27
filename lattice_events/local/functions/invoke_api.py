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
from collections.abc import Callable, Coroutine, Sequence
from typing import NamedTuple
from urllib.parse import parse_qsl, unquote, urlsplit

from lattice_events.local.functions.functions import Functions
from lattice_events.local.functions.invocation import throttled
from lattice_events.local.functions.invoke_request import (
    InvokeRequest,
    RefusedInvokeError,
    check_payload_size,
    read_payload,
    read_request,
)
from lattice_events.local.functions.process import LOG_TAIL_BYTES
from lattice_events.local.http.broken import HEAD_TOO_LARGE, Broken, BrokenBodyError
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.http.server import HttpServer, Limits
from lattice_events.local.ids import new_id
from lattice_events.local.output.platform_log import whole_log
from lattice_events.local.output.records import InvokeResult, LogRecord, Report, invoke_record
from lattice_events.local.sockets import listen, port_of
from lattice_events.loopback import refuse_browser
from lattice_events.network.faults import Fault
from lattice_events.network.model import Function

_ELSEWHERE = "Functions call Lambda on AWS instead with --env AWS_ENDPOINT_URL_LAMBDA= (empty)."
_INVOKE_PATH = re.compile(r"/2015-03-31/functions/([^/]+)/invocations/?")
_JSON = ("Content-Type", "application/json")
_MAX_HEAD_BYTES = 64 * 1024


class _Answer(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


Serve = Callable[[Incoming], bool]
"""Answers a request of the control port, unless it is none of its own; whether it is."""


class Control:
    """The server of the control port."""

    def __init__(
        self,
        functions: Functions,
        *,
        report: Report,
        throttle: Callable[[str], Sequence[Fault]] = lambda _: (),
        beside: Serve = lambda _: False,
    ) -> None:
        """Prepare; `start` opens the port.

        Args:
            functions: To invoke.
            report: Told of every invocation.
            throttle: The fault that throttles a function of this name, if one does.
            beside: What else the port serves; it keeps web pages away by itself.
        """
        self._functions = functions
        self._report = report
        self._throttle = throttle
        self._beside = beside
        self._server = HttpServer(self._handle, Limits(head_bytes=_MAX_HEAD_BYTES))
        self._listener: asyncio.Server | None = None
        self._running: set[asyncio.Task[object]] = set()

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
        await self._server.close(1)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _handle(self, incoming: Incoming) -> None:
        if _head_bytes(incoming) > _MAX_HEAD_BYTES:
            incoming.problem = HEAD_TOO_LARGE
        if incoming.problem is not None:
            incoming.respond(*_broken(incoming.problem))
        elif not self._beside(incoming):
            self._do(self._serve(incoming))

    def _do(self, work: Coroutine[object, object, object]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _serve(self, incoming: Incoming) -> None:
        try:
            answer = await self._answer(incoming)
        except RefusedInvokeError as refused:
            answer = _error(refused)
        except BrokenBodyError as error:
            answer = _broken(error.broken)
        except Exception as error:  # noqa: BLE001 - a bug of ours; the client is answered all the same
            incoming.fail(error)
            return
        incoming.respond(*answer)

    async def _answer(self, incoming: Incoming) -> _Answer:
        """Find the function, read what is wanted, invoke."""
        refusal = refuse_browser(incoming.headers)
        if refusal:
            raise RefusedInvokeError(403, "AccessDeniedException", f"Refused: {refusal}.")
        path, query = _split(incoming.target)
        match = _INVOKE_PATH.fullmatch(path)
        if match is None or incoming.method != "POST":
            message = (
                "This is the control port of lattice dev. It serves POST /2015-03-31/functions/NAME/invocations. "
                f"{_ELSEWHERE}"
            )
            raise RefusedInvokeError(404, "ResourceNotFoundException", message)
        name = unquote(match[1])
        qualifier = query.get("Qualifier")
        function = self._functions.find(f"{name}:{qualifier}" if qualifier else name)
        if function is None:
            message = f"Function not found: {name}. lattice dev does not have it. {_ELSEWHERE}"
            raise RefusedInvokeError(404, "ResourceNotFoundException", message)
        wanted = read_request(incoming.headers, query)
        body = await _read_body(incoming, wanted.invocation_type)
        return await self._invoke(wanted, function, read_payload(body))

    async def _invoke(self, wanted: InvokeRequest, function: Function, payload: bytes) -> _Answer:
        """Invoke as the invocation type says."""
        if wanted.invocation_type == "DryRun":
            return _Answer(204)
        call = self._run(function, payload, wanted.client_context)
        if wanted.invocation_type == "Event":
            self._do(call)
            return _Answer(202)
        result = await call
        if result.throttle:
            return _Answer(429, (("x-amzn-ErrorType", "TooManyRequestsException"), _JSON), result.payload)
        headers = [
            ("X-Amz-Executed-Version", function.version),
            ("x-amzn-RequestId", result.invocation_id),
            _JSON,
        ]
        if result.error_type is not None:
            headers.append(("X-Amz-Function-Error", "Unhandled"))
        if wanted.wants_log:
            headers.append(("X-Amz-Log-Result", base64.b64encode(_log_result(result)).decode()))
        return _Answer(200, tuple(headers), result.payload)

    async def _run(self, function: Function, payload: bytes, client_context: str | None) -> InvokeResult:
        """Invoke and report."""
        faults = self._throttle(function.unqualified_name)
        if faults:
            result = throttled(faults[0].line, new_id())
        else:
            result = await self._functions.invoke(function.name, payload, client_context=client_context)
        self._report(invoke_record(function.name, result, faults))
        return result


def _log_result(result: InvokeResult) -> bytes:
    """The last 4 KB of the log of an invocation."""
    written = [LogRecord(source="", text=line) for line in result.log_tail.splitlines()]
    lines = [text for _, text in whole_log(written, result.report)]
    return "".join(f"{line}\n" for line in lines).encode()[-LOG_TAIL_BYTES:]


def _head_bytes(incoming: Incoming) -> int:
    return len(incoming.target) + sum(len(name) + len(value) for name, value in incoming.headers.items())


def _split(target: str) -> tuple[str, dict[str, str]]:
    """Path and query of a request target; of a parameter that is there twice, the first counts."""
    path, _, query = target.partition("?")
    if not path.startswith("/"):
        path = urlsplit(path).path
    return path, dict(reversed(parse_qsl(query, keep_blank_values=True)))


async def _read_body(incoming: Incoming, invocation_type: str) -> bytes:
    """The body, no further than its limit."""
    body = bytearray()
    chunks = incoming.chunks()
    if chunks is not None:
        async for chunk in chunks:
            body += chunk
            check_payload_size(len(body), invocation_type)
    return bytes(body)


def _broken(problem: Broken) -> _Answer:
    return _Answer(problem.status, (("Content-Type", "text/plain; charset=utf-8"),), problem.text.encode())


def _error(refused: RefusedInvokeError) -> _Answer:
    """An error as the Lambda API words it; the key's case is that of the API's model."""
    key = "Message" if refused.kind == "ResourceNotFoundException" else "message"
    document = json.dumps({"Type": "User", key: refused.message}).encode()
    headers = (("x-amzn-ErrorType", refused.kind), ("Content-Type", "application/json; charset=utf-8"))
    return _Answer(refused.status, headers, document)
