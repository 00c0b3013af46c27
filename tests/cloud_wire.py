"""A real client of the VPC Lattice API whose requests stay in the process."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.answers import Answer, encode_error
from lattice_events.cloud.model.requests import parse_request

Respond = Callable[[str, dict[str, Any]], Answer]
"""What answers an operation with its input."""

REQUEST_ID = "0a1b2c3d-0000-4000-8000-000000000001"


def client(respond: Respond) -> Any:
    """A client whose every request is answered by a function."""
    made = boto3.client(
        "vpc-lattice",
        region_name="us-east-1",
        aws_access_key_id="testing",
        aws_secret_access_key="testing",
        endpoint_url="http://127.0.0.1:9",
        config=Config(retries={"total_max_attempts": 1}),
    )
    made.meta.events.register("before-send.vpc-lattice", lambda request, **_: _answered(request, respond))
    return made


def _answered(request: AWSPreparedRequest, respond: Respond) -> AWSResponse:
    answer = _answer(request, respond)
    return AWSResponse(request.url, answer.status, dict(answer.headers), _Raw(answer.body))


def _answer(request: AWSPreparedRequest, respond: Respond) -> Answer:
    url = urlsplit(request.url)
    headers = {
        name: value if isinstance(value, str) else value.decode() for name, value in request.headers.items()
    }
    try:
        return respond(
            *parse_request(
                request.method, url.path, query=url.query, headers=headers, body=_bytes(request.body)
            )
        )
    except ApiError as error:
        return encode_error(error, request_id=REQUEST_ID)


def _bytes(body: bytes | str | None) -> bytes:
    return body.encode() if isinstance(body, str) else body or b""


class _Raw(io.BytesIO):
    def stream(self, **_: Any) -> Any:
        yield self.read()
