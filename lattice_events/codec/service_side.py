"""The service's half of the wire format: requests into events, what a function returned into responses.

The local network and test factories use it; a Lambda function does not load it.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping
from typing import Any, Literal

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.errors import ResponseError
from lattice_events.headers import Headers, find_uncarried, is_token
from lattice_events.identity import (
    IDENTITY_HEADER,
    NETWORK_HEADER,
    identity_to_context,
    identity_to_headers,
)
from lattice_events.request import Request
from lattice_events.response import Response, find_unwritable

EventVersion = Literal["V1", "V2", "v1", "v2"]
_READ = frozenset(("body", "headers", "isBase64Encoded", "statusCode"))  # each with all that is in it
_TEXT_TYPES = ("application/json", "application/xml", "application/javascript")


def encode_event(
    request: Request,
    *,
    version: EventVersion | None = None,
    assumptions: Assumptions = DEFAULTS,
) -> dict[str, Any]:
    """Write the event that VPC Lattice would invoke a function with.

    Args:
        request: As it reaches the target: with every header and fact that the service adds.
        version: The event structure version; the request's own when left out.
        assumptions: Where the service is silent or its sources conflict.

    Raises:
        ValueError: There is no such version.
    """
    if parse_version(request.event_version if version is None else version) == "V1":
        return _encode_v1(request, assumptions)
    return _encode_v2(request, assumptions)


def parse_version(version: object) -> Literal["V1", "V2"]:
    """Read an event structure version, in either case.

    Raises:
        ValueError: There is no such version.
    """
    if version in ("V1", "v1"):
        return "V1"
    if version in ("V2", "v2"):
        return "V2"
    raise ValueError(f"The event structure version must be 'V1' or 'V2', not {version!r}.")


def _encode_v2(request: Request, assumptions: Assumptions) -> dict[str, Any]:
    """A V2 event: lists of values, the caller in the request context."""
    is_base64, body = _encode_body(request, assumptions)
    event: dict[str, Any] = {
        "version": "2.0",
        "path": request.target,
        "method": request.method,
        "headers": request.headers.to_lists(),
        "queryStringParameters": _raw_query(request.query_string),
    }
    if body:
        event["body"] = body
    if is_base64:
        event["isBase64Encoded"] = True
    event["requestContext"] = _context(request)
    if request.request_id is not None:
        event["requestId"] = request.request_id
    return event


def _context(request: Request) -> dict[str, Any]:
    """A V2 event's context: what is known, and the service's ARN, by which a V2 event is told from others."""
    context: dict[str, Any] = {
        "serviceNetworkArn": request.service_network_arn,
        "serviceArn": request.service_arn,
        "targetGroupArn": request.target_group_arn,
        "identity": identity_to_context(request.identity),
        "region": request.region,
        "timeEpoch": None if request.time_epoch_us is None else str(request.time_epoch_us),
    }
    if None in (request.service_network_arn, request.target_group_arn, request.region, request.time_epoch_us):
        context = {
            name: value for name, value in context.items() if value is not None or name == "serviceArn"
        }
    return context


def _encode_v1(request: Request, assumptions: Assumptions) -> dict[str, Any]:
    """A V1 event: one value a name, the caller in headers."""
    is_base64, body = _encode_body(request, assumptions)
    headers = request.headers.without(IDENTITY_HEADER, NETWORK_HEADER).with_items(
        identity_to_headers(request.identity, empty_fields=assumptions.identity_empty_fields)
    )
    which = 0 if assumptions.v1_query_repeat == "first" else -1
    event: dict[str, Any] = {
        "raw_path": request.target,
        "method": request.method,
        "headers": {
            name: assumptions.v1_header_join.join(values) for name, values in headers.to_lists().items()
        },
        "query_string_parameters": {
            name: values[which] for name, values in _raw_query(request.query_string).items()
        },
        "body": body,
        "is_base64_encoded": is_base64,
    }
    if request.request_id is not None:
        event["request_id"] = request.request_id
    return event


def _raw_query(query_string: str) -> dict[str, list[str]]:
    """The query map as the service writes it: not percent-decoded."""
    parameters: dict[str, list[str]] = {}
    for part in query_string.split("&") if query_string else ():
        if part:
            name, _, value = part.partition("=")
            parameters.setdefault(name, []).append(value)
    return parameters


def _encode_body(request: Request, assumptions: Assumptions) -> tuple[bool, str]:
    """The flag and the body's text: by content type, and base64 for bytes that are no text."""
    if not request.body:
        return False, ""
    if _is_text_type(request.headers.get("content-type") or "", assumptions):
        try:
            return False, request.body.decode()
        except UnicodeDecodeError:
            pass
    return True, b2a_base64(request.body, newline=False).decode()


def _is_text_type(content_type: str, assumptions: Assumptions) -> bool:
    """Whether a body of this type travels as text; the list is the guide's."""
    if content_type in _TEXT_TYPES:
        return True  # most of them
    media_type = content_type.strip().lower()
    if assumptions.text_type_with_parameters == "text":
        media_type = media_type.partition(";")[0].strip()
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


