"""Responses into what a Lambda function returns to VPC Lattice.

Loaded at every cold start, so it imports nothing that is not loaded already.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from binascii import b2a_base64

from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError
from lattice_events.headers import end_to_end

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from typing import Any

    from lattice_events.response import Response

_SURELY_SMALL_BYTES = MAX_LAMBDA_BYTES // 8  # JSON writes no byte as more than 6


def encode_response(response: Response) -> dict[str, Any]:
    r"""Write a response the way VPC Lattice takes it, the same for V1 and V2.

    Shape: ``{"isBase64Encoded": bool, "statusCode": int, "headers": {name: text}, "body": text}``.
    The body is text when it is UTF-8 and has no content-encoding, else base64. Hop-by-hop headers
    are dropped, as the service would. A repeated header is joined with ``", "``; several
    ``set-cookie``, which must not be joined, become a list.

    Raises:
        ResponseError: The status is none, a header has a line break, or the JSON is over 6 MB.
    """
    status = response.status
    if type(status) is not int or not 100 <= status <= 599:
        raise ResponseError(
            f"The status must be a number from 100 to 599, not {status!r}.", field="statusCode"
        )
    is_base64, body = _body(response)
    result = {
        "isBase64Encoded": is_base64,
        "statusCode": status,
        "headers": _headers(response),
        "body": body,
    }
    if len(body) > _SURELY_SMALL_BYTES:
        _check_size(result)
    return result


def _body(response: Response) -> tuple[bool, str]:
    """The flag and the text of the body."""
    if "content-encoding" not in response.headers:
        try:
            return False, response.body.decode()
        except UnicodeDecodeError:
            pass
    return bool(response.body), b2a_base64(response.body, newline=False).decode()


def _headers(response: Response) -> dict[str, str | list[str]]:
    """The headers, each name once."""
    headers: dict[str, str | list[str]] = {}
    for name, values in end_to_end(response.headers).to_lists().items():
        for value in values:
            if not isinstance(value, str):
                raise ResponseError(
                    f"The header {name} must be text, not {type(value).__name__}.", field=f"headers.{name}"
                )
            if "\n" in value or "\r" in value or "\0" in value or not name:
                raise ResponseError(
                    f"The header {name!r} has a line break or no name.", field=f"headers.{name}"
                )
        if name == "set-cookie" and len(values) > 1:
            headers[name] = values
        else:
            headers[name] = ", ".join(values)
    return headers


def _check_size(result: dict[str, Any]) -> None:
    """Refuse what the service would turn into a 5xx without a reason."""
    import json

    size = len(json.dumps(result, ensure_ascii=False).encode())
    if size > MAX_LAMBDA_BYTES:
        raise ResponseError(
            f"The response is {size:,} bytes of JSON, {size - MAX_LAMBDA_BYTES:,} over the 6 MB that VPC "
            "Lattice takes from a function. Return less, page it, compress it, or hand out a link to S3.",
            field="body",
        )
