"""What the endpoint itself answers: why a request goes no further."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from typing import Any
from xml.sax.saxutils import escape

from lattice_events.cloud.endpoint.wsgi import Answer

_JSON_SERVICES = frozenset(
    ("lambda", "vpc-lattice", "apigateway", "eks", "ecr", "logs", "ssm", "events", "kms")
)


class RefusedError(Exception):
    """A request that is refused; answered, and never raised at a user."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Keep what the answer says."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


def answer_to(refused: RefusedError, *, service: str, environ: Mapping[str, Any]) -> Answer:
    """The answer in the form that clients of a service read.

    Args:
        refused: Why.
        service: Of the credential scope; empty without one.
        environ: Of the request.
    """
    status, reason = refused.status, refused.message
    is_json = "HTTP_X_AMZ_TARGET" in environ or "json" in environ.get("CONTENT_TYPE", "")
    request_id = secrets.token_hex(16)
    headers = [("x-amzn-RequestId", request_id)]
    if is_json or service in _JSON_SERVICES or not service:
        headers += [("Content-Type", "application/json"), ("x-amzn-ErrorType", refused.code)]
        document = {"__type": refused.code, "message": refused.message}
        body = json.dumps(document).encode()
        return Answer(status=status, headers=tuple(headers), body=body, reason=reason)
    headers.append(("Content-Type", "text/xml"))
    body = _xml(service, refused, request_id).encode()
    return Answer(status=status, headers=tuple(headers), body=body, reason=reason)


def _xml(service: str, refused: RefusedError, request_id: str) -> str:
    error = f"<Code>{escape(refused.code)}</Code><Message>{escape(refused.message)}</Message>"
    if service == "s3":
        return f"<Error>{error}<RequestId>{request_id}</RequestId></Error>"
    if service == "ec2":
        return (
            f"<Response><Errors><Error>{error}</Error></Errors><RequestID>{request_id}</RequestID></Response>"
        )
    return f"<ErrorResponse><Error>{error}</Error><RequestId>{request_id}</RequestId></ErrorResponse>"
