"""Events into requests."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Identity, Request, decode_event
from lattice_events.errors import MalformedEventError, UnknownEventVersionError
from tests.files import load_event

CALLER = "arn:aws:sts::123456789012:assumed-role/caller/session"


def test_every_field_of_a_v2_event_is_read() -> None:
    event = load_event("v2")

    request = decode_event(event)

    assert request == Request(
        method="POST",
        path="/orders/7",
        query_string="tag=a%20b&tag=c&empty=",
        headers=Headers((name, value) for name, values in event["headers"].items() for value in values),
        body=b'{"item": "tea"}',
        identity=Identity(
            type="AWS_IAM",
            principal=CALLER,
            principal_org_id="o-50dc6c495c0c9188",
            session_name="session",
            x509_issuer_ou="issuer",
            x509_san_dns="client.example.com",
            x509_san_name_cn="san",
            x509_san_uri="spiffe://example.com/client",
            x509_subject_cn="client",
            source_vpc_arn="arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0b8276c84697e7339",
        ),
        service_arn="arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0a40eebed65f8d69c",
        service_network_arn="arn:aws:vpc-lattice:us-west-2:123456789012:servicenetwork/sn-0bf3f2882e9cc805a",
        target_group_arn="arn:aws:vpc-lattice:us-west-2:123456789012:targetgroup/tg-6d0ecf831eec9f09",
        region="us-west-2",
        time_epoch_us=1690497599177430,
        request_id="3f0c7a5e-8f0f-4a4e-9d5e-0d6c3a1f2b11",
        event_version="V2",
    )
    assert request.raw is event


def test_every_field_of_a_v1_event_is_read() -> None:
    event = load_event("v1")

    request = decode_event(event)

    assert request == Request(
        method="POST",
        path="/orders/7",
        query_string="tag=a%20b&tag=c&empty=",
        headers=Headers(event["headers"]),
        body=b'{"item": "tea"}',
        identity=Identity(
            type="AWS_IAM",
            principal=CALLER,
            principal_org_id="",
            principal_org_paths="",
            session_name="session",
            source_vpc_arn="arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0b8276c84697e7339",
        ),
        service_arn="arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0a40eebed65f8d69c",
        service_network_arn="arn:aws:vpc-lattice:us-west-2:123456789012:servicenetwork/sn-0bf3f2882e9cc805a",
        target_group_arn="arn:aws:vpc-lattice:us-west-2:123456789012:targetgroup/tg-6d0ecf831eec9f09",
        request_id="3f0c7a5e-8f0f-4a4e-9d5e-0d6c3a1f2b11",
        event_version="V1",
    )


def test_a_repeated_query_value_survives_v1_whose_map_drops_it() -> None:
    assert decode_event(load_event("v1")).query.get_all("tag") == ["a b", "c"]


@pytest.mark.parametrize(
    ("version", "path_field", "map_field"),
    [("v1", "raw_path", "query_string_parameters"), ("v2", "path", "queryStringParameters")],
)
def test_the_query_map_serves_a_path_without_query(version: str, path_field: str, map_field: str) -> None:
    event = {**load_event(version), path_field: "/p", map_field: {"a": "b c", "d": "%2F", "é": "="}}

    assert decode_event(event).query_string == "a=b%20c&d=%2F&%C3%A9=%3D"
    assert decode_event({**event, map_field: {}}).query_string == ""
    assert decode_event({**event, map_field: None}).query_string == ""


def test_a_query_map_that_is_no_text_is_named() -> None:
    event = {**load_event("v2"), "path": "/", "queryStringParameters": {"a": "\ud800"}}

    with pytest.raises(MalformedEventError) as caught:
        decode_event(event)
    assert caught.value.field == "queryStringParameters"


@pytest.mark.parametrize("absent", [{}, {"body": None}, {"body": ""}])
def test_no_body_is_empty_bytes_however_it_is_said(absent: dict[str, Any]) -> None:
    event = load_event("v2")
    del event["body"], event["isBase64Encoded"]

    assert decode_event({**event, **absent}).body == b""


def test_the_flag_alone_tells_base64() -> None:
    event = {**load_event("v2"), "body": "/w==", "isBase64Encoded": True}

    assert decode_event(event).body == b"\xff"


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_the_request_id_may_come_from_the_header(version: str) -> None:
    event = load_event(version)
    event.pop("requestId", None)
    event.pop("request_id", None)
    value = "from-header"
    event["headers"]["x-amzn-requestid"] = [value] if version == "v2" else value

    assert decode_event(event).request_id == "from-header"


def test_a_v2_event_may_lack_all_that_is_optional() -> None:
    bare = {"path": "/", "method": "GET", "requestContext": {"serviceArn": None}}

    assert decode_event(bare) == Request(event_version="V2")


def test_a_v1_event_may_lack_all_that_is_optional() -> None:
    assert decode_event({"raw_path": "/", "method": "GET"}) == Request(event_version="V1")


def test_one_value_instead_of_a_list_will_do() -> None:
    event = {**load_event("v2"), "headers": {"a": "b"}, "queryStringParameters": {"c": "d"}}

    assert decode_event(event).headers.get_all("a") == ["b"]


def test_an_identity_of_null_is_anonymous() -> None:
    event = load_event("v2")
    event["requestContext"]["identity"] = None

    assert decode_event(event).identity.is_anonymous


def change(event: dict[str, Any], field: str, value: Any) -> dict[str, Any]:
    """The event with another value at a dotted path."""
    *parents, last = field.split(".")
    inner = event
    for name in parents:
        inner = inner[name]
    inner[last] = value
    return event


@pytest.mark.parametrize(
    ("version", "field", "value"),
    [
        ("v2", "path", None),
        ("v2", "path", 7),
        ("v2", "method", ""),
        ("v2", "method", ["GET"]),
        ("v2", "headers", []),
        ("v2", "headers.accept", 7),
        ("v2", "headers.accept", [None]),
        ("v2", "queryStringParameters", "a=b"),
        ("v2", "queryStringParameters.tag", {}),
        ("v2", "body", {}),
        ("v2", "body", 0),
        ("v2", "body", "\ud800"),
        ("v2", "isBase64Encoded", "true"),
        ("v2", "requestId", 7),
        ("v2", "requestContext.serviceArn", 7),
        ("v2", "requestContext.region", []),
        ("v2", "requestContext.timeEpoch", "soon"),
        ("v2", "requestContext.timeEpoch", -1),
        ("v2", "requestContext.timeEpoch", True),
        ("v2", "requestContext.timeEpoch", "9" * 18),
        ("v2", "requestContext.identity", "me"),
        ("v2", "requestContext.identity.principal", 7),
        ("v1", "raw_path", None),
        ("v1", "method", None),
        ("v1", "headers", "x"),
        ("v1", "headers.accept", ["a"]),
        ("v1", "query_string_parameters", 7),
        ("v1", "is_base64_encoded", 1),
        ("v1", "request_id", {}),
    ],
)
def test_a_malformed_field_is_named(version: str, field: str, value: Any) -> None:
    with pytest.raises(MalformedEventError) as caught:
        decode_event(change(load_event(version), field, value))

    assert caught.value.field == field


def test_broken_base64_is_named() -> None:
    event = {**load_event("v2"), "body": "%%%", "isBase64Encoded": True}

    with pytest.raises(MalformedEventError, match=r"body: is not base64") as caught:
        decode_event(event)
    assert caught.value.field == "body"


def test_null_headers_are_none() -> None:
    assert decode_event({**load_event("v2"), "headers": None, "requestId": None}).request_id is None
    assert len(decode_event({**load_event("v1"), "headers": None}).headers) == 0


@pytest.mark.parametrize(
    ("event", "words"),
    [
        pytest.param(
            {"version": "2.0", "rawPath": "/", "requestContext": {"http": {}}},
            "an API Gateway HTTP API",
            id="API Gateway HTTP API",
        ),
        pytest.param(
            {"requestContext": {"http": {}, "domainName": "x.lambda-url.y.on.aws"}},
            "a Lambda Function URL",
            id="Function URL",
        ),
        pytest.param(
            {"httpMethod": "GET", "requestContext": {"stage": "x"}},
            "an API Gateway REST API",
            id="API Gateway REST API",
        ),
        pytest.param(
            {"httpMethod": "GET", "requestContext": {"elb": {}}}, "an Application Load Balancer", id="ALB"
        ),
        pytest.param({"requestContext": {"connectionId": "x"}}, "an API Gateway WebSocket", id="WebSocket"),
        pytest.param({"requestContext": {}}, r"the keys \(none\)", id="an unknown context"),
        pytest.param({"Records": [{"eventSource": "aws:sqs"}]}, "records from aws:sqs", id="SQS"),
        pytest.param({"Records": [{"EventSource": "aws:sns"}]}, "records from aws:sns", id="SNS"),
        pytest.param({"Records": []}, "a batch of records", id="no records"),
        pytest.param({"detail-type": "x"}, "an EventBridge event", id="EventBridge"),
        pytest.param({"httpMethod": "GET"}, "an HTTP event", id="something of HTTP"),
        pytest.param({"version": "2.0", "path": "/"}, "without a requestContext", id="half a V2 event"),
        pytest.param(dict.fromkeys("abcdefg"), "keys a, b, c, d, e, f, …", id="many keys"),
        pytest.param({}, "an empty event", id="empty"),
        pytest.param([], "a list", id="no mapping"),
    ],
)
def test_events_of_others_are_recognized(event: object, words: str) -> None:
    with pytest.raises(UnknownEventVersionError, match=f"This is .*{words}.*AWS::VpcLattice::TargetGroup"):
        decode_event(event)
