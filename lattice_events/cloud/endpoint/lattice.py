"""The VPC Lattice API over HTTP."""

from __future__ import annotations

import secrets

from lattice_events.cloud.endpoint.scope import Scope
from lattice_events.cloud.endpoint.wsgi import Answer, ApiRequest
from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model import answers
from lattice_events.cloud.model.requests import parse_request
from lattice_events.cloud.operations.call import Where
from lattice_events.cloud.operations.control_plane import ControlPlane

_HEADERS = ("Content-Type", "X-Amz-Target")


def serve_lattice(control_plane: ControlPlane, request: ApiRequest, *, scope: Scope, account: str) -> Answer:
    """Do the operation that a request asks for."""
    request_id, reason = secrets.token_hex(16), None
    headers = {name: request.header(name) for name in _HEADERS if request.header(name)}
    try:
        operation, params = parse_request(
            request.method, request.raw_path, query=request.query, headers=headers, body=request.body
        )
        output = control_plane.call(operation, params, where=Where(region=scope.region, account=account))
        answer = answers.encode_answer(operation, output, request_id=request_id)
    except ApiError as error:
        answer, reason = answers.encode_error(error, request_id=request_id), error.message
    headers_of_answer = tuple(answer.headers.items())
    return Answer(status=answer.status, headers=headers_of_answer, body=answer.body, reason=reason)
