"""The VPC Lattice API over a real socket: identifiers in paths, pages, and requests that no SDK would send."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.integration.cloud.running import Cloud
from tests.integration.cloud.test_guard import SCOPE, ask

SIGNED = f"AWS4-HMAC-SHA256 {SCOPE.format('vpc-lattice')}, SignedHeaders=host, Signature=0"
MISSING = "arn:aws:vpc-lattice:eu-west-1:123456789012:service/svc-0123456789abcdef0"


def test_every_identifier_may_be_an_arn(cloud: Cloud) -> None:
    api = cloud.client("vpc-lattice")
    service = api.create_service(name="by-arn", tags={"a": "b/c d"})["arn"]
    action = {"fixedResponse": {"statusCode": 404}}
    listener = api.create_listener(
        serviceIdentifier=service, name="http", protocol="HTTP", defaultAction=action
    )["arn"]
    rules = api.list_rules(serviceIdentifier=service, listenerIdentifier=listener)["items"]

    names: dict[str, Any] = {
        "serviceIdentifier": service,
        "listenerIdentifier": listener,
        "ruleIdentifier": rules[0]["arn"],
    }
    assert api.get_rule(**names)["action"] == action
    assert api.list_tags_for_resource(resourceArn=service)["tags"] == {"a": "b/c d"}


def test_the_aws_cli_follows_pages(cloud: Cloud) -> None:
    for name in ("page-one", "page-two", "page-three"):
        cloud.client("vpc-lattice").create_service_network(name=name)

    listed = cloud.aws("vpc-lattice", "list-service-networks", "--page-size", "1", "--query", "items[].name")

    assert listed == ["page-one", "page-two", "page-three"]


def test_the_aws_cli_shows_why_it_is_refused(cloud: Cloud) -> None:
    error = cloud.aws("vpc-lattice", "create-service", "--name", "Web")

    assert "(ValidationException)" in error
    assert "Value 'Web' at 'name' failed to satisfy constraint" in error


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("GET", f"/services/{MISSING}", "", (404, "ResourceNotFoundException")),
        ("GET", f"/services/{MISSING.replace('/', '%2F')}", "", (404, "ResourceNotFoundException")),
        ("GET", "/services/%2e%2e%2fservices", "", (400, "ValidationException")),
        ("GET", "/services/../services", "", (404, "UnknownOperationException")),
        ("GET", "/services/%ff", "", (400, "SerializationException")),
        ("GET", "/services/%00", "", (400, "ValidationException")),
        ("GET", "//[/services", "", (404, "UnknownOperationException")),
        ("GET", "*", "", (404, "UnknownOperationException")),
        ("TRACE", "/services", "", (404, "UnknownOperationException")),
        ("GET", "/services?maxResults=1&maxResults=2", "", (400, "SerializationException")),
        ("POST", "/services", "[" * 100_000, (400, "SerializationException")),
        ("POST", "/services", '{"name": 5}', (400, "SerializationException")),
        ("POST", "/services", "{}", (400, "ValidationException")),
    ],
)  # fmt: skip
def test_request_that_no_sdk_sends_is_refused_as_aws_does(
    cloud: Cloud, method: str, path: str, body: str, expected: tuple[int, str]
) -> None:
    status, headers, answer = ask(
        cloud, method, path, body, Authorization=SIGNED, Content_Type="application/json"
    )

    assert (status, headers["x-amzn-errortype"]) == expected
    assert json.loads(answer)["message"]
    assert headers["x-amzn-requestid"]


def test_form_of_a_page_is_not_a_body_of_the_api(cloud: Cloud) -> None:
    status, headers, _ = ask(
        cloud, "POST", "/services", '{"name": "web"}', Authorization=SIGNED, Content_Type="text/plain"
    )

    assert (status, headers["x-amzn-errortype"]) == (415, "UnsupportedMediaTypeException")
