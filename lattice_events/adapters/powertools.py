"""Serve VPC Lattice with Powertools' event handler, both event versions in one function.

Source:
    https://docs.powertools.aws.dev/lambda/python/latest/core/event_handler/api_gateway/
"""

from __future__ import annotations

import inspect
import logging
import re
from binascii import a2b_base64
from re import Match
from typing import Any, Literal
from urllib.parse import quote, unquote, unquote_to_bytes

from lattice_events.codec import encode_response
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import HTTPError, MalformedEventError, MissingExtraError, ResponseError
from lattice_events.event_loop import run
from lattice_events.handler import encode_strictly, error_response, read_variable
from lattice_events.response import Response

try:
    from aws_lambda_powertools.event_handler import Response as PowertoolsResponse
    from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver, ResponseBuilder
    from aws_lambda_powertools.shared.json_encoder import Encoder

    from lattice_events.adapters.powertools_event import LatticeEvent, find_headers_with_several_values
except ImportError as error:
    raise MissingExtraError("powertools", needed_for="LatticeResolver") from error

__all__ = ["CORRELATION_ID", "LatticeEvent", "LatticeResolver"]

CORRELATION_ID = "requestId || request_id"
"""Where Powertools' Logger finds the request's id, in either version: ``correlation_id_path=CORRELATION_ID``."""

# What stands unescaped in a canonical path: what Powertools' pattern for a path parameter matches.
_AS_THEY_STAND = "!$&'()*+,-.:;<=>@[]^_{|}~"
_TO_ESCAPE = re.compile(r"<\w+>|[ \"#`\x80-\U0010ffff]+")


class _ResponseBuilder(ResponseBuilder[Any]):
    """Powertools' response, with its CORS headers and compression, through the door that every response goes."""

    def build(self, event: Any, cors: Any = None) -> dict[str, Any]:
        """What the function returns: Powertools' own steps, and `encode_response` for the last."""
        response: Any = self.response
        if response.is_json() and not isinstance(response.body, str):
            response.body = self.serializer(response.body)
        self._route(event, cors)
        body = b"" if event.http_method == "HEAD" else _bytes_of(response)
        answer = Response(response.status_code, headers=_pairs(response), body=body)
        return encode_strictly(answer, multiple_set_cookie=event.multiple_set_cookie)

    @staticmethod
    def _has_compression_enabled(
        route_compression: bool, response_compression: bool | None, event: Any
    ) -> bool:
        if not (route_compression if response_compression is None else response_compression):
            return False  # before the headers are looked through
        return ResponseBuilder._has_compression_enabled(route_compression, response_compression, event)  # noqa: SLF001 - it is a static method

    def _compress(self) -> None:
        from lattice_events.codec.compression import must_stay

        response: Any = self.response
        if not must_stay(Response(response.status_code, headers=_pairs(response))):
            super()._compress()  # type: ignore[no-untyped-call]  # untyped in Powertools


def _bytes_of(response: Any) -> str | bytes:
    """The body of a response of Powertools."""
    body: Any = response.body
    if body is None:
        return b""
    if not isinstance(body, (str, bytes)):
        raise ResponseError(
            f"The route's body is of type {type(body).__name__}; return text or bytes, or JSON with its content type.",
            field="body",
        )
    return a2b_base64(body) if response.base64_encoded else body


def _pairs(response: Any) -> list[tuple[str, Any]]:
    """The headers of a response of Powertools, cookies too; `encode_response` judges them."""
    pairs: list[tuple[str, Any]] = []
    for name, values in response.headers.items():
        if isinstance(values, (list, tuple, set)):
            pairs += [(name, value) for value in values]
        elif values is not None:
            pairs.append((name, values))
    if response.cookies:
        pairs += [("set-cookie", str(cookie)) for cookie in response.cookies]
    return pairs


