"""Events in the forms in which public examples and fixtures have them, which is not always the service's."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import decode_event
from lattice_events.errors import MalformedEventError

POWERTOOLS = "https://github.com/aws-powertools/powertools-lambda-python/tree/develop/tests/events"
POWERTOOLS_DOCS = "https://docs.powertools.aws.dev/lambda/python/latest/core/event_handler/api_gateway/"
TYPESCRIPT = "https://github.com/aws-powertools/powertools-lambda-typescript/blob/main/packages/parser"
JAVA = "https://github.com/aws/serverless-java-container"
RUST = "https://github.com/awslabs/aws-lambda-rust-runtime/tree/main/lambda-events"
CONTEXT = {"serviceArn": "arn:aws:vpc-lattice:us-east-2:123456789012:service/svc-0a40eebed65f8d69c"}
V2: dict[str, Any] = {"version": "2.0", "method": "GET", "path": "/todos", "requestContext": CONTEXT}
V1: dict[str, Any] = {"method": "GET", "raw_path": "/todos"}

# Source, event, and what is read of it: query, host or user agent, body.
FORMS = [
    pytest.param(
        POWERTOOLS,
        V2 | {"query_string_parameters": {"order-id": "1"}},
        {"query_string": "order-id=1"},
        id="a V2 event with V1's name of the query and plain values",
    ),
    pytest.param(
        POWERTOOLS,
        V2 | {"query_string_parameters": {"a": ["1", "2"], "b": "x y"}},
        {"query_string": "a=1&a=2&b=x%20y"},
        id="a V2 event with V1's name of the query and lists",
    ),
    pytest.param(
        POWERTOOLS,
        V2 | {"body": "eyJhIjogMX0=", "is_base64_encoded": True},
        {"body": b'{"a": 1}'},
        id="a V2 event with V1's name of the flag",
    ),
    pytest.param(
        POWERTOOLS,
        V2 | {"queryStringParameters": None, "query_string_parameters": {"a": "1"}},
        {"query_string": "a=1"},
        id="null says nothing",
    ),
    pytest.param(
        "both: the documented name counts",
        V2 | {"queryStringParameters": {"a": "1"}, "query_string_parameters": {"a": "2", "b": "3"}},
        {"query_string": "a=1"},
        id="both names of the query",
    ),
    pytest.param(
        "both: the documented name counts",
        V2 | {"body": "eA==", "isBase64Encoded": False, "is_base64_encoded": True},
        {"body": b"eA=="},
        id="both names of the flag",
    ),
    pytest.param(
        "the path's own query counts, as in the service's events",
        V2 | {"path": "/todos?a=0", "query_string_parameters": {"a": "1"}},
        {"query_string": "a=0"},
        id="a path with a query",
    ),
    pytest.param(
        TYPESCRIPT,
        V2 | {"headers": {"user_agent": "curl/7.64.1"}, "queryStringParameters": {"order-id": "1"}},
        {"query_string": "order-id=1", "user_agent": "curl/7.64.1"},
        id="V2 headers and parameters as plain texts",
    ),
    pytest.param(
        JAVA,
        V2
        | {
            "headers": {"user_agent": ["x"]},
            "queryStringParameters": {"key": "value"},
            "body": "request-body",
        },
        {"query_string": "key=value", "user_agent": "x", "body": b"request-body"},
        id="lists beside plain texts",
    ),
    pytest.param(
        RUST,
        V2 | {"queryStringParameters": {"state": ["prod"], "multi": ["a", "DEF", "g"]}, "body": None},
        {"query_string": "state=prod&multi=a&multi=DEF&multi=g", "body": b""},
        id="as documented, with null for no body",
    ),
    pytest.param(
        POWERTOOLS_DOCS,
        V1
        | {"query_string_parameters": {"order-id": "1"}, "body": "eyJ0IjoxfQ==", "is_base64_encoded": True},
        {"query_string": "order-id=1", "body": b'{"t":1}'},
        id="V1 whose path lacks the query",
    ),
]


@pytest.mark.parametrize(("source", "event", "expected"), FORMS)
def test_an_event_that_circulates_is_read(
    source: str, event: dict[str, Any], expected: dict[str, Any]
) -> None:
    request = decode_event(event)

    found = {
        "query_string": request.query_string,
        "body": request.body,
        "user_agent": request.headers.get("user_agent"),
    }
    assert found == {"query_string": "", "body": b"", "user_agent": None, **expected}


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (V2 | {"query_string_parameters": "a=1"}, "query_string_parameters"),
        (V2 | {"query_string_parameters": {"a": 1}}, "query_string_parameters.a"),
        (V2 | {"body": "eA==", "is_base64_encoded": "true"}, "is_base64_encoded"),
    ],
)
def test_an_error_names_the_field_that_is_there(event: dict[str, Any], field: str) -> None:
    with pytest.raises(MalformedEventError) as caught:
        decode_event(event)

    assert caught.value.field == field
