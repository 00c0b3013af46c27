"""What a request asks for, and what is kept of it."""

from __future__ import annotations

import pytest

from lattice_events.cloud.endpoint.operation import is_invocation, may_change, operation_name
from lattice_events.cloud.endpoint.wsgi import ApiRequest


def request(method: str, uri: str, body: bytes = b"", **variables: str) -> ApiRequest:
    path, _, query = uri.partition("?")
    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "RAW_URI": uri}
    return ApiRequest(environ={**environ, **variables}, body=body)


def form(action: str) -> ApiRequest:
    body = f"Version=2010-05-15&Action={action}".encode()
    return request("POST", "/", body, CONTENT_TYPE="application/x-www-form-urlencoded; charset=utf-8")


def target(name: str) -> ApiRequest:
    return request("POST", "/", b"{}", HTTP_X_AMZ_TARGET=name)


@pytest.mark.parametrize(
    ("asked", "service", "name", "changes"),
    [
        (form("CreateStack"), "cloudformation", "CreateStack", True),
        (form("DescribeStacks"), "cloudformation", "DescribeStacks", False),
        (form("ValidateTemplate"), "cloudformation", "ValidateTemplate", False),
        (target("Logs_20140328.PutLogEvents"), "logs", "PutLogEvents", True),
        (target("AmazonSSM.GetParameter"), "ssm", "GetParameter", False),
        (target("AmazonSQS.ReceiveMessage"), "sqs", "ReceiveMessage", True),
        (request("GET", "/?Action=DeleteStack&StackName=x"), "cloudformation", "DeleteStack", True),
        (request("GET", "/services"), "vpc-lattice", "ListServices", False),
        (request("POST", "/services"), "vpc-lattice", "CreateService", True),
        (request("POST", "/targetgroups/tg-1/listtargets"), "vpc-lattice", "ListTargets", False),
        (request("POST", "/nothing"), "vpc-lattice", "POST /nothing", True),
        (request("PUT", "/bucket/key"), "s3", "PUT /bucket/key", True),
        (request("HEAD", "/bucket/key"), "s3", "HEAD /bucket/key", False),
    ],
)
def test_the_operation_says_whether_it_may_change_something(
    asked: ApiRequest, service: str, name: str, changes: bool
) -> None:
    assert (operation_name(asked, service), may_change(asked, service)) == (name, changes)


@pytest.mark.parametrize("uri", ["/services?x=http://y", "http://127.0.0.1:9000/services?x"])
def test_the_path_is_read_as_it_was_sent(uri: str) -> None:
    assert request("GET", uri).raw_path == "/services"
    assert request("GET", "//services").raw_path == "//services"


def test_an_invocation_is_told_by_its_path() -> None:
    path = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-west-1%3A123456789012%3Afunction%3Af/invocations"

    assert is_invocation(request("POST", f"{path}?Qualifier=live"))
    assert not is_invocation(request("GET", path))
    assert not is_invocation(request("POST", "/2015-03-31/functions/f/policy"))


def test_what_is_kept_has_no_secrets() -> None:
    uri = "/b/k?X-Amz-Signature=SECRET&x=1&X-Amz-Security-Token=SECRET&Signature=SECRET"
    secrets = ("HTTP_AUTHORIZATION", "HTTP_X_AMZ_SECURITY_TOKEN", "HTTP_COOKIE", "HTTP_PROXY_AUTHORIZATION")
    asked = request("PUT", uri, b"", HTTP_X_AMZ_META_A="kept", **dict.fromkeys(secrets, "SECRET"))

    kept = asked.without_secrets("scope")

    assert "SECRET" not in str(kept.environ)
    assert (kept.query.split("&")[1], kept.header("X-Amz-Meta-A"), kept.header("Authorization")) == (
        "x=1",
        "kept",
        "scope",
    )
