"""Factories and calls for users' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lattice_events import Headers, Identity, Request, Response, decode_event, encode_event, lattice_handler
from lattice_events.errors import ResponseError
from lattice_events.testing import CALLERS, FakeLambdaContext, call, make_event, make_request


@lattice_handler
def echo(request: Request, context: Any) -> dict[str, Any]:
    return {
        "version": request.event_version,
        "target": request.target,
        "body": request.text,
        "principal": request.identity.principal,
        "left": context.get_remaining_time_in_millis(),
    }


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_an_event_has_all_that_the_service_adds(version: Any) -> None:
    request = decode_event(make_event("POST /orders?x=1", version=version, json={"a": 1}, caller="role"))

    assert (request.method, request.target, request.json()) == ("POST", "/orders?x=1", {"a": 1})
    assert request.source_ip == "10.0.0.7"
    assert request.request_id == request.headers["x-amzn-requestid"]
    assert request.identity.principal == CALLERS["role"].principal
    assert request.identity.source_vpc is not None


def test_roles_anywhere_brings_its_certificate() -> None:
    assert make_request(caller="roles-anywhere").identity.x509_subject_cn == "device"
    assert make_request(caller=Identity(principal="mine")).identity.principal == "mine"
    assert make_request().identity.is_anonymous


def test_repeated_headers_and_binary_bodies_survive() -> None:
    request = make_request("PUT /", headers=[("a", "1"), ("a", "2"), ("Host", "mine")], body=b"\xff")

    assert request.headers.get_all("a") == ["1", "2"]
    assert request.body == b"\xff"
    assert request.headers["host"].endswith(".on.aws")
    assert make_event("PUT /", body=b"\xff")["isBase64Encoded"] is True


def test_a_given_content_type_wins_over_json_s() -> None:
    assert make_request(json=1, headers={"Content-Type": "a/b"}).headers.get_all("content-type") == ["a/b"]


@pytest.mark.parametrize(
    ("request_line", "options", "words"),
    [
        ("/orders", {}, "must be 'METHOD /path[?]query'"),
        ("GET orders", {}, "must be 'METHOD /path"),
        ("GET /", {"caller": "me"}, "one of anonymous, role, roles-anywhere"),
        ("GET /", {"headers": {"a": "b" * 70_000}}, "would not forward"),
        ("GET /x HTTP/1.1", {}, "no HTTP/1.1 behind it"),
        ("GET /x#frag", {}, "no #fragment"),
        ("GET  /x", {}, "must be 'METHOD /path"),
        ("GET /a b", {}, "a space is written %20"),
        ("GET /a\r\nhost: x", {}, "must be 'METHOD /path"),
        ("GE T /", {}, "must be 'METHOD /path"),
        ("É /", {}, "must be 'METHOD /path"),
        (7, {}, "must be 'METHOD /path"),
        ("POST /", {"body": "x", "json": 1}, "body= or json=, not both"),
        ("GET /", {"headers": {"a b": "1"}}, "'a b' is not a header name"),
        ("GET /", {"headers": {7: "1"}}, "7 is not a header name"),
        ("GET /", {"headers": {"a": "1\r\nb: 2"}}, r"header a holds U[+]000D"),
        ("GET /", {"headers": {"a": ["1", "\n"]}}, r"header a holds U[+]000A"),
    ],
)
def test_a_request_that_cannot_be_says_why(request_line: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_request(request_line, **options)


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"body": {"a": 1}}, "not dict. For JSON, give json="),
        ({"body": 7}, "must be text or bytes, not int"),
        ({"headers": {"a": 1}}, "The header a must be text, not int"),
        ({"headers": {"a": b"1"}}, "The header a must be text, not bytes"),
        ({"headers": [("a", ["1", 2])]}, "The header a must be text, not int"),
        ({"headers": "a: b"}, "a mapping or pairs, not str"),
        ({"headers": 7}, "a mapping or pairs, not int"),
        ({"headers": ["a"]}, "a mapping or pairs, not list"),
    ],
)
def test_a_part_of_another_type_is_named(parts: dict[str, Any], words: str) -> None:
    with pytest.raises(TypeError, match=words):
        make_request("POST /", **parts)


@pytest.mark.parametrize(
    ("headers", "values"),
    [
        (None, []),
        ({"a": ["1", "2"]}, ["1", "2"]),
        ([("a", "1"), ("A", "2")], ["1", "2"]),
        (iter([["a", "1"]]), ["1"]),
        (Headers({"a": "1"}), ["1"]),
        ({"a": []}, []),
    ],
)
def test_headers_are_taken_as_tests_write_them(headers: Any, values: list[str]) -> None:
    assert make_request(headers=headers).headers.get_all("a") == values


@pytest.mark.parametrize("body", [None, "", b"", bytearray(b""), memoryview(b"")])
def test_no_body_is_none(body: Any) -> None:
    assert make_request("POST /", body=body).body == b""


@pytest.mark.parametrize(("version", "expected"), [("V1", "V1"), ("v1", "V1"), ("V2", "V2"), ("v2", "V2")])
def test_a_version_is_taken_in_either_case(
    version: Any, expected: str, lattice_call: Callable[..., Response], lattice_event: Callable[..., Any]
) -> None:
    assert lattice_call(echo, version=version).json()["version"] == expected
    assert decode_event(lattice_event(version=version)).event_version == expected
    assert decode_event(encode_event(make_request(), version=version)).event_version == expected
    assert call(echo, make_request(), version=version).json()["version"] == expected


@pytest.mark.parametrize("version", ["V3", "1", 1, 2, None, "", "2.0", ["V1"]])
@pytest.mark.parametrize(
    "make", [make_event, lambda **options: call(echo, **options), lambda **options: call(echo, make_request(), **options)]
)  # fmt: skip
def test_another_version_is_refused(version: Any, make: Callable[..., Any]) -> None:
    with pytest.raises(ValueError, match="must be 'V1' or 'V2', not"):
        make(version=version)


def test_a_request_of_another_version_has_no_event() -> None:
    with pytest.raises(ValueError, match="must be 'V1' or 'V2', not 'V9'"):
        encode_event(make_request().replace(event_version="V9"))


@pytest.mark.parametrize(
    ("parts", "length"),
    [
        ({"body": b"12345"}, "5"),
        ({"body": "é"}, "2"),
        ({"json": {"a": 1}}, "8"),
        ({"body": b"1", "headers": {"Content-Length": "9"}}, "9"),
        ({}, None),
    ],
)
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_a_body_has_the_length_that_clients_send(parts: Any, length: str | None, version: Any) -> None:
    request = decode_event(make_event("POST /", version=version, **parts))

    assert request.headers.get("content-length") == length


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_call_runs_a_handler_as_the_service_does(version: Any) -> None:
    response = call(
        echo, "GET /a?b=c", version=version, caller="role", context=FakeLambdaContext(remaining_ms=7)
    )

    assert response == Response.json(
        {
            "version": version,
            "target": "/a?b=c",
            "body": "",
            "principal": CALLERS["role"].principal,
            "left": 7,
        }
    )


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_call_takes_a_whole_event(version: Any) -> None:
    event = make_event("GET /a?b=c", version=version)

    assert call(echo, event).json() == call(echo, "GET /a?b=c", version=version).json()


def test_parts_do_not_go_with_a_whole_event() -> None:
    with pytest.raises(ValueError, match="headers, caller= goes with 'METHOD /path"):
        call(echo, make_event(), headers={}, caller="role")


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        (b"x", "bytes is not JSON serializable"),
        (Response.text("x"), "decorate the handler with @lattice_handler"),
        ({"statusCode": 200, "body": {1, 2}}, "set is not JSON serializable"),
        ({"statusCode": 200, "x": float("nan")}, "x is nan"),
        (None, "this one returned null"),
    ],
)
def test_what_json_cannot_write_is_a_response_error(returned: Any, words: str) -> None:
    with pytest.raises(ResponseError, match=words):
        call(lambda event, context: returned)


def test_an_async_handler_is_not_awaited() -> None:
    async def handler(event: Any, context: Any) -> dict[str, Any]:
        return {"statusCode": 200}

    with pytest.raises(ResponseError, match="Decorate it with @lattice_handler"):
        call(handler)


def test_call_refuses_what_the_service_would() -> None:
    with pytest.raises(ResponseError, match="statusCode is missing"):
        call(lambda event, context: {"status": 200})


def test_the_fixtures_load_by_themselves(
    lattice_event: Callable[..., dict[str, Any]], lattice_call: Callable[..., Response]
) -> None:
    assert lattice_event("GET /x", version="V1")["raw_path"] == "/x"
    assert lattice_call(echo, "GET /x").status == 200


def test_handlers_are_strict_in_a_test(
    lattice_call: Callable[..., Response], caplog: pytest.LogCaptureFixture
) -> None:
    handler = lattice_handler(lambda request: Response(200, headers={"Connection": "close"}))

    assert lattice_call(handler).status == 500
    assert "does not pass on the header connection" in caplog.text


def test_outside_of_tests_it_is_mended() -> None:
    handler = lattice_handler(lambda request: Response(200, headers={"Connection": "close"}))

    assert call(handler) == Response(200, headers=Headers())
