"""HTTP requests of the API: which operation, and its input.

What cannot be read is answered as smithy's tests of the protocol have it; whether the values are allowed is
for `validate`.

Source:
    https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
    https://github.com/smithy-lang/smithy/tree/main/smithy-aws-protocol-tests/model/restJson1/malformedRequests
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping
from typing import Any, NoReturn, cast
from urllib.parse import parse_qsl, unquote

from botocore.model import OperationModel, Shape, StructureShape

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.json_text import read_json
from lattice_events.cloud.model.service import service, unknown_operation

_LABEL = re.compile(r"\{(\w+)\}")
# A client sends the slashes of an ARN as %2F; one that does not is understood as well.
_VALUE = r"arn(?::|%3[Aa])[^/]+(?:/[^/]+){0,5}?|[^/]+"
_INTEGER = re.compile(r"-?[0-9]{1,19}")
_JSON = "application/json"


def parse_request(
    method: str, path: str, *, query: str, headers: Mapping[str, str], body: bytes
) -> tuple[str, dict[str, Any]]:
    """Read a request.

    Args:
        method: ``GET``, say.
        path: As it was sent, percent-encoded.
        query: As it was sent, without the ``?``; empty if there is none.
        headers: Names in any case.
        body: As it was sent; empty if there is none.

    Returns:
        The operation's name, and its input by members of its input shape; members that the shape does not have
        are left out, and the values are not validated.

    Raises:
        ApiError: No operation has this path, or what was sent cannot be read.
    """
    operation, labels = _found(method, path)
    shape = operation.input_shape
    # A label comes last: a body cannot say another resource than the path does.
    sent = {**_body_params(shape, headers, body), **_query_params(shape, query), **labels}
    return operation.name, sent


def operation_of(method: str, path: str) -> str:
    """The operation that a request is for, by its path as it was sent.

    Raises:
        ApiError: None is.
    """
    name: str = _found(method, path)[0].name
    return name


def _found(method: str, path: str) -> tuple[OperationModel, dict[str, str]]:
    for route, operation in _routes():
        if operation.http["method"] == method and (match := route.fullmatch(path)):
            return operation, {name: _decoded(text) for name, text in match.groupdict().items()}
    raise unknown_operation(f"{method} {path[:200]}")


@functools.cache
def _routes() -> tuple[tuple[re.Pattern[str], OperationModel], ...]:
    operations = map(service().operation_model, service().operation_names)
    # The longest path comes first: what follows a label is not read as the slashes of an ARN.
    ordered = sorted(operations, key=lambda operation: -_path_of(operation).count("/"))
    return tuple(
        (re.compile(_LABEL.sub(rf"(?P<\1>{_VALUE})", _path_of(operation))), operation)
        for operation in ordered
    )


def _path_of(operation: OperationModel) -> str:
    return cast(str, operation.http["requestUri"])


def _query_params(shape: StructureShape, query: str) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, text in _pairs(query):
        values.setdefault(name, []).append(text)
    members = {name: item for name, item in shape.members.items() if _location(item) == "querystring"}
    return {
        name: _query_value(member, values[_wire_name(member, name)], name)
        for name, member in members.items()
        if _wire_name(member, name) in values
    }


def _pairs(query: str) -> list[tuple[str, str]]:
    try:
        return parse_qsl(query, keep_blank_values=True, errors="strict")
    except ValueError:
        _refuse("The query string is not UTF-8.")


def _query_value(member: Shape, texts: list[str], name: str) -> Any:
    if member.type_name == "list":
        return [_from_text(member.member, text, name) for text in texts]
    if len(texts) > 1:
        _refuse(f"The query string has '{name}' {len(texts)} times.")
    return _from_text(member, texts[0], name)


def _from_text(member: Shape, text: str, name: str) -> Any:
    if member.type_name == "integer":
        if not _INTEGER.fullmatch(text):
            _refuse(f"'{name}' in the query string is not a whole number: '{text[:50]}'.")
        return int(text)
    if member.type_name == "boolean":
        if text not in {"true", "false"}:
            _refuse(f"'{name}' in the query string is not true or false: '{text[:50]}'.")
        return text == "true"
    return text


def _body_params(shape: StructureShape, headers: Mapping[str, str], body: bytes) -> dict[str, Any]:
    members = {name for name, member in shape.members.items() if _location(member) is None}
    if not body or not members:
        return {}
    content_type = {name.lower(): value for name, value in headers.items()}.get("content-type", _JSON)
    if content_type.partition(";")[0].strip().lower() != _JSON:
        raise ApiError("UnsupportedMediaTypeException", f"The content type is {_JSON}, not {content_type}.")
    try:
        sent = _known(shape, read_json(body))
    except ValueError as error:
        _refuse(f"The body is not JSON: {error}.")
    if not isinstance(sent, dict):
        _refuse("The body is not an object of JSON.")
    return {name: item for name, item in sent.items() if name in members}


def _known(shape: Shape, value: Any) -> Any:
    """The value without the members that its shape does not have, and without nulls; unions stay as they are."""
    if shape.type_name == "list" and isinstance(value, list):
        return [_known(shape.member, item) for item in value]
    if shape.type_name != "structure" or not isinstance(value, dict):
        return value
    return {
        name: _known(shape.members[name], item) if name in shape.members else item
        for name, item in value.items()
        if item is not None and (name in shape.members or shape.is_tagged_union)
    }


def _decoded(text: str) -> str:
    try:
        return unquote(text, errors="strict")
    except ValueError:
        _refuse("The path is not UTF-8.")


def _location(member: Shape) -> str | None:
    return cast(str | None, member.serialization.get("location"))


def _wire_name(member: Shape, name: str) -> str:
    return cast(str, member.serialization.get("name", name))


def _refuse(message: str) -> NoReturn:
    raise ApiError("SerializationException", message)
