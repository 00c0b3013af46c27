from __future__ import annotations

from typing import Any

import pytest
from botocore import xform_name

from lattice_events.cloud.errors import ApiError
from lattice_events.cloud.model.answers import Answer, encode_answer
from lattice_events.cloud.model.requests import parse_request
from lattice_events.cloud.model.service import is_read, service
from tests.cloud_shapes import OPERATIONS, inputs
from tests.cloud_wire import REQUEST_ID, client

JSON = {"Content-Type": "application/json"}
SERVICE = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0"
LISTENER = f"{SERVICE}/listener/listener-0123456789abcdef0"
RULE = f"{LISTENER}/rule/rule-0123456789abcdef0"


@pytest.fixture(scope="module")
def seen() -> list[tuple[str, dict[str, Any]]]:
    return []


@pytest.fixture(scope="module")
def recorder(seen: list[tuple[str, dict[str, Any]]]) -> Any:
    def respond(operation: str, params: dict[str, Any]) -> Answer:
        seen.append((operation, params))
        return encode_answer(operation, {}, request_id=REQUEST_ID)

    return client(respond)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        pytest.param(operation, params, id=f"{operation}-{index}")
        for operation in OPERATIONS
        for index, params in enumerate(inputs(operation))
    ],
)
def test_what_botocore_sends_is_read_as_what_it_was_given(
    operation: str, params: dict[str, Any], recorder: Any, seen: list[tuple[str, dict[str, Any]]]
) -> None:
    getattr(recorder, xform_name(operation))(**params)

    read_operation, read = seen.pop()
    token = {"clientToken": read.get("clientToken")} if "clientToken" in read else {}  # botocore makes one
    assert (read_operation, read) == (operation, {**token, **params})


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", f"/services/{SERVICE}", ("GetService", {"serviceIdentifier": SERVICE})),
        ("GET", f"/services/{SERVICE}/listeners", ("ListListeners", {"serviceIdentifier": SERVICE})),
        (
            "GET",
            f"/services/{SERVICE}/listeners/{LISTENER}/rules/{RULE}",
            (
                "GetRule",
                {"serviceIdentifier": SERVICE, "listenerIdentifier": LISTENER, "ruleIdentifier": RULE},
            ),
        ),
        ("GET", f"/tags/{RULE}", ("ListTagsForResource", {"resourceArn": RULE})),
        ("GET", "/services/arn%3aaws%2Fx", ("GetService", {"serviceIdentifier": "arn:aws/x"})),
        ("GET", "/services/..", ("GetService", {"serviceIdentifier": ".."})),
    ],
)
def test_arn_in_a_path_may_have_slashes(method: str, path: str, expected: tuple[str, dict[str, str]]) -> None:
    assert parse_request(method, path, query="", headers={}, body=b"") == expected


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/services/"),
        ("PUT", "/services"),
        ("get", "/services"),
        ("GET", "//services"),
        ("GET", "/services/svc-1/listeners/listener-1/rules/rule-1/more"),
        ("GET", "/services/arn:" + "/a" * 7),
        ("GET", "/services/arn:" + "/listeners/arn:a" * 50_000),
    ],
)  # fmt: skip
def test_path_of_no_operation_is_refused(method: str, path: str) -> None:
    with pytest.raises(ApiError, match="has no operation") as caught:
        parse_request(method, path, query="", headers={}, body=b"")

    assert caught.value.code == "UnknownOperationException"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"{", "not JSON"),
        (b"", None),
        (b"[]", "not an object"),
        (b"null", "not an object"),
        (b'"name"', "not an object"),
        (b'{"name": NaN}', "NaN is not a number"),
        (b'{"name": "\xff"}', "not JSON: it is not UTF-8"),
        ('{"name": "a"}'.encode("utf-16"), "not JSON"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (rb'{"name": "\ud800"}', "not JSON"),
        (b"[" * 100_000, "not JSON: it is nested too deeply"),
        (b'{"name": ' + b"9" * 5_000 + b"}", "a number in it has too many digits"),
        (b'{"name": "a"} {}', "not JSON"),
    ],
)
def test_body_must_be_an_object_of_json(body: bytes, why: str | None) -> None:
    if why is None:
        assert parse_request("POST", "/services", query="", headers=JSON, body=body) == ("CreateService", {})
        return
    with pytest.raises(ApiError, match=why) as caught:
        parse_request("POST", "/services", query="", headers=JSON, body=body)

    assert caught.value.code == "SerializationException"


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""]
)
def test_body_of_another_content_type_is_refused(content_type: str) -> None:
    with pytest.raises(ApiError) as caught:
        parse_request("POST", "/services", query="", headers={"content-type": content_type}, body=b"{}")

    assert caught.value.code == "UnsupportedMediaTypeException"


def test_members_that_the_shape_does_not_have_are_ignored_and_nulls_are_absent() -> None:
    body = b'{"name": "a", "tags": null, "x": 1, "defaultAction": {"forward": {"targetGroups": [{"y": 2}]}}, "serviceIdentifier": "b"}'

    read = parse_request("POST", "/services/a/listeners", query="z=1", headers=JSON, body=body)

    action: dict[str, Any] = {"forward": {"targetGroups": [{}]}}
    assert read == ("CreateListener", {"name": "a", "defaultAction": action, "serviceIdentifier": "a"})


def test_unknown_member_of_a_union_stays_to_be_refused() -> None:
    body = b'{"defaultAction": {"forward": {}, "redirect": {}}}'

    _, params = parse_request("POST", "/services/a/listeners", query="", headers=JSON, body=body)

    assert params["defaultAction"] == {"forward": {}, "redirect": {}}


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("maxResults=ten", "not a whole number: 'ten'"),
        ("maxResults=1.0", "not a whole number"),
        ("maxResults=٣", "not a whole number"),
        ("maxResults=" + "9" * 5_000, "not a whole number"),
        ("maxResults=1&maxResults=2", "'maxResults' 2 times"),
        ("includeChildren=TRUE", "not true or false: 'TRUE'"),
        ("nextToken=%ff", "not UTF-8"),
    ],
)
def test_query_string_must_be_readable(query: str, why: str) -> None:
    with pytest.raises(ApiError, match=why) as caught:
        parse_request("GET", "/servicenetworkresourceassociations", query=query, headers={}, body=b"")

    assert caught.value.code == "SerializationException"


def test_path_must_be_utf_8() -> None:
    with pytest.raises(ApiError, match="path is not UTF-8"):
        parse_request("GET", "/services/%ff", query="", headers={}, body=b"")


def test_operations_that_read_are_those_of_get_and_list_targets() -> None:
    reading = {name for name in OPERATIONS if service().operation_model(name).http["method"] == "GET"}

    assert {name for name in OPERATIONS if is_read(name)} == {*reading, "ListTargets"}
