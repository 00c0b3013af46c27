"""Call a Lambda handler in this process, as VPC Lattice would through Lambda."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Literal

from lattice_events.codec import decode_response
from lattice_events.network.examples import make_event
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
    request: str = "GET /",
    *,
    version: Literal["V1", "V2"] = "V2",
    context: Any = None,
    **parts: Any,
) -> Response:
    """Call any Lambda handler with a request and read its answer as the service does.

    Event and answer pass through JSON, as they do in Lambda.

    Args:
        handler: ``handler(event, context)``, whatever framework made it.
        request: ``METHOD PATH?QUERY``.
        version: The event structure version of the target group.
        context: The Lambda context; a `FakeLambdaContext` when left out.
        **parts: ``headers``, ``body``, ``json``, ``caller``: see `make_request`.

    Raises:
        ResponseError: The service would not take what the handler returned.
        Exception: Whatever the handler raises.
    """
    event = json.loads(json.dumps(make_event(request, version=version, **parts)))
    returned = handler(event, FakeLambdaContext() if context is None else context)
    return decode_response(json.loads(json.dumps(returned)))