def decode_response(returned: object, *, assumptions: Assumptions = DEFAULTS) -> Response:
    """Read what a function returned, as the service reads it.

    ``{"statusCode": 200, "body": "…"}`` alone is known to work. Header names reach the client in
    lower case.

    Args:
        returned: The JSON value that the function returned.
        assumptions: What is taken beyond the documented contract.

    Raises:
        ResponseError: The service would not take it; says which field and what to return.
    """
    if not isinstance(returned, (dict, Mapping)):  # `dict` is the quick way to say yes
        raise ResponseError(
            f"A function must return an object with statusCode, headers and body; this one returned "
            f"{_in_words(returned)}."
        )
    status = _status(returned, assumptions)
    pairs = _header_pairs(returned.get("headers"), assumptions)
    if assumptions.response_cookies == "accept":
        pairs += [("set-cookie", cookie) for cookie in _cookies(returned.get("cookies"))]
    response = Response(status, headers=Headers(pairs), body=_decode_body(returned))
    if not _READ.issuperset(returned) and (unwritable := find_unwritable(returned, "")):
        raise unwritable  # Python's JSON carries it to here, the service's does not
    return response


def _in_words(value: object) -> str:
    """What a value is, in JSON's words."""
    if value is None:
        return "null"
    names = {bool: "a boolean", str: "a string", list: "a list", int: "a number", float: "a number"}
    return names.get(type(value), f"a {type(value).__name__}")


def _status(returned: Mapping[Any, Any], assumptions: Assumptions) -> int:
    """The status code: a whole number from 200 to 599; the others are no answer (RFC 9110 §15)."""
    status = returned.get("statusCode")
    if type(status) is int and 200 <= status <= 599:
        return status  # nearly always
    if assumptions.response_envoy_leniency:
        if status is None:
            return 200
        if isinstance(status, str) and status.isascii() and status.isdigit() and len(status) == 3:
            status = int(status)
    if "statusCode" not in returned:
        keys = ", ".join(sorted(map(str, returned)))[:200] or "nothing"
        raise ResponseError(f"statusCode is missing; the object has {keys}.", field="statusCode")
    if isinstance(status, bool) or not isinstance(status, int):
        raise ResponseError(
            f"statusCode must be a whole number, not {_in_words(status)}.", field="statusCode"
        )
    if not 200 <= status <= 599:
        raise ResponseError(f"statusCode must be from 200 to 599, not {status}.", field="statusCode")
    return status


def _header_pairs(headers: object, assumptions: Assumptions) -> list[tuple[str, str]]:
    """The headers of a response."""
    if headers is None:
        return []
    if not isinstance(headers, (dict, Mapping)):
        raise ResponseError(f"headers must be an object, not {_in_words(headers)}.", field="headers")
    pairs = []
    for name, value in headers.items():
        if type(value) is str and value.isascii() and value.isprintable() and is_token(name):
            pairs.append((name.lower(), value))  # nearly all of them
        elif isinstance(value, list) and assumptions.response_header_lists == "accept":
            pairs += [_pair(name, item) for item in value]
        else:
            pairs.append(_pair(name, value))
    return pairs


def _pair(name: object, value: object) -> tuple[str, str]:
    """One header, its name in lower case."""
    field = f"headers.{name}"
    if not is_token(name):
        raise ResponseError(f"{name!r} is not a header name.", field=field)
    if not isinstance(value, str):
        raise ResponseError(f"The header {name} must be a string, not {_in_words(value)}.", field=field)
    if uncarried := find_uncarried(value):
        raise ResponseError(
            f"The header {name} holds {uncarried}, a line break or another character that HTTP does not carry.",
            field=field,
        )
    return name.lower(), value


def _cookies(cookies: object) -> list[str]:
    """The ``cookies`` list of an API Gateway response."""
    if cookies is None:
        return []
    if not isinstance(cookies, list):
        raise ResponseError(f"cookies must be a list, not {_in_words(cookies)}.", field="cookies")
    return [_pair("set-cookie", cookie)[1] for cookie in cookies]


def _decode_body(returned: Mapping[Any, Any]) -> bytes:
    """The body's bytes; absent and null are none."""
    is_base64 = returned.get("isBase64Encoded")
    if is_base64 is not None and not isinstance(is_base64, bool):
        raise ResponseError(
            f"isBase64Encoded must be true or false, not {_in_words(is_base64)}.", field="isBase64Encoded"
        )
    body = returned.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise ResponseError(
            f"body must be a string, not {_in_words(body)}; write JSON with json.dumps, bytes as base64 "
            "with isBase64Encoded true.",
            field="body",
        )
    try:
        return a2b_base64(body, strict_mode=True) if is_base64 else body.encode()
    except ValueError as error:  # binascii.Error and UnicodeEncodeError alike
        expected = "base64, as isBase64Encoded says" if is_base64 else "Unicode text"
        raise ResponseError(f"body is not {expected}: {error}.", field="body") from error
