"""Factories and calls for users' tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lattice_events import Headers, Identity, Request, Response, decode_event, lattice_handler
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
    ],
)
def test_a_request_that_cannot_be_says_why(request_line: str, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        make_request(request_line, **options)


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
