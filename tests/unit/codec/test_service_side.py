"""The service's half of the wire format."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Identity, Request, Response, decode_event, decode_response, encode_event
from lattice_events.assumptions import Assumptions
from lattice_events.errors import ResponseError
from tests.files import load_event

REPEATED = Request(
    path="/",
    query_string="a=1&a=2&&b",
    headers=Headers([("City", "leeds"), ("city", "hull")]),
    identity=Identity(principal="p", type="AWS_IAM"),
    event_version="V1",
)


def test_a_v2_event_is_what_the_service_sends() -> None:
    event = load_event("v2")
    del event["isBase64Encoded"]  # absent for a text body

    assert encode_event(decode_event(event)) == event


def test_a_v1_event_is_what_was_observed_on_the_service() -> None:
    event = encode_event(REPEATED)

    assert event == {
        "raw_path": "/?a=1&a=2&&b",
        "method": "GET",
        "headers": {
            "city": "leeds,hull",
            "x-amzn-lattice-identity": "Principal=p; PrincipalOrgID=; PrincipalOrgPaths=; SessionName=; Type=AWS_IAM",
        },
        "query_string_parameters": {"a": "1", "b": ""},
        "body": "",
        "is_base64_encoded": False,
    }


def test_the_documented_v1_is_another_value_of_the_switches() -> None:
    documented = Assumptions(v1_query_repeat="last", v1_header_join=", ", identity_empty_fields=False)

    event = encode_event(REPEATED.replace(request_id="r"), assumptions=documented)

    assert event["query_string_parameters"]["a"] == "2"
    assert event["headers"] == {"city": "leeds, hull", "x-amzn-lattice-identity": "Principal=p; Type=AWS_IAM"}
    assert event["request_id"] == "r"


def test_the_version_may_be_chosen() -> None:
    assert encode_event(REPEATED, version="V2")["headers"] == {"city": ["leeds", "hull"]}


@pytest.mark.parametrize(
    ("content_type", "body", "is_base64"),
    [
        pytest.param("application/json", b"{}", False, id="json"),
        pytest.param("application/xml", b"<a/>", False, id="xml"),
        pytest.param("text/csv; header=present", b"a", False, id="any text"),
        pytest.param("application/json; charset=utf-8", b"{}", True, id="json with a parameter"),
        pytest.param("application/octet-stream", b"a", True, id="octets"),
        pytest.param("application/problem+json", b"{}", True, id="a json that the guide does not list"),
        pytest.param("", b"a", True, id="no type"),
        pytest.param("text/plain", b"\xff", True, id="text that is none"),
    ],
)
def test_the_body_travels_as_its_type_says(content_type: str, body: bytes, *, is_base64: bool) -> None:
    request = Request(method="POST", headers=Headers({"content-type": content_type}), body=body)

    event = encode_event(request)

    assert event.get("isBase64Encoded", False) is is_base64
    assert decode_event(event).body == body


def test_parameters_of_the_type_may_be_assumed_not_to_count() -> None:
    request = Request(headers=Headers({"content-type": "application/json; charset=utf-8"}), body=b"{}")

    event = encode_event(request, assumptions=Assumptions(text_type_with_parameters="text"))

    assert event["body"] == "{}"


@pytest.mark.parametrize(
    ("returned", "response"),
    [
        pytest.param(
            {"statusCode": 200, "body": "Hello Foo Lambda!!"},
            Response(200, body="Hello Foo Lambda!!"),
            id="seen to work: status and body alone",
        ),
        pytest.param({"statusCode": 204}, Response(204), id="no body"),
        pytest.param(
            {"statusCode": 200, "body": None, "headers": None, "isBase64Encoded": None},
            Response(200),
            id="nulls",
        ),
        pytest.param(
            {"statusCode": 200, "body": "/w==", "isBase64Encoded": True},
            Response(200, body=b"\xff"),
            id="base64",
        ),
        pytest.param(
            {"statusCode": 200, "headers": {"X-A": "b"}}, Response(200, headers={"x-a": "b"}), id="headers"
        ),
        pytest.param(
            {"statusCode": 200, "headers": {"Set-Cookie": ["a", "b"]}},
            Response(200, headers=[("set-cookie", "a"), ("set-cookie", "b")]),
            id="a list of values",
        ),
        pytest.param(
            {"statusCode": 200, "cookies": ["a"]}, Response(200, headers={"set-cookie": "a"}), id="cookies"
        ),
    ],
)
def test_what_the_service_takes_is_read(returned: object, response: Response) -> None:
    assert decode_response(returned) == response


def test_header_names_come_in_lower_case() -> None:
    assert decode_response({"statusCode": 200, "headers": {"X-A": "b"}}).headers.items() == (("x-a", "b"),)


@pytest.mark.parametrize(
    ("returned", "field", "words"),
    [
        (None, "", "returned null"),
        ("text", "", "returned a string"),
        ([1], "", "returned a list"),
        (1.5, "", "returned a number"),
        (object(), "", "returned a object"),
        ({"body": "x"}, "statusCode", "missing; the object has body"),
        ({}, "statusCode", "missing; the object has nothing"),
        ({"statusCode": "200"}, "statusCode", "whole number, not a string"),
        ({"statusCode": True}, "statusCode", "not a boolean"),
        ({"statusCode": 700}, "statusCode", "from 200 to 599"),
        ({"statusCode": 600}, "statusCode", "from 200 to 599"),
        ({"statusCode": 100}, "statusCode", "from 200 to 599"),
        ({"statusCode": 101}, "statusCode", "from 200 to 599"),
        ({"statusCode": 103, "body": "split"}, "statusCode", "from 200 to 599"),
        ({"statusCode": 199}, "statusCode", "from 200 to 599"),
        ({"statusCode": 99}, "statusCode", "from 200 to 599"),
        ({"statusCode": 0}, "statusCode", "from 200 to 599"),
        ({"statusCode": -200}, "statusCode", "from 200 to 599"),
        ({"statusCode": 200, "headers": []}, "headers", "an object, not a list"),
        ({"statusCode": 200, "headers": {"a": 1}}, "headers.a", "a string, not a number"),
        ({"statusCode": 200, "headers": {"a": [1]}}, "headers.a", "a string, not a number"),
        ({"statusCode": 200, "headers": {"a b": "c"}}, "headers.a b", "not a header name"),
        ({"statusCode": 200, "headers": {"": "c"}}, "headers.", "not a header name"),
        ({"statusCode": 200, "headers": {1: "c"}}, "headers.1", "not a header name"),
        ({"statusCode": 200, "headers": {"a": "b\r\nc: d"}}, "headers.a", "a line break"),
        ({"statusCode": 200, "headers": {"a": "\x1b"}}, "headers.a", r"U\+001B"),
        ({"statusCode": 200, "headers": {"a": ["b", "\ud800"]}}, "headers.a", r"U\+D800"),
        ({"statusCode": 200, "cookies": ["a=\x7f"]}, "headers.set-cookie", r"U\+007F"),
        ({"statusCode": 200, "x": {"y": [float("nan")]}}, "x.y[0]", "is nan, which JSON has no number for"),
        ({"statusCode": float("inf")}, "statusCode", "a whole number"),
        ({"statusCode": 200, "headers": {"é": "c"}}, "headers.é", "not a header name"),
        ({"statusCode": 200, "cookies": "a"}, "cookies", "a list, not a string"),
        ({"statusCode": 200, "body": {}}, "body", "json.dumps"),
        (
            {"statusCode": 200, "body": "%", "isBase64Encoded": True},
            "body",
            "base64, as isBase64Encoded says",
        ),
        ({"statusCode": 200, "body": "\ud800"}, "body", "Unicode text"),
        ({"statusCode": 200, "isBase64Encoded": "no"}, "isBase64Encoded", "true or false"),
    ],
)
def test_what_the_service_would_not_take_names_the_field(returned: object, field: str, words: str) -> None:
    with pytest.raises(ResponseError, match=words) as caught:
        decode_response(returned)
    assert caught.value.field == field


@pytest.mark.parametrize(("returned", "status"), [({"body": "x"}, 200), ({"statusCode": "404"}, 404)])
def test_envoy_s_leniency_is_a_switch(returned: dict[str, Any], status: int) -> None:
    assert decode_response(returned, assumptions=Assumptions(response_envoy_leniency=True)).status == status


def test_even_envoy_takes_no_word_for_a_status() -> None:
    with pytest.raises(ResponseError):
        decode_response({"statusCode": "ok"}, assumptions=Assumptions(response_envoy_leniency=True))


def test_lists_and_cookies_may_be_assumed_not_to_work() -> None:
    strict = Assumptions(response_header_lists="refuse", response_cookies="ignore")

    with pytest.raises(ResponseError, match="a string, not a list"):
        decode_response({"statusCode": 200, "headers": {"a": ["b"]}}, assumptions=strict)
    assert decode_response({"statusCode": 200, "cookies": ["a"]}, assumptions=strict) == Response(200)
