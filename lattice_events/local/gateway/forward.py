"""Carry out the data plane's decision to forward a request."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

from lattice_events.assumptions import Assumptions
from lattice_events.codec import decode_response, encode_event
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError, TargetError
from lattice_events.local.gateway import relay
from lattice_events.local.gateway.serving import CLIENT_GONE, Answer, Serving
from lattice_events.local.http import client as http1
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.connections import Connections, Origin, origin_of
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.output.records import InvokeResult
from lattice_events.local.outside import access as outside
from lattice_events.network.dataplane import fail, pass_back
from lattice_events.network.decision import Failure, Forward, Reply, TargetFailure
from lattice_events.network.model import HttpTarget, LambdaTarget
from lattice_events.response import Response

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
class Means:
    """What targets and servers outside are reached by.

    Attributes:
        invoker: Invokes functions.
        shell: The user's environment, for the proxy that it may name.
        own_ports: Of the run; nothing may come back through them.
    """

    invoker: Invoker
    shell: Mapping[str, str]
    own_ports: set[int] = field(default_factory=set)

    def connections_to_targets(self) -> Connections:
        """Connections to HTTP targets, but not to a port of this run: the request would go round for ever."""
        return Connections(lambda origin: partial(_connect, self.own_ports, origin))


async def forward(serving: Serving, decision: Forward, invoker: Invoker, targets: Connections) -> Answer:
    """Send a request to its target and the target's response to the client."""
    if isinstance(decision.target, LambdaTarget):
        return await _invoke(serving, decision, decision.target.function_arn, invoker)
    return await _relay(serving, decision, decision.target, targets)


def reply(incoming: Incoming, response: Response) -> None:
    """Write a response that is complete."""
    incoming.respond(response.status, response.headers.items(), response.body)


async def _invoke(serving: Serving, decision: Forward, function_arn: str, invoker: Invoker) -> Answer:
    """Invoke a function with the event and answer with what it returned."""
    incoming, assumptions = serving.incoming, serving.snapshot.assumptions
    body = incoming.body
    if body is None:
        body = await incoming.read(MAX_LAMBDA_BYTES)
    payload = b""
    if body is not None:
        event = encode_event(decision.request.replace(body=body), assumptions=assumptions)
        payload = json.dumps(event, ensure_ascii=False).encode()
    if body is None or len(body) > MAX_LAMBDA_BYTES or len(payload) > _MAX_EVENT_BYTES:
        reason = f"the body is over {MAX_LAMBDA_BYTES:,} bytes, more than Lambda targets accept"
        return _fail(serving, decision, "request_too_large", reason)
    serving.watch.sent()
    result = await invoker.invoke(function_arn, payload)
    serving.watch.answered()
    if result.error_type is not None:
        return _fail(serving, decision, "function", _function_failure(result), result)
    try:
        response = _decode(result.payload, assumptions)
    except ResponseError as error:
        return _fail(serving, decision, "function", str(error), result)
    reply(incoming, pass_back(decision, response))
    return Answer(invocation=result)


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


async def _connect(
    own_ports: Collection[int], origin: Origin, make: Callable[[], http1.P]
) -> http1.Opened[http1.P]:
    if origin.port in own_ports:
        place = await outside.resolve(origin.host, origin.port, own_ports)
        if isinstance(place, outside.Refusal):
            raise TargetError(place.text, kind="protocol")
    tls = http1.target_tls() if origin.is_tls else None
    return await http1.connect_to(origin.host, origin.port, make, tls=tls)


async def _relay(serving: Serving, decision: Forward, target: HttpTarget, targets: Connections) -> Answer:
    """Pass the request to an HTTP server and its answer back."""
    sent, incoming = decision.request, serving.incoming
    outgoing = Outgoing(sent.method, sent.target, sent.headers, relay.body_of(incoming))
    keeps = serving.snapshot.assumptions.keep_target_connections
    try:
        answer = await targets.send(origin_of(target.url), outgoing, keeps=keeps, watch=serving.watch)
    except TargetError as error:
        return _fail(serving, decision, error.kind, f"{target.url}: {error}")
    serving.watch.answered()
    async with answer:
        headers = pass_back(decision, Response(answer.status, headers=answer.headers)).headers
        failure = await relay.pass_on(incoming, answer, headers)
        return Answer(failure=failure, reason=_BROKEN_OFF.get(failure))


def _fail(
    serving: Serving,
    decision: Forward,
    failure: TargetFailure,
    reason: str,
    result: InvokeResult | None = None,
) -> Answer:
    """Answer for a target that did not."""
    failed: Reply = fail(decision, failure, reason, serving.snapshot.assumptions)
    reply(serving.incoming, failed.response)
    return Answer(reason=failed.reason, failure=failure, invocation=result)
