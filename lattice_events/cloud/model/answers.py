"""Answers of the API: outputs of operations, and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.model import Shape, StructureShape

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.service import operation_model, service

_NO_CONTENT = 204
# Errors of the protocol, which are not in the service's model.
_PROTOCOL_ERRORS = {
    "SerializationException": 400,
    "UnknownOperationException": 404,
    "UnsupportedMediaTypeException": 415,
}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes


def encode_answer(operation: str, output: Mapping[str, Any], *, request_id: str) -> Answer:
    """Write the output of an operation; members that its output shape does not have are left out."""
    model = operation_model(operation)
    status = model.http["responseCode"]
    headers = {"x-amzn-requestid": request_id}
    if status == _NO_CONTENT:
        return Answer(status=status, headers=headers, body=b"")
    headers = {**headers, "content-type": "application/json"}
    return Answer(status=status, headers=headers, body=_json_of(_trimmed(operation, output)))


def _trimmed(operation: str, output: Mapping[str, Any]) -> dict[str, Any]:
    """The output of an operation without members that are None, or that its output shape does not have."""
    shape = operation_model(operation).output_shape
    return _known(shape, output) if shape else {}


def encode_error(error: ApiError, *, request_id: str) -> Answer:
    """Write an error."""
    shape = _error_shape(error.code)
    members = {"message": error.message, **error.members}
    in_headers = _header_names(shape) if shape else {}
    headers = {
        "content-type": "application/json",
        "x-amzn-requestid": request_id,
        "x-amzn-errortype": error.code,
        **{in_headers[name]: str(value) for name, value in members.items() if name in in_headers},
    }
    body = {name: value for name, value in members.items() if name not in in_headers}
    return Answer(status=_status_of(error.code, shape), headers=headers, body=_json_of(body))


def _error_shape(code: str) -> StructureShape | None:
    return service().shape_for(code) if code in service().shape_names else None


def _status_of(code: str, shape: StructureShape | None) -> int:
    if shape is None:
        return _PROTOCOL_ERRORS.get(code, 400)
    return int(shape.metadata["error"]["httpStatusCode"])


def _header_names(shape: StructureShape) -> dict[str, str]:
    return {
        name: member.serialization["name"]
        for name, member in shape.members.items()
        if member.serialization.get("location") == "header"
    }


def _known(shape: Shape, value: Any) -> Any:
    if shape.type_name == "list":
        return [_known(shape.member, item) for item in value]
    if shape.type_name != "structure":
        return value
    return {
        name: _known(member, value[name])
        for name, member in shape.members.items()
        if value.get(name) is not None
    }


def _json_of(value: Mapping[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
