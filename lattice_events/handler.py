"""Turn a plain function into a Lambda handler behind VPC Lattice.

A shell: it logs, reads the trace header and runs coroutines; all three are imported when used.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

import os

from lattice_events.codec import decode_event, encode_response
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import HTTPError, MalformedEventError, ResponseError
from lattice_events.response import Response

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any, Literal, overload

    from lattice_events.request import Request

    Returned = Response | str | dict[str, Any] | bytes | None
    Served = Returned | Awaitable[Returned]
    HandlerFunction = Callable[[Request], Served] | Callable[[Request, Any], Served]
    LambdaHandler = Callable[[Any, Any], dict[str, Any]]
    OnError = Literal["respond", "raise"]
    MultipleSetCookie = Literal["list", "cookies", "refuse"]
    Encode = Callable[[Response, Request], dict[str, Any]]
else:

    def overload(signature: object) -> object:
        """Stand in for `typing.overload`, which matters to type checkers only."""
        return signature


_SAYS_MORE = ("__self__", "__signature__", "__wrapped__")  # than the code: bound, declared, wrapped


@overload
def lattice_handler(function: HandlerFunction) -> LambdaHandler: ...
@overload
def lattice_handler(
    *, on_error: OnError = ..., gzip: bool = ..., multiple_set_cookie: MultipleSetCookie = ...
) -> Callable[[HandlerFunction], LambdaHandler]: ...
def lattice_handler(
    function: HandlerFunction | None = None,
    *,
    on_error: OnError = "respond",
    gzip: bool = False,
    multiple_set_cookie: MultipleSetCookie = "list",
) -> LambdaHandler | Callable[[HandlerFunction], LambdaHandler]:
    """Serve VPC Lattice with a function of one request.

    The function takes the `Request`, and the Lambda context if it has a second parameter; it may be
    async. What it returns becomes the response: a `Response`; a str, ``text/plain``; a dict, JSON;
    bytes, ``application/octet-stream``; ``None``, 204.

    ``raise HTTPError(404, …)`` is the only exception that becomes its own status. Every other one
    is logged and answered with a 500 that carries the request id and nothing else.

    Args:
        function: The function to serve with, when the decorator has no arguments.
        on_error: ``raise`` lets those other exceptions escape, so that Lambda's own error metric
            counts them and the service makes a 5xx of them.
        gzip: Compress bodies over 1 KB for clients that accept it.
        multiple_set_cookie: See `encode_response`.

    ``LATTICE_EVENTS_STRICT=1``, which ``lattice dev`` and the pytest plugin set, makes a 500 of what
    the service would silently drop; the log names it.
    """

    def encode(response: Response, request: Request) -> dict[str, Any]:
        if gzip and request.method != "HEAD":  # no body, no coding
            from lattice_events.codec.compression import compress

            response = compress(response, ",".join(request.headers.get_all("accept-encoding")))
        return encode_strictly(response, multiple_set_cookie=multiple_set_cookie)

    if function is None:
        return lambda function: _serve_with(function, encode, on_error)
    return _serve_with(function, encode, on_error)


def encode_strictly(response: Response, *, multiple_set_cookie: MultipleSetCookie) -> dict[str, Any]:
    """`encode_response`, strict where the environment says so: the door that every response goes through."""
    is_strict = read_variable("LATTICE_EVENTS_STRICT") == "1"
    return encode_response(response, strict=is_strict, multiple_set_cookie=multiple_set_cookie)


def read_variable(name: str) -> str | None:
    """`os.environ.get`, which spends two exceptions on a name that is absent: here two µs of every event."""
    environment = getattr(os.environ, "_data", None)  # none if a test put a dict in its place
    if environment is not None and os.environ.encodekey(name) not in environment:
        return None
    return os.environ.get(name)


def _serve_with(function: HandlerFunction, encode: Encode, on_error: OnError) -> LambdaHandler:
    """The Lambda handler around a function."""
    call = _with_context(function)

    def handler(event: Any, context: Any = None) -> dict[str, Any]:
        try:
            request = decode_event(event)
        except MalformedEventError as error:
            return _refuse(error, 400, on_error, context)
        except Exception as error:  # noqa: BLE001 - nothing may escape; it is logged with its traceback
            return _refuse(error, 500, on_error, context)
        token = current_invocation.set(_invocation(request, context))
        try:
            return _serve(call, encode, request, context, on_error)
        finally:
            current_invocation.reset(token)

    return _named_like(function, handler)


def _with_context(function: HandlerFunction) -> Callable[[Request, Any], Any]:
    """The function as one of request and context, whichever of the two it takes."""
    if _takes_two(function):
        return function  # type: ignore[return-value]  # it takes two
    return lambda request, _context: function(request)  # type: ignore[call-arg]  # it takes one


def _takes_two(function: Any) -> bool:
    """Whether the function has a second parameter; of a decorator's ``*args``, whether what it wraps has one."""
    code = getattr(function, "__code__", None)
    if code is not None and not any(hasattr(function, name) for name in _SAYS_MORE):
        return code.co_argcount >= 2 or bool(code.co_flags & 0x04)  # CO_VARARGS
    import inspect

    try:
        parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    except ValueError:  # what C code wraps, such as functools.cache's, has none of its own
        return hasattr(function, "__wrapped__") and _takes_two(function.__wrapped__)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    if len(positional) >= 2:
        return True
    if not any(p.kind is p.VAR_POSITIONAL for p in parameters):
        return False
    wrapped = _wrapped(function)
    return wrapped is None or _takes_two(wrapped)


