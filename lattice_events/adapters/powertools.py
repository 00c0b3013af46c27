"""Serve VPC Lattice with Powertools' event handler, both event versions in one function.

Source:
    https://docs.powertools.aws.dev/lambda/python/latest/core/event_handler/api_gateway/
"""

from __future__ import annotations

import logging
import os
from functools import cached_property
from re import Match
from typing import Any, Literal
from urllib.parse import unquote

from lattice_events.codec import decode_event, encode_response
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import EventError, MalformedEventError, MissingExtraError
from lattice_events.identity import Identity
from lattice_events.request import Request
from lattice_events.response import Response

try:
    from aws_lambda_powertools.event_handler.api_gateway import ApiGatewayResolver
    from aws_lambda_powertools.shared.headers_serializer import BaseHeadersSerializer
    from aws_lambda_powertools.utilities.data_classes.common import BaseProxyEvent, CaseInsensitiveDict
except ImportError as error:
    raise MissingExtraError("powertools", needed_for="LatticeResolver") from error

CORRELATION_ID = "requestId || request_id"
"""Where Powertools' Logger finds the request's id, in either version: ``correlation_id_path=CORRELATION_ID``."""


class LatticeEvent(BaseProxyEvent):
    """A V1 or V2 event whose properties are what the client sent; `request` has all of it, decoded."""

    @cached_property
    def request(self) -> Request:
        """The decoded request.

        Raises:
            EventError: The event is not VPC Lattice's, or a field of its form is wrong.
        """
        return decode_event(self._data)

    @property
    def path(self) -> str:
        """The path as it was sent, without the query string."""
        target = self._data.get("path") or self._data.get("raw_path")
        return target.partition("?")[0] if isinstance(target, str) else self.request.path

    @property
    def http_method(self) -> str:
        """The method."""
        method = self._data.get("method")
        return method if isinstance(method, str) else self.request.method

    @cached_property
    def headers(self) -> dict[str, str]:
        """Headers in any case; the values of a repeated one joined with a comma. Lists are in `request`."""
        lists = self.request.headers.to_lists()
        joined: dict[str, str] = CaseInsensitiveDict({name: ", ".join(lists[name]) for name in lists})  # type: ignore[no-untyped-call]  # untyped in Powertools
        return joined

    @property
    def resolved_headers_field(self) -> dict[str, Any]:
        """Headers for validation: every value of a repeated one, none cut at its commas."""
        # Asked for at every response, so it reads the event itself: a decoded request costs 7 µs.
        headers = self._data.get("headers") or {}
        return {
            name.lower(): values[0] if isinstance(values, list) and len(values) == 1 else values
            for name, values in headers.items()
        }

    @property
    def query_string_parameters(self) -> dict[str, str]:
        """The first value of each parameter, decoded."""
        return {name: values[0] for name, values in self.request.query.to_lists().items()}

    @property
    def multi_value_query_string_parameters(self) -> dict[str, list[str]]:
        """Every value of each parameter, decoded."""
        return self.request.query.to_lists()

    @property
    def resolved_query_string_parameters(self) -> dict[str, list[str]]:
        """Every value of each parameter, for validation."""
        return self.request.query.to_lists()

    @property
    def body(self) -> str | None:
        """The body as it stands in the event, perhaps base64."""
        return self._data.get("body")

    @property
    def is_base64_encoded(self) -> bool:
        """Whether `body` is base64."""
        return bool(self._data.get("isBase64Encoded") or self._data.get("is_base64_encoded"))

    @property
    def body_bytes(self) -> bytes:
        """The body's bytes."""
        return self.request.body

    @property
    def decoded_body(self) -> str:
        """The body as text.

        Raises:
            BodyError: It is no text.
        """
        return self.request.text

    @cached_property
    def json_body(self) -> Any:
        """The body as JSON, by the resolver's own deserializer."""
        return self._json_deserializer(self.decoded_body)

    @property
    def identity(self) -> Identity:
        """Who called, for V1 and V2 alike."""
        return self.request.identity

    @property
    def time_epoch(self) -> int | None:
        """When VPC Lattice took the request, microseconds since 1970; V2 only."""
        return self.request.time_epoch_us

    @property
    def request_id(self) -> str | None:
        """``x-amzn-requestid``."""
        return self.request.request_id

    def header_serializer(self) -> BaseHeadersSerializer:
        """Headers as VPC Lattice takes them."""
        return _HeadersSerializer()


class _HeadersSerializer(BaseHeadersSerializer):
    """One text a header; cookies apart, for the resolver to write as it was told."""

    def serialize(self, headers: dict[str, Any], cookies: list[Any]) -> dict[str, Any]:
        """The part of the response that has to do with headers."""
        known: dict[str, Any] = {}
        for name, values in headers.items():
            if values is not None:
                known[name] = values if isinstance(values, str) else ", ".join(map(str, values))
        if cookies:
            known["set-cookie"] = [str(cookie) for cookie in cookies]
        return {"headers": known}


class LatticeResolver(ApiGatewayResolver):
    """Powertools' resolver for V1 and V2 events of VPC Lattice.

    Routes, `Router`, middleware, CORS, compression, validation, OpenAPI and exception handlers are
    Powertools' own. Path parameters are percent-decoded, HEAD is answered by the GET route, and
    ``app.current_event`` is a `LatticeEvent`.
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
        super().__init__(proxy_type=None, **options)
        self._on_error = on_error
        self._multiple_set_cookie = multiple_set_cookie

    _proxy_event_type = None  # type: ignore[assignment]  # ours is made below, for both versions

    def _get_base_path(self) -> str:
        return ""

    def _to_proxy_event(self, event: dict[str, Any]) -> LatticeEvent:
        return LatticeEvent(event, self._json_body_deserializer)

    def resolve(self, event: Any, context: Any) -> dict[str, Any]:
        """Answer an event.

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
        """Answer an event with routes that may be coroutines: `resolve`, awaited.

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
        if isinstance(error, EventError):
            status = 400 if isinstance(error, MalformedEventError) else 500
        else:
            status = getattr(error, "status", 500)
        request_id = _request_id(event)
        logging.getLogger("lattice_events").error(
            "request %s was answered with %d: %s", request_id, status, error, exc_info=error
        )
        message = str(getattr(error, "body", "")) or (
            "Internal Server Error" if status >= 500 else "Bad Request"
        )
        return encode_response(Response.text(message, status))

    def _convert_matches_into_route_keys(self, match: Match[str]) -> dict[str, str]:
        return {name: unquote(value) for name, value in match.groupdict().items()}

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

    def _build_response(self, response_builder: Any) -> dict[str, Any]:
        """Powertools' response, as VPC Lattice takes it."""
        built: dict[str, Any] = super()._build_response(response_builder)
        body = built["body"]
        if body is None or self.current_event.http_method == "HEAD":
            built["body"], built["isBase64Encoded"] = "", False
        cookies = built["headers"].get("set-cookie")
        if cookies is not None or (body is not None and len(body) > MAX_LAMBDA_BYTES // 8):
            # The rare cases that need care: how cookies are written, and the limit of 6 MB.
            from lattice_events.codec import decode_response

            return encode_response(decode_response(built), multiple_set_cookie=self._multiple_set_cookie)
        return built


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
        trace_header=os.environ.get("_X_AMZN_TRACE_ID"),
        remaining_ms=getattr(context, "get_remaining_time_in_millis", None),
    )
