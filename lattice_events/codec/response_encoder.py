"""Responses into what a Lambda function returns to VPC Lattice.

Loaded at every cold start, so it imports nothing that is not loaded already.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from binascii import b2a_base64

from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError
from lattice_events.headers import HOP_BY_HOP, end_to_end, find_uncarried, is_token

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from typing import Any, Literal

    from lattice_events.headers import Headers
    from lattice_events.response import Response

_BODILESS = (204, 205, 304)
_SURELY_SMALL_BYTES = MAX_LAMBDA_BYTES // 8  # JSON writes no byte as more than 6


def encode_response(
    response: Response,
    *,
    strict: bool = False,
    multiple_set_cookie: Literal["list", "cookies", "refuse"] = "list",
) -> dict[str, Any]:
    r"""Write a response the way VPC Lattice takes it, the same for V1 and V2.

    Shape: ``{"isBase64Encoded": bool, "statusCode": int, "headers": {name: text}, "body": text}``.
    The body is text when it is UTF-8 and has no content-encoding, else base64. Hop-by-hop headers
    are dropped, as the service would, and so is the body of a 204, 205 or 304, with its length. A
    repeated header is joined with ``", "``, but for ``set-cookie``, which must not be joined.

    Args:
        response: To encode.
        strict: Refuse what the service would drop or choke on instead of mending it, for tests and
            local runs: hop-by-hop headers, a body where HTTP allows none.
        multiple_set_cookie: How several ``set-cookie`` are written. Nobody knows which form the
            service takes: ``list``, as the header's value; ``cookies``, as a key of its own, as for
            API Gateway; ``refuse``, an error. One ``set-cookie`` is always a plain string.

    Raises:
        ResponseError: The status is none, a header's name is no token, its value has a character that
            HTTP does not carry, the JSON is over 6 MB, or something that `strict` or
            `multiple_set_cookie` refuses.
    """
    status = response.status
    if type(status) is not int or not 200 <= status <= 599:
        raise ResponseError(
            f"The status must be a number from 200 to 599, not {status!r}.", field="statusCode"
        )
    headers = _headers(response.headers)
    if strict:
        _refuse_what_would_be_lost(response)
    content = response.body
    if content and status in _BODILESS:
        content = b""
        headers.pop("content-length", None)
    is_base64, body = _body(content, is_text="content-encoding" not in headers)
    result: dict[str, Any] = {
        "isBase64Encoded": is_base64,
        "statusCode": status,
        "headers": headers,
        "body": body,
    }
    cookies = headers.get("set-cookie")
    if isinstance(cookies, list) and multiple_set_cookie != "list":
        if multiple_set_cookie == "refuse":
            raise ResponseError(
                f"{len(cookies)} Set-Cookie headers; it is not known whether VPC Lattice accepts more than one. "
                "Set one cookie, or choose a form with multiple_set_cookie.",
                field="headers.set-cookie",
            )
        del headers["set-cookie"]
        result["cookies"] = cookies
    if len(body) > _SURELY_SMALL_BYTES:
        _check_size(result)
    return result


def _headers(headers: Headers) -> dict[str, str | list[str]]:
    """The headers, each name once."""
    written: dict[str, str | list[str]] = {}
    pairs: tuple[tuple[Any, Any], ...] = headers.items()  # not judged yet
    for name, value in pairs:
        if not (is_token(name) and type(value) is str and value.isascii() and value.isprintable()):
            _refuse_what_http_does_not_carry(name, value)  # nearly none, so that the others save the call
        written[name.lower()] = value
    if len(written) == len(pairs) and HOP_BY_HOP.isdisjoint(written):
        return written  # nearly always
    return {
        name: values if name == "set-cookie" and len(values) > 1 else ", ".join(values)
        for name, values in end_to_end(headers).to_lists().items()
    }


def _refuse_what_http_does_not_carry(name: str, value: str) -> None:
    """Name the header that would split or break the message."""
    if not is_token(name):
        raise ResponseError(
            f"{name!r} is not a header name: it may contain only letters, digits and !#$%&'*+-.^_`|~.",
            field=f"headers.{name}",
        )
    if not isinstance(value, str):
        raise _header_error(name, f"must be text, not {type(value).__name__}")
    if uncarried := find_uncarried(value):
        raise _header_error(
            name, f"holds {uncarried}, a line break or another character that HTTP does not carry"
        )


def _header_error(name: str, problem: str) -> ResponseError:
    """Say what is wrong with a header's value."""
    return ResponseError(f"The header {name} {problem}.", field=f"headers.{name.lower()}")


def _refuse_what_would_be_lost(response: Response) -> None:
    """Name what the service would drop without a word."""
    kept = end_to_end(response.headers)
    for name in response.headers:
        if name not in kept:
            raise ResponseError(
                f"VPC Lattice does not pass on the header {name}, because it belongs to one connection. Remove it.",
                field=f"headers.{name}",
            )
    if response.body and response.status in _BODILESS:
        raise ResponseError(
            f"A response with status {response.status} has no body; this one has {len(response.body)} bytes.",
            field="body",
        )


def _body(body: bytes, *, is_text: bool) -> tuple[bool, str]:
    """The flag and the text of the body."""
    if is_text:
        try:
            return False, body.decode()
        except UnicodeDecodeError:
            pass
    return bool(body), b2a_base64(body, newline=False).decode()


def _check_size(result: dict[str, Any]) -> None:
    """Refuse what the service would turn into a 5xx without a reason."""
    import json

    size = len(json.dumps(result, ensure_ascii=False).encode())
    if size > MAX_LAMBDA_BYTES:
        raise ResponseError(
            f"The response is {size:,} bytes of JSON, {size - MAX_LAMBDA_BYTES:,} over the 6 MB that VPC Lattice accepts from a function. Return less, use pages, compress the body, or return a link to S3.",
            field="body",
        )
