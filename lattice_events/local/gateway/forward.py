"""Carry out the data plane's decision to forward a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from aiohttp import web
from multidict import CIMultiDict

from lattice_events.assumptions import Assumptions
from lattice_events.codec import decode_response, encode_event
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError, TargetError
from lattice_events.local.gateway import relay
from lattice_events.local.http import client as http1
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.connections import Connections, Origin, origin_of
from lattice_events.local.output.records import InvokeResult
from lattice_events.local.outside import access as outside
from lattice_events.local.stopwatch import Stopwatch
from lattice_events.network.dataplane import fail, pass_back
from lattice_events.network.decision import Failure, Forward, Reply, TargetFailure
from lattice_events.network.model import HttpTarget, LambdaTarget
from lattice_events.response import Response

CLIENT_GONE = "the client closed the connection before it got the answer"
_BROKEN_OFF: Mapping[Failure | None, str] = {
    "closed": "the target closed the connection in the middle of its answer",
    "timeout": "the target stopped sending in the middle of its answer",
    "client_closed": CLIENT_GONE,
}
_MAX_EVENT_BYTES = 6 * 1024 * 1024 + 100  # what Lambda itself takes in one invocation: 6291556


class Invoker(Protocol):
    """Whatever runs functions."""

    async def invoke(self, name: str, payload: bytes) -> InvokeResult:
        """Invoke a function by ARN and wait for its end."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the client got.

    Attributes:
        response: As it was written.
        reason: Why it is not the target's own answer.
        failure: How the target failed, or that the client hung up.
        invocation: Of the function that answered.
    """

    response: web.StreamResponse
    reason: str | None = None
    failure: Failure | None = None
    invocation: InvokeResult | None = None


async def forward(
    decision: Forward,
    request: web.BaseRequest,
    *,
    invoker: Invoker,
    targets: Connections,
    watch: Stopwatch,
    assumptions: Assumptions,
) -> Answer:
    """Send a request to its target and the target's response to the client."""
    if isinstance(decision.target, LambdaTarget):
        return await _invoke(decision, decision.target, request, invoker, watch, assumptions)
    return await _relay(decision, decision.target, request, targets, watch, assumptions)


async def reply(request: web.BaseRequest, response: Response) -> web.StreamResponse:
    """Write a response that is complete."""
    is_bodyless = request.method == "HEAD" or response.status in relay.NO_BODY
    headers = relay.framed(request.method, response.status, response.headers, len(response.body))
    written = relay.PlainResponse(status=response.status, headers=CIMultiDict(headers.items()))
    await written.prepare(request)
    if response.body and not is_bodyless:
        await written.write(response.body)
    await written.write_eof()
    return written


async def _invoke(
    decision: Forward,
    target: LambdaTarget,
    request: web.BaseRequest,
    invoker: Invoker,
    watch: Stopwatch,
    assumptions: Assumptions,
) -> Answer:
    """Invoke a function with the event and answer with what it returned."""
    body = await relay.read_body(request, MAX_LAMBDA_BYTES)
    payload = b""
    if body is not None:
        event = encode_event(decision.request.replace(body=body), assumptions=assumptions)
        payload = json.dumps(event, ensure_ascii=False).encode()
    if body is None or len(payload) > _MAX_EVENT_BYTES:
        reason = f"the body is over {MAX_LAMBDA_BYTES:,} bytes, more than Lambda targets accept"
        return await _fail(decision, "request_too_large", reason, request, assumptions)
    watch.sent()
    result = await invoker.invoke(target.function_arn, payload)
    watch.answered()
    if result.error_type is not None:
        reason = _function_failure(result)
        return await _fail(decision, "function", reason, request, assumptions, result)
    try:
        response = _decode(result.payload, assumptions)
    except ResponseError as error:
        return await _fail(decision, "function", str(error), request, assumptions, result)
    written = await reply(request, pass_back(decision, response))
    return Answer(response=written, invocation=result)


def _decode(payload: bytes, assumptions: Assumptions) -> Response:
    """What a function returned, or a `ResponseError`."""
    if len(payload) > MAX_LAMBDA_BYTES:
        over = len(payload) - MAX_LAMBDA_BYTES
        raise ResponseError(
            f"The response is {over:,} bytes over the 6 MB that VPC Lattice accepts.", field="body"
        )
    try:
        returned = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise ResponseError(f"The function's response is not JSON: {error}.") from error
    return decode_response(returned, assumptions=assumptions)


def _function_failure(result: InvokeResult) -> str:
    """Say how a function failed."""
    try:
        message = json.loads(result.payload).get("errorMessage", "")
    except (ValueError, AttributeError, RecursionError):
        message = ""
    return f"{result.error_type}: {message}"


def connections_to_targets(own_ports: Collection[int]) -> Connections:
    """Connections to HTTP targets, but not to a port of this run: the request would go round for ever."""
    return Connections(lambda origin: partial(_connect, own_ports, origin))


async def _connect(
    own_ports: Collection[int], origin: Origin, make: Callable[[], http1.P]
) -> http1.Opened[http1.P]:
    if origin.port in own_ports:
        place = await outside.resolve(origin.host, origin.port, own_ports)
        if isinstance(place, outside.Refusal):
            raise TargetError(place.text, kind="protocol")
    tls = http1.target_tls() if origin.is_tls else None
    return await http1.connect_to(origin.host, origin.port, make, tls=tls)


async def _relay(
    decision: Forward,
    target: HttpTarget,
    request: web.BaseRequest,
    targets: Connections,
    watch: Stopwatch,
    assumptions: Assumptions,
) -> Answer:
    """Pass the request to an HTTP server and its answer back."""
    sent = decision.request
    outgoing = Outgoing(sent.method, sent.target, sent.headers, relay.body_of(request))
    keeps = assumptions.keep_target_connections
    try:
        answer = await targets.send(origin_of(target.url), outgoing, keeps=keeps, watch=watch)
    except TargetError as error:
        return await _fail(decision, error.kind, f"{target.url}: {error}", request, assumptions)
    watch.answered()
    async with answer:
        headers = pass_back(decision, Response(answer.status, headers=answer.headers)).headers
        written, failure = await relay.pass_on(request, answer, headers)
        return Answer(response=written, failure=failure, reason=_BROKEN_OFF.get(failure))


async def _fail(
    decision: Forward,
    failure: TargetFailure,
    reason: str,
    request: web.BaseRequest,
    assumptions: Assumptions,
    result: InvokeResult | None = None,
) -> Answer:
    """Answer for a target that did not."""
    failed: Reply = fail(decision, failure, reason, assumptions)
    written = await reply(request, failed.response)
    return Answer(response=written, reason=failed.reason, failure=failure, invocation=result)