class LatticeResolver(ApiGatewayResolver):
    """Powertools' resolver for V1 and V2 events of VPC Lattice.

    Routes, `Router`, middleware, CORS, compression, validation, OpenAPI and exception handlers are
    Powertools' own. A route may be a coroutine. Path parameters are percent-decoded, HEAD is answered by
    the GET route, and ``app.current_event`` is a `LatticeEvent`. `HTTPError` becomes its own status.
    """

    current_event: LatticeEvent

    def __init__(
        self,
        *,
        on_error: Literal["respond", "raise"] = "respond",
        multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list",
        **options: Any,
    ) -> None:
        """Make a resolver.

        Args:
            on_error: ``raise`` lets exceptions that nothing handles escape, so that Lambda's error
                metric counts them; else they are logged and answered with a 500.
            multiple_set_cookie: See `lattice_events.encode_response`.
            **options: Powertools' own: ``cors``, ``enable_validation``, ``serializer`` and so on.
        """
        prefixes = options.get("strip_prefixes")
        if prefixes:
            options["strip_prefixes"] = [
                _canonical(each) if isinstance(each, str) else each for each in prefixes
            ]
        # Powertools' default, made once and not at every response; NaN is no JSON.
        options["serializer"] = (
            options.get("serializer") or Encoder(separators=(",", ":"), allow_nan=False).encode
        )
        super().__init__(proxy_type=None, **options)
        self._on_error = on_error
        self._multiple_set_cookie = multiple_set_cookie
        self._response_builder_class = _ResponseBuilder

    _proxy_event_type = None  # type: ignore[assignment]  # ours is made below, for both versions

    def _get_base_path(self) -> str:
        return ""

    def _to_proxy_event(self, event: dict[str, Any]) -> LatticeEvent:
        proxy_event = LatticeEvent(event, self._json_body_deserializer)
        proxy_event.multiple_set_cookie = self._multiple_set_cookie
        return proxy_event

    def resolve(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event, routes that are coroutines included.

        Raises:
            Exception: What nothing handled, with ``on_error="raise"``.
        """
        token = current_invocation.set(_invocation(event, context))
        try:
            return super().resolve(event, context)
        except Exception as error:
            if self._on_error == "raise":
                raise
            return self._refuse(error, event)
        finally:
            current_invocation.reset(token)

    async def resolve_async(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event: `resolve`, awaited, for who runs an event loop already.

        Raises:
            Exception: What nothing handled, with ``on_error="raise"``.
        """
        token = current_invocation.set(_invocation(event, context))
        try:
            return await super().resolve_async(event, context)
        except Exception as error:
            if self._on_error == "raise":
                raise
            return self._refuse(error, event)
        finally:
            current_invocation.reset(token)

    def _refuse(self, error: Exception, event: Any) -> dict[str, Any]:
        """Log what nothing handled and answer without its details."""
        status = 400 if isinstance(error, MalformedEventError) else 500
        request_id = _request_id(event)
        logging.getLogger("lattice_events").error(
            "request %s was answered with %d: %s", request_id, status, error, exc_info=error
        )
        return encode_response(
            Response.text("Bad Request" if status == 400 else "Internal Server Error", status)
        )

    def _call_exception_handler(self, exp: Exception, route: Any) -> Any:
        """The app's own handlers first; what raised an `HTTPError` last meant it as the answer."""
        try:
            handled = super()._call_exception_handler(exp, route)
        except HTTPError as raised:
            handled, exp = None, raised
        meant = exp if isinstance(exp, HTTPError) else exp.__cause__ if _is_of_dependency(exp) else None
        if handled is not None or not isinstance(meant, HTTPError):
            return handled
        answer = error_response(meant)
        response: Any = PowertoolsResponse(answer.status, body=answer.body, headers=answer.headers.to_lists())
        return self._response_builder_class(response=response, serializer=self._serializer, route=route)

    def _call_route(self, route: Any, route_arguments: dict[str, str]) -> Any:
        if self._enable_validation or route.enable_validation:
            self._tell_event_of(route)
        if _must_await(route, self._router_middlewares):
            return run(self._call_route_async(route, route_arguments))
        return super()._call_route(route, route_arguments)

    async def _call_route_async(self, route: Any, route_arguments: dict[str, str]) -> Any:
        if self._enable_validation or route.enable_validation:
            self._tell_event_of(route)
        return await super()._call_route_async(route, route_arguments)

    def _tell_event_of(self, route: Any) -> None:
        """Validation reads headers as the route's parameters want them."""
        several = find_headers_with_several_values(route.dependant.header_params)
        self.current_event.headers_with_several_values = several

    @staticmethod
    def _compile_regex(rule: str, *options: str) -> Any:
        """A rule matches the canonical path, so its own spaces and non-ASCII letters are escaped as there."""
        escaped = _TO_ESCAPE.sub(lambda found: found[0] if found[0][0] == "<" else quote(found[0]), rule)
        return ApiGatewayResolver._compile_regex(escaped, *options)  # noqa: SLF001 - it is a static method

    def _remove_prefix(self, path: str) -> str:
        if "%" in path or not path.isascii():
            path = _canonical(path)
        return super()._remove_prefix(path) if self._strip_prefixes else path

    def _convert_matches_into_route_keys(self, match: Match[str]) -> dict[str, str]:
        keys = match.groupdict()
        return {name: unquote(value) for name, value in keys.items()} if keys else keys

    def _handle_not_found(self, method: str, path: str) -> Any:
        found = self._get_route_for_head(method, path)
        return self._call_route(*found) if found else super()._handle_not_found(method=method, path=path)

    async def _handle_not_found_async(self, method: str, path: str) -> Any:
        found = self._get_route_for_head(method, path)
        if found:
            return await self._call_route_async(*found)
        return await super()._handle_not_found_async(method=method, path=path)

    def _get_route_for_head(self, method: str, path: str) -> tuple[Any, dict[str, str]] | None:
        """HEAD is GET without the body (RFC 9110 §9.3.2), unless there is a route for it."""
        if method == "HEAD":
            for route in self._static_routes + self._dynamic_routes:
                match = route.rule.match(path) if route.method == "GET" else None
                if match:
                    self.append_context(_route=route, _path=path)  # type: ignore[no-untyped-call]  # untyped in Powertools
                    return route, self._convert_matches_into_route_keys(match)
        return None


def _canonical(path: str) -> str:
    """The one spelling of a path: escapes where they must be, and only there; an escaped slash stays one."""
    segments = (unquote_to_bytes(segment.encode(errors="surrogatepass")) for segment in path.split("/"))
    return "/".join(quote(segment, safe=_AS_THEY_STAND) for segment in segments)


def _must_await(route: Any, middlewares: list[Any]) -> bool:
    """Whether the route or something around it is a coroutine function."""
    around = [*middlewares, *route.middlewares] if middlewares or route.middlewares else ()
    return _is_coroutine(route.func) or any(map(_is_coroutine, around))


def _is_coroutine(function: Any) -> bool:
    """As `inspect` says, but quick for what has code of its own."""
    code = getattr(function, "__code__", None)
    return (
        inspect.iscoroutinefunction(function) if code is None else bool(code.co_flags & inspect.CO_COROUTINE)
    )


def _is_of_dependency(error: Exception) -> bool:
    """Whether Powertools wrapped what a ``Depends()`` raised; its older releases have no such class."""
    return type(error).__name__ == "DependencyResolutionError"


def _request_id(event: Any) -> str | None:
    """The request's id, whatever the event is."""
    if not isinstance(event, dict):
        return None
    request_id = event.get("requestId") or event.get("request_id")
    return request_id if isinstance(request_id, str) else None


def _invocation(event: Any, context: Any) -> Invocation:
    """What a client called from a route needs to know."""
    return Invocation(
        request_id=_request_id(event),
        trace_header=read_variable("_X_AMZN_TRACE_ID"),
        remaining_ms=getattr(context, "get_remaining_time_in_millis", None),
    )
