"""The HTTP response that a target gives back to VPC Lattice."""

from __future__ import annotations

import builtins

from lattice_events.headers import Headers
from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    HeadersLike = Headers | Mapping[str, str] | Iterable[tuple[str, str]]


class Response(Value):
    """One response.

    Attributes:
        status: HTTP status, 100 to 599.
        headers: Ordered, case-insensitive, repeatable.
        body: The bytes; a str given to the constructor becomes UTF-8.
    """

    __slots__ = ("body", "headers", "status")

    status: int
    headers: Headers
    body: builtins.bytes

    def __init__(
        self,
        status: int = 200,
        *,
        headers: HeadersLike = (),
        body: str | builtins.bytes = b"",
    ) -> None:
        """Keep the parts as they are; the constructors below also set the content type."""
        assign(self, "status", status)
        assign(self, "headers", headers if isinstance(headers, Headers) else Headers(headers))
        assign(self, "body", body.encode() if isinstance(body, str) else body)

    @classmethod
    def text(cls, body: str, status: int = 200, *, headers: HeadersLike = ()) -> Response:
        """A text response: ``text/plain; charset=utf-8`` unless the headers say otherwise."""
        return cls(status, headers=_typed(headers, "text/plain; charset=utf-8"), body=body)

    @classmethod
    def json(cls, value: object, status: int = 200, *, headers: HeadersLike = ()) -> Response:
        """A JSON response: ``application/json`` unless the headers say otherwise.

        Raises:
            TypeError: The value holds something that JSON cannot write, as from `json.dumps`.
        """
        import json

        body = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return cls(status, headers=_typed(headers, "application/json"), body=body)

    @classmethod
    def bytes(cls, body: builtins.bytes, status: int = 200, *, headers: HeadersLike = ()) -> Response:
        """A binary response: ``application/octet-stream`` unless the headers say otherwise."""
        return cls(status, headers=_typed(headers, "application/octet-stream"), body=body)

    @classmethod
    def empty(cls, status: int = 204, *, headers: HeadersLike = ()) -> Response:
        """A response without a body."""
        return cls(status, headers=headers)


def _typed(headers: HeadersLike, content_type: str) -> Headers:
    """Headers that have a content type, the given one if they had none."""
    known = headers if isinstance(headers, Headers) else Headers(headers)
    return known if "content-type" in known else Headers((("content-type", content_type), *known.items()))
