"""Events into requests: what a Lambda function needs of the wire format.

Loaded at every cold start, so it imports nothing that is not loaded already. Every field that is
used is checked; a field that is not known is kept in `Request.raw`.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html
"""

from __future__ import annotations

from binascii import a2b_base64

from lattice_events.errors import MalformedEventError, UnknownEventVersionError
from lattice_events.headers import Headers
from lattice_events.identity import (
    ANONYMOUS,
    IDENTITY_HEADER,
    NETWORK_HEADER,
    TARGET_HEADER,
    identity_from_context,
    identity_from_headers,
    parse_pairs,
)
from lattice_events.request import Request

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from typing import Any

    from lattice_events.identity import Identity

_END_OF_TIME_US = 253_402_300_800_000_000  # the year 10000, where `datetime` ends
_LATTICE_ARNS = frozenset(("serviceArn", "serviceNetworkArn", "targetGroupArn"))
_TEXTS_OF_CONTEXT = ("serviceArn", "serviceNetworkArn", "targetGroupArn", "region")
_new = object.__new__


def decode_event(event: object) -> Request:
    """Read a V1 or V2 event, told apart by its shape.

    The query string is taken from the path, where every value of a repeated key survives; the
    query map serves only events whose path has no ``?``. Whether a body is base64 is told by the
    flag alone, never by the content type.

    Args:
        event: What Lambda passed to the handler.

    Raises:
        UnknownEventVersionError: Not a VPC Lattice event; says what it looks like.
        MalformedEventError: A field has a wrong type or an unreadable value; names it.
    """
    if isinstance(event, dict):
        context = event.get("requestContext")
        if isinstance(context, dict):
            if "serviceArn" in context or not _LATTICE_ARNS.isdisjoint(context):
                return _decode_v2(event, context)
        elif "raw_path" in event:
            return _decode_v1(event)
    from lattice_events.codec.strangers import describe  # on the way to an error only

    raise UnknownEventVersionError(describe(event))


def _decode_v2(event: dict[str, Any], context: dict[str, Any]) -> Request:
    """Read a V2 event.

    Examples that circulate have names of V1 in V2 events, which the service never does: they are read where the
    documented name is absent.
    """
    pairs: list[tuple[str, str]] = []
    headers = event.get("headers")
    if headers is not None:
        if not isinstance(headers, dict):
            raise _wrong("headers", "an object", headers)
        for name, values in headers.items():
            if type(values) is list and len(values) == 1 and type(values[0]) is str:
                pairs.append((name, values[0]))  # nearly all of them, so without a call
            else:
                pairs += [(name, value) for value in _texts("headers", name, values)]
    path, query_string = _split_path("path", event)
    bare_query = query_string == ""
    field = "queryStringParameters"
    parameters = event.get(field)
    if parameters is None and "query_string_parameters" in event:
        field = "query_string_parameters"
        parameters = event[field]
    if parameters is not None:
        query_string = _query(field, parameters, query_string)
    known = Headers(pairs)
    request_id = _text("requestId", event.get("requestId"))
    request: Request = _new(Request._draft)  # noqa: SLF001 - a decoder fills it
    request.method = _method(event)
    request.path = path
    request.query_string = query_string or ""
    request.bare_query = bare_query
    request.headers = known
    request.body = _body(event, "isBase64Encoded" if "isBase64Encoded" in event else "is_base64_encoded")
    request.identity = _identity(context)
    request.service_arn = service = context.get("serviceArn")
    request.service_network_arn = network = context.get("serviceNetworkArn")
    request.target_group_arn = group = context.get("targetGroupArn")
    request.region = region = context.get("region")
    if not (type(service) is str and type(network) is str and type(group) is str and type(region) is str):
        for name in _TEXTS_OF_CONTEXT:
            _text(f"requestContext.{name}", context.get(name))
    request.time_epoch_us = _time(context.get("timeEpoch"))
    request.request_id = known.get("x-amzn-requestid") if request_id is None else request_id
    request.event_version = "V2"
    request.raw = event
    request._query = None  # noqa: SLF001
    request.__class__ = Request
    return request


