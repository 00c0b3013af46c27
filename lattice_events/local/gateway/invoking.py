"""Forward a request to a Lambda function, and answer with what it returned."""

from __future__ import annotations

import asyncio
import json
from typing import Protocol

from lattice_events.assumptions import Assumptions
from lattice_events.codec import decode_response, encode_event
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError
from lattice_events.local.gateway.serving import Answer, Serving, answer_failure, reply
from lattice_events.local.output.records import InvokeResult
from lattice_events.network.dataplane import pass_back
from lattice_events.network.decision import Forward
from lattice_events.response import Response

_as_json = json.JSONEncoder(ensure_ascii=False).encode
_MAX_EVENT_BYTES = 6 * 1024 * 1024 + 100  # what Lambda itself takes in one invocation: 6291556


class Invoker(Protocol):
    """Whatever runs functions."""

    def start(self, name: str, payload: bytes) -> asyncio.Future[InvokeResult]:
        """Invoke a function by ARN; cancelling the future does not stop it."""


def encode_payload(decision: Forward, body: bytes | None, assumptions: Assumptions) -> bytes | None:
    """The event of a request; ``None`` where the body is more than a function takes.

    Args:
        decision: What goes to the function, but for the body.
        body: ``None`` for one that was too large to be kept.
        assumptions: Where VPC Lattice is silent.
    """
    if body is None or len(body) > MAX_LAMBDA_BYTES:
        return None
    request = decision.request.replace(body=body) if body else decision.request
    event = encode_event(request, assumptions=assumptions)
    payload = _as_json(event).encode()
    return payload if len(payload) <= _MAX_EVENT_BYTES else None


def refuse_body(serving: Serving, decision: Forward) -> Answer:
    """Answer for a body that is too large."""
    reason = f"the body is over {MAX_LAMBDA_BYTES:,} bytes, more than Lambda targets accept"
    return answer_failure(serving, decision, "request_too_large", reason)


async def read_and_invoke(serving: Serving, decision: Forward, invoker: Invoker, function_arn: str) -> Answer:
    """Wait for a body that is still on its way, and invoke."""
    body = serving.body = await serving.incoming.read(MAX_LAMBDA_BYTES)
    payload = encode_payload(decision, body, serving.snapshot.assumptions)
    if payload is None:
        return refuse_body(serving, decision)
    serving.watch.sent()
    return answer_result(serving, decision, await invoker.start(function_arn, payload))


def answer_result(serving: Serving, decision: Forward, result: InvokeResult) -> Answer:
    """Answer with what a function returned."""
    serving.watch.answered()
    if result.throttle:
        return answer_failure(
            serving, decision, "throttled", f"Lambda throttles the function: {result.throttle}", result
        )
    if result.error_type is not None:
        return answer_failure(serving, decision, "function", _function_failure(result), result)
    try:
        response = _decode(result.payload, serving.snapshot.assumptions)
    except ResponseError as error:
        return answer_failure(serving, decision, "function", str(error), result)
    reply(serving, pass_back(decision, response))
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