def _wrapped(function: Any) -> Any:
    """What a decorator wraps, bound as the decorated one is; ``None`` for what is no decorator's."""
    from functools import partial

    if isinstance(function, partial):
        inner = _wrapped(function.func)
        return None if inner is None else partial(inner, *function.args, **function.keywords)
    owner = getattr(function, "__self__", None)
    if not hasattr(function, "__wrapped__"):
        owner, function = function, type(function).__call__  # a callable object's method
    wrapped: Any = getattr(function, "__wrapped__", None)
    return wrapped if owner is None or not hasattr(wrapped, "__get__") else wrapped.__get__(owner)


def _named_like(function: HandlerFunction, handler: LambdaHandler) -> LambdaHandler:
    """Give the handler the function's name and documentation, for tracebacks and help()."""
    for name in ("__module__", "__name__", "__qualname__", "__doc__"):
        if hasattr(function, name):
            setattr(handler, name, getattr(function, name))
    setattr(handler, "__wrapped__", function)  # noqa: B010 - a function's type has no such attribute
    return handler


def _invocation(request: Request, context: Any) -> Invocation:
    """What a client called from the handler needs to know."""
    return Invocation(
        request_id=request.request_id,
        trace_header=read_variable("_X_AMZN_TRACE_ID"),
        remaining_ms=getattr(context, "get_remaining_time_in_millis", None),
    )


def _serve(
    call: Callable[[Request, Any], Any], encode: Encode, request: Request, context: Any, on_error: OnError
) -> dict[str, Any]:
    """Call the function and encode what it returned or raised."""
    try:
        returned = call(request, context)
        if hasattr(returned, "__await__"):
            returned = _run(returned)
        return encode(_to_response(returned), request)
    except HTTPError as error:
        try:
            return encode(error_response(error), request)
        except Exception as unusable:  # noqa: BLE001 - nothing may escape; it is logged with its traceback
            return _refuse(unusable, 500, on_error, context, request)
    except Exception as error:  # noqa: BLE001 - nothing may escape; it is logged with its traceback
        return _refuse(error, 500, on_error, context, request)


def _run(awaitable: Any) -> Any:
    """Run an async handler to its end, on the environment's event loop."""
    from lattice_events.event_loop import run

    return run(awaitable)


def error_response(error: HTTPError) -> Response:
    """What the caller of a handler that raised an `HTTPError` gets.

    Raises:
        ResponseError: Its body is nothing that becomes a response.
    """
    return _to_response(error.body).replace(status=error.status)


def _to_response(returned: Any) -> Response:
    """Make a response of what a handler returned, or of the body of an `HTTPError`."""
    if isinstance(returned, Response):
        return returned
    if isinstance(returned, str):
        return Response.text(returned)
    if isinstance(returned, dict):
        return _from_dict(returned)
    if isinstance(returned, (bytes, bytearray, memoryview)):
        return Response.bytes(bytes(returned))
    if returned is None:
        return Response.empty()
    raise ResponseError(
        f"The handler returned {_article(returned)}; return a Response, str, dict, bytes or None. "
        f"For JSON: return Response.json(…)."
    )


def _from_dict(returned: dict[str, Any]) -> Response:
    """A JSON body; a Lambda response written by hand is refused, lest it be sent as a body."""
    if "statusCode" in returned:
        body = returned.get("body", "")
        kind = "text" if isinstance(body, str) else "json"
        raise ResponseError(
            f"The handler returned a dict with statusCode, which would be sent as a JSON body. Return "
            f"Response.{kind}({_shortened(body)}, {returned['statusCode']!r}) instead.",
            field="statusCode",
        )
    try:
        return Response.json(returned)
    except ResponseError:
        raise
    except (TypeError, ValueError, RecursionError) as error:
        raise ResponseError(f"The handler returned a dict that JSON cannot write: {error}.") from error


def _article(value: object) -> str:
    """What a value is, and a little of it."""
    return f"a value of type {type(value).__name__} ({_shortened(value)})"


def _shortened(value: object) -> str:
    """The start of a value's repr."""
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"


def _refuse(
    error: Exception, status: int, on_error: OnError, context: Any, request: Request | None = None
) -> dict[str, Any]:
    """Log an exception and answer without its details, or let it escape."""
    if on_error == "raise":
        raise error
    import logging

    request_id = _shown_id(request.request_id if request else None) or _shown_id(
        getattr(context, "aws_request_id", None)
    )
    logging.getLogger("lattice_events").error(
        "request %s was answered with %d: %s", request_id, status, error, exc_info=error
    )
    message = "Bad Request" if status == 400 else "Internal Server Error"
    body = f"{message}\nrequest id: {request_id}" if request_id else message
    return encode_response(Response.text(body, status))


def _shown_id(request_id: object) -> str | None:
    """A request's id for the log and the answer: the caller may set it, so a lone surrogate is escaped."""
    return request_id.encode(errors="backslashreplace").decode() if isinstance(request_id, str) else None
