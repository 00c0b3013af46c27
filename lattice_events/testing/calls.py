"""Call a Lambda handler in this process, as VPC Lattice would through Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.codec import decode_response, encode_event
from lattice_events.codec.service_side import EventVersion, parse_version
from lattice_events.errors import ResponseError
from lattice_events.network.examples import make_event
from lattice_events.request import Request
from lattice_events.response import Response


class FakeLambdaContext:
    """A Lambda context with what handlers read of it; every attribute may be set."""

    function_name = "function"
    function_version = "$LATEST"
    invoked_function_arn = "arn:aws:lambda:us-west-2:123456789012:function:function"
    memory_limit_in_mb = "128"
    aws_request_id = "c6af9ac6-7b61-11e6-9a41-93e812345678"
    log_group_name = "/aws/lambda/function"
    log_stream_name = "tests"
    identity = None
    client_context = None

    def __init__(self, *, remaining_ms: int = 3000) -> None:
        """A context with this much time left, which does not pass."""
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:
        """The time left, in milliseconds."""
        return self._remaining_ms


def call(
    handler: Callable[[Any, Any], Any],
    request: str | Request | Mapping[str, Any] = "GET /",
    *,
    version: EventVersion = "V2",
    context: Any = None,
    **parts: Any,
) -> Response:
    """Call any Lambda handler with a request and read its answer as the service does.

    Event and answer pass through JSON, as they do in Lambda.

    Args:
        handler: ``handler(event, context)``, whatever framework made it.
        request: ``METHOD PATH?QUERY``, what `make_request` made, or a whole event, whose version is its own.
        version: The event structure version of the target group.
        context: The Lambda context; a `FakeLambdaContext` when left out.
        **parts: ``headers``, ``body``, ``json``, ``caller``: see `make_request`.

    Raises:
        ResponseError: The service would not take what the handler returned.
        ValueError: There is no such request or version.
        Exception: Whatever the handler raises.
    """
    event = json.loads(json.dumps(_event(request, version, parts)))
    returned = handler(event, FakeLambdaContext() if context is None else context)
    return decode_response(_through_json(returned))


def _event(
    request: str | Request | Mapping[str, Any], version: EventVersion, parts: dict[str, Any]
) -> Mapping[str, Any]:
    """The event for what a test calls with."""
    if isinstance(request, str):
        return make_event(request, version=version, **parts)
    if parts:
        raise ValueError(
            f"{', '.join(parts)}= goes with 'METHOD /path?query', not with what is made already."
        )
    return encode_event(request, version=parse_version(version)) if isinstance(request, Request) else request


def _through_json(returned: Any) -> Any:
    """What a handler returned, as Lambda passes it on."""
    if hasattr(returned, "__await__"):
        getattr(returned, "close", bool)()  # a coroutine, which warns unless it is run or closed
        raise ResponseError(
            "The handler is async, and Lambda does not await it. Decorate it with @lattice_handler."
        )
    try:
        return json.loads(json.dumps(returned))
    except (TypeError, ValueError, RecursionError) as error:
        raise ResponseError(
            f"The handler returned what JSON cannot write ({error}). Return a dict with statusCode, headers "
            "and body, or decorate the handler with @lattice_handler."
        ) from error