def _decode_v1(event: dict[str, Any]) -> Request:
    """Read a V1 event, whose identity and ARNs stand in headers that VPC Lattice alone can set."""
    headers = event.get("headers")
    if headers is None:
        headers = {}
    elif not isinstance(headers, dict):
        raise _wrong("headers", "an object", headers)
    for name, value in headers.items():
        if not isinstance(value, str):
            raise _wrong(f"headers.{name}", "a string", value)
    path, query_string = _split_path("raw_path", event)
    bare_query = query_string == ""
    parameters = event.get("query_string_parameters")
    if parameters is not None:
        query_string = _query("query_string_parameters", parameters, query_string)
    known = Headers(headers)
    request_id = _text("request_id", event.get("request_id"))
    target = known.get(TARGET_HEADER)
    arns = parse_pairs(target) if target else {}
    identity, network = known.get(IDENTITY_HEADER), known.get(NETWORK_HEADER)
    return Request(
        method=_method(event),
        path=path,
        query_string=query_string or "",
        bare_query=bare_query,
        headers=known,
        body=_body(event, "is_base64_encoded"),
        identity=identity_from_headers(identity, network) if identity or network else ANONYMOUS,
        service_arn=arns.get("ServiceArn"),
        service_network_arn=arns.get("ServiceNetworkArn"),
        target_group_arn=arns.get("TargetGroupArn"),
        request_id=known.get("x-amzn-requestid") if request_id is None else request_id,
        event_version="V1",
        raw=event,
    )


def _wrong(field: str, wanted: str, value: object) -> MalformedEventError:
    """An error that says what stands in a field instead of what should."""
    found = "null" if value is None else type(value).__name__
    return MalformedEventError(field, f"must be {wanted}, not {found}")


def _text(field: str, value: Any) -> str | None:
    """A string that may be absent."""
    if value is not None and not isinstance(value, str):
        raise _wrong(field, "a string", value)
    return value


def _texts(field: str, name: object, values: Any) -> list[str]:
    """The values of one header or parameter: a list of strings, or one string."""
    if isinstance(values, str):
        return [values]
    if not isinstance(values, list):
        raise _wrong(f"{field}.{name}", "a list of strings", values)
    for value in values:
        if not isinstance(value, str):
            raise _wrong(f"{field}.{name}", "a list of strings", value)
    return values


def _method(event: dict[str, Any]) -> str:
    """The method: any token."""
    method = event.get("method")
    if not isinstance(method, str) or not method:
        raise _wrong("method", "a string that is not empty", method)
    return method


def _split_path(field: str, event: dict[str, Any]) -> tuple[str, str | None]:
    """The path and what stands behind its first ``?``; ``None`` when there is no ``?``."""
    path = event.get(field)
    if not isinstance(path, str):
        raise _wrong(field, "a string", path)
    path, mark, query_string = path.partition("?")
    return path, query_string if mark else None


def _query(field: str, parameters: Any, query_string: str | None) -> str:
    """The path's query string, or for a path without one what the query map says; checks the map."""
    if not isinstance(parameters, dict):
        raise _wrong(field, "an object", parameters)
    for name, values in parameters.items():
        if not (type(values) is list and len(values) == 1 and type(values[0]) is str):
            _texts(field, name, values)
    return _query_from(field, parameters) if query_string is None else query_string


def _query_from(field: str, parameters: dict[str, Any]) -> str:
    """A query string for an event whose path has none: the values stand there as they were sent."""
    if not parameters:
        return ""
    from urllib.parse import quote  # never needed for a real event

    def written(text: str) -> str:
        return quote(text, safe="%!$'()*,;:@/?+-._~")

    pairs = ((name, value) for name, values in parameters.items() for value in _texts(field, name, values))
    try:
        return "&".join(f"{written(name)}={written(value)}" for name, value in pairs)
    except UnicodeEncodeError as error:
        raise MalformedEventError(field, f"is not Unicode text: {error}") from error


def _body(event: dict[str, Any], flag_field: str) -> bytes:
    """The body's bytes: absent, null and ``""`` are all no body."""
    flag = event.get(flag_field)
    if flag is not None and not isinstance(flag, bool):
        raise _wrong(flag_field, "true or false", flag)
    body = event.get("body")
    if not body and (body is None or body == ""):
        return b""
    if not isinstance(body, str):
        raise _wrong("body", "a string", body)
    try:
        return a2b_base64(body, strict_mode=True) if flag else body.encode()
    except ValueError as error:  # binascii.Error and UnicodeEncodeError alike
        expected = "base64" if flag else "Unicode text"
        raise MalformedEventError("body", f"is not {expected}: {error}") from error


def _identity(context: dict[str, Any]) -> Identity:
    """The caller of a V2 event; absent, null and ``{}`` all say nothing."""
    identity = context.get("identity")
    if identity is None:
        return ANONYMOUS
    if not isinstance(identity, dict):
        raise _wrong("requestContext.identity", "an object", identity)
    for name, value in identity.items():
        if type(value) is not str and value is not None and not isinstance(value, str):
            raise _wrong(f"requestContext.identity.{name}", "a string", value)
    return identity_from_context(identity)


def _time(value: Any) -> int | None:
    """``timeEpoch``: microseconds, which the service writes as a string."""
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 19:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _END_OF_TIME_US:
        raise MalformedEventError(
            "requestContext.timeEpoch", f"must be microseconds since 1970, not {str(value)[:40]!r}"
        )
    return value
