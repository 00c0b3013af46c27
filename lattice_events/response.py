"""The HTTP response that a target gives back to VPC Lattice."""

from __future__ import annotations

import builtins

from lattice_events.errors import ResponseError
from lattice_events.headers import Headers, charset_of, decode_text, encode_text
from lattice_events.values import Value, assign, plain_integer

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import Any, Generic, Protocol, TypeVar, overload

    HeadersLike = Headers | Mapping[str, str] | Iterable[tuple[str, str]]
    Make = TypeVar("Make", bound=Callable[..., "Response"])
    Read = TypeVar("Read")

    class _MakeText(Protocol):
        def __call__(self, body: str, status: int = 200, *, headers: HeadersLike = ()) -> Response: ...

    class _MakeJson(Protocol):
        def __call__(self, value: object, status: int = 200, *, headers: HeadersLike = ()) -> Response: ...

    class _Twofold(Generic[Make, Read]):
        def __init__(self, make: Callable[..., Response], read: Callable[[Response], Read]) -> None: ...
        @overload
        def __get__(self, response: None, cls: type[Response]) -> Make: ...
        @overload
        def __get__(self, response: Response, cls: type[Response]) -> Read: ...
        def __get__(self, response: Response | None, cls: type[Response]) -> Any: ...
else:

    class _Twofold:
        """A name that makes a response on the class, and on a response reads it, as those of HTTP clients do."""

        __slots__ = ("_make", "_read")

        def __init__(self, make, read):
            self._make = make
            self._read = read

        def __get__(self, response, cls):
            """The one or the other."""
            return self._make.__get__(cls) if response is None else self._read(response)


def _make_text(cls: type[Response], body: str, status: int = 200, *, headers: HeadersLike = ()) -> Response:
    """A text response: ``text/plain; charset=utf-8`` unless the headers say otherwise, by whose charset it is written.

    Raises:
        ResponseError: The charset is none, or lacks a character of the text; names it.
    """
    return cls(status, headers=_typed(headers, "text/plain; charset=utf-8"), body=body)


def _read_text(response: Response) -> str:
    """The body as text, by the charset of its content type, else UTF-8; what is none in that is replaced."""
    try:
        return decode_text(response.body, charset_of(response.headers.get("content-type") or ""))
    except ValueError:
        return response.body.decode(errors="replace")


def _make_json(
    cls: type[Response], value: object, status: int = 200, *, headers: HeadersLike = ()
) -> Response:
    """A JSON response: ``application/json`` unless the headers say otherwise.

    Raises:
        ResponseError: The value holds a number that JSON lacks (NaN, Infinity) or a str with a lone
            surrogate; `field` is its place, such as ``body.items[2].price``.
        TypeError: The value holds something that JSON cannot write, as from `json.dumps`.
    """
    import json

    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        body = text.encode()
    except ValueError as error:
        raise find_unwritable(value, "body") or error from None
    return cls(status, headers=_typed(headers, "application/json"), body=body)


def _read_json(response: Response) -> Callable[[], Any]:
    """What reads the body as JSON.

    It raises:
        ResponseError: The body is not JSON; says what it is.
    """

    def read() -> Any:
        import json

        try:
            return json.loads(response.body)
        except (ValueError, RecursionError) as error:
            start = response.body[:60]
            problem = f"The body of this {response.status} is not JSON ({error}): {start!r}"
            raise ResponseError(problem, field="body") from error

    return read


class Response(Value):
    """One response.

    Attributes:
        status: HTTP status, 200 to 599; `http.HTTPStatus` too.
        headers: Ordered, case-insensitive, repeatable.
        body: The bytes; a str given to the constructor is written by the charset of the content type, else
            as UTF-8.
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
        """Keep the parts as they are; the constructors below also set the content type.

        Raises:
            ResponseError: The body is a str that its charset cannot write.
        """
        assign(self, "status", status if type(status) is int else plain_integer(status))
        known = headers if isinstance(headers, Headers) else Headers(headers)
        assign(self, "headers", known)
        assign(self, "body", _written(body, known) if isinstance(body, str) else body)

    text: _Twofold[_MakeText, str] = _Twofold(_make_text, _read_text)
    """``Response.text(…)`` makes one; ``response.text`` is the body as text, by its charset."""

    json: _Twofold[_MakeJson, Callable[[], Any]] = _Twofold(_make_json, _read_json)
    """``Response.json(…)`` makes one; ``response.json()`` is the body's value."""

    @classmethod
    def bytes(cls, body: builtins.bytes, status: int = 200, *, headers: HeadersLike = ()) -> Response:
        """A binary response: ``application/octet-stream`` unless the headers say otherwise."""
        return cls(status, headers=_typed(headers, "application/octet-stream"), body=body)

    @classmethod
    def empty(cls, status: int = 204, *, headers: HeadersLike = ()) -> Response:
        """A response without a body."""
        return cls(status, headers=headers)

    @property
    def status_code(self) -> int:
        """The status, by the name that HTTP clients have for it."""
        return self.status

    @property
    def content(self) -> builtins.bytes:
        """The body, by the name that HTTP clients have for it."""
        return self.body


def _typed(headers: HeadersLike, content_type: str) -> Headers:
    """Headers that have a content type, the given one if they had none."""
    known = headers if isinstance(headers, Headers) else Headers(headers)
    return known if "content-type" in known else Headers((("content-type", content_type), *known.items()))


def _written(text: str, headers: Headers) -> builtins.bytes:
    """The bytes of a text, by the charset of the content type."""
    charset = "utf-8"
    pairs: tuple[tuple[str, object], ...] = headers.items()  # not judged yet
    for name, value in pairs:  # quicker than to look one up
        if isinstance(value, str) and "=" in value and name.lower() == "content-type":
            charset = charset_of(value)
            break
    if charset == "utf-8" and text.isascii():
        return text.encode()
    try:
        return encode_text(text, charset)
    except ValueError as problem:
        raise ResponseError(f"The body {problem}.", field="body") from None


def find_unwritable(value: object, name: str) -> ResponseError | None:
    """The error for the first number that JSON lacks, or text that UTF-8 cannot write; ``None`` without one.

    Args:
        value: To look through.
        name: What its place begins with.
    """
    waiting, seen = [(name, value)], set[int]()
    while waiting:
        place, each = waiting.pop()
        problem = _scalar_problem(each)
        if problem:
            message = f"{place} {problem}. Send null, another number or another text instead."
            return ResponseError(message, field=place)
        if isinstance(each, (dict, list, tuple)) and id(each) not in seen:  # a circle is no news
            seen.add(id(each))
            waiting += reversed(_parts(place, each))
    return None


def _scalar_problem(value: object) -> str | None:
    """Why a number or a text is nothing that JSON can write."""
    if isinstance(value, float) and value - value != 0:  # NaN and both infinities
        return f"is {value}, which JSON has no number for"
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            return "has a lone surrogate, which UTF-8 cannot write"
    return None


def _parts(
    place: str, value: dict[object, object] | list[object] | tuple[object, ...]
) -> list[tuple[str, object]]:
    """Keys and members of a container, with their places."""
    if not isinstance(value, dict):
        return [(f"{place}[{index}]", member) for index, member in enumerate(value)]
    parts: list[tuple[str, object]] = []
    for key, member in value.items():
        name = ascii(key)[1:-1] if isinstance(key, str) else repr(key)
        inner = f"{place}.{name}" if place else name
        parts += [(inner, key), (inner, member)]
    return parts
