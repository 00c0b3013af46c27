"""Three frameworks answer the same requests, for V1 and V2 alike."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import pytest

from lattice_events import Response
from lattice_events.testing import call
from tests.unit.adapters.apps import HANDLERS, ORIGIN

OCTETS = bytes(range(256))
FORM = {"content-type": "application/x-www-form-urlencoded"}
MULTIPART = {"content-type": "multipart/form-data; boundary=B"}
UPLOAD = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.bin"\r\nContent-Transfer-Encoding: binary\r\n\r\n\x00\xff\r\n--B--\r\n'


def echo(query: Any = (), accept: Any = (), cookie: str | None = None, body: bytes = b"") -> dict[str, Any]:
    return {
        "query": [list(pair) for pair in query],
        "accept": list(accept),
        "cookie": cookie,
        "body": base64.b64encode(body).decode(),
    }


@dataclass(frozen=True)
class Row:
    """A request and its answer; `v1` is the answer where V1 cannot carry the request."""

    request: str
    expected: Any = None
    status: int = 200
    parts: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, Any] = field(default_factory=dict)
    v1: Any = None


ROWS = {
    "plain": Row("GET /echo", echo()),
    "repeated query keys": Row("GET /echo?a=1&a=2&b=3", echo([("a", "1"), ("a", "2"), ("b", "3")])),
    "commas in query values": Row("GET /echo?a=b,c&a=d", echo([("a", "b,c"), ("a", "d")])),
    "escapes in the query": Row("GET /echo?a=b%20c%2Fd%26e", echo([("a", "b c/d&e")])),
    "plus is a space": Row("GET /echo?a=b+c", echo([("a", "b c")])),
    "an escaped plus": Row("GET /echo?a=b%2Bc", echo([("a", "b+c")])),
    "empty query values": Row("GET /echo?a=&b=1", echo([("a", ""), ("b", "1")])),
    "unicode in the query": Row("GET /echo?a=%C3%A9", echo([("a", "é")])),
    "a repeated header": Row(
        "GET /echo",
        echo(accept=["text/plain", "a/b"]),
        parts={"headers": [("Accept", "text/plain"), ("accept", "a/b")]},
        v1=echo(accept=["text/plain,a/b"]),  # V1 joins repeated headers
    ),
    "a header with commas": Row(
        "GET /echo", echo(accept=["text/plain, a/b"]), parts={"headers": {"Accept": "text/plain, a/b"}}
    ),
    "a cookie": Row("GET /echo", echo(cookie="a=1; b=2"), parts={"headers": {"Cookie": "a=1; b=2"}}),
    "an escaped space in the path": Row("GET /items/a%20b", {"name": "a b"}),
    "an escaped slash in the path": Row("GET /items/a%2Fb", {"name": "a/b"}),
    "unicode in the path": Row("GET /items/%C3%A9", {"name": "é"}),
    "a JSON body": Row("POST /echo", echo(body=b'{"a": 1}'), parts={"json": {"a": 1}}),
    "a JSON body with a charset": Row(
        "POST /echo",
        echo(body=b"{}"),
        parts={"body": b"{}", "headers": {"content-type": "application/json; charset=utf-8"}},
    ),
    "a text body": Row(
        "PUT /echo", echo(body="é".encode()), parts={"body": "é", "headers": {"content-type": "text/plain"}}
    ),
    "a binary body": Row("PATCH /echo", echo(body=OCTETS), parts={"body": OCTETS}),
    "no body": Row("POST /echo", echo()),
    "a form": Row("POST /form", {"a": ["1", "2"], "b": [""]}, parts={"headers": FORM, "body": "a=1&a=2&b="}),
    "an upload": Row(
        "POST /upload", {"name": "a.bin", "body": "AP8="}, parts={"headers": MULTIPART, "body": UPLOAD}
    ),
    "HEAD": Row("HEAD /items/a", b""),
    "CORS, simple": Row(
        "GET /teapot",
        {"error": "teapot"},
        status=418,
        parts={"headers": {"Origin": ORIGIN}},
        headers={"access-control-allow-origin": ORIGIN},
    ),
    "another method": Row("DELETE /empty", b"", status=204),
    "two cookies": Row(
        "GET /cookies", b"set", headers={"set-cookie": ["a=1", "b=2"], "content-type": "text/plain"}
    ),
    "a redirect": Row("GET /redirect", status=307, headers={"location": "/echo?x=1"}),
    "a binary answer": Row("GET /binary", b"\x00\xff", headers={"content-type": "application/octet-stream"}),
    "not found": Row("GET /nothing", status=404),
    "an error": Row("GET /boom", status=500),
    "a trailing slash is another path": Row("GET /echo/x", status=404),
}
# OPTIONS is each framework's own affair: the table that was written for each.
PREFLIGHT = {
    "fastapi": (200, {"access-control-allow-origin": ORIGIN, "access-control-allow-methods": "GET"}),
    "flask": (200, {"access-control-allow-origin": ORIGIN, "allow": "OPTIONS, GET, HEAD"}),
    "powertools": (204, {"access-control-allow-origin": ORIGIN}),
}


def matches(response: Response, name: str, expected: Any) -> bool:
    """Whether a header has a value, or for a list each of several, cookies without their attributes."""
    values = response.headers.get_all(name)
    wanted = expected if isinstance(expected, list) else [expected]
    if name == "allow":
        return set(values[0].split(", ")) == set(expected.split(", "))
    return [value.partition("; ")[0] for value in values] == wanted


@pytest.mark.parametrize("framework", HANDLERS)
@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize("name", ROWS)
def test_every_framework_answers_alike(name: str, version: Any, framework: str) -> None:
    row = ROWS[name]

    response = call(HANDLERS[framework], row.request, version=version, **row.parts)

    assert response.status == row.status
    expected = row.v1 if version == "V1" and row.v1 is not None else row.expected
    if isinstance(expected, bytes):
        assert response.body == expected
    elif expected is not None:
        assert json.loads(response.body) == expected
    assert all(matches(response, header, value) for header, value in row.headers.items()), response.headers


@pytest.mark.parametrize("framework", HANDLERS)
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_preflight_requests_are_each_framework_s_own(version: Any, framework: str) -> None:
    status, headers = PREFLIGHT[framework]
    asked = {"Origin": ORIGIN, "Access-Control-Request-Method": "GET"}

    response = call(HANDLERS[framework], "OPTIONS /items/a", version=version, headers=asked)

    assert response.status == status
    assert all(matches(response, header, value) for header, value in headers.items()), response.headers


@pytest.mark.parametrize("framework", HANDLERS)
def test_an_error_shows_no_details(framework: str) -> None:
    assert b"on purpose" not in call(HANDLERS[framework], "GET /boom").body


@pytest.mark.parametrize("framework", HANDLERS)
def test_an_event_of_another_service_is_a_500(framework: str) -> None:
    answer = HANDLERS[framework]({"httpMethod": "GET", "requestContext": {"elb": {}}}, None)

    assert answer["statusCode"] == 500


@pytest.mark.parametrize("framework", HANDLERS)
def test_broken_base64_is_a_400(framework: str) -> None:
    from lattice_events.testing import make_event

    event = {**make_event("POST /echo"), "body": "%", "isBase64Encoded": True}

    assert HANDLERS[framework](event, None)["statusCode"] == 400
