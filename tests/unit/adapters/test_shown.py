"""What every framework is shown of a request."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.adapters.wsgi import lattice_wsgi
from lattice_events.testing import FakeLambdaContext, call, make_event


async def about(request: Request) -> JSONResponse:
    headers = [name for name, _ in request.headers.items()]
    return JSONResponse({"url": str(request.url), "query": dict(request.query_params), "headers": headers})


ASGI = lattice_asgi(Starlette(routes=[Route("/{rest:path}", about)]))


def wsgi_app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [f"{environ['SERVER_NAME']} {environ['SERVER_PORT']}".encode()]


def answer(handler: Any, host: str | list[str], version: Any) -> dict[str, Any]:
    event = make_event("GET /a", version=version)
    hosts = [host] if isinstance(host, str) else host
    event["headers"]["host"] = hosts if version == "V2" else ",".join(hosts)
    answered: dict[str, Any] = handler(event, FakeLambdaContext())
    return answered


NO_HOSTS = [
    "[::1",
    "::1]",
    "[x]",
    "[1:2]",
    "a:b",
    "a:99999",
    "a:123456",
    "a:-1",
    "a/b",
    "a?b",
    "a#b",
    "a@b",
    "é.example",
    "ℂ.example",
    "a\\b",
    "<a>",
    '"a"',
    "a:1:2",
    "[::1]x",
    "[::1]:x",
]
NO_HOSTS += ["a b", "a\tb"]

HANDLERS = {"asgi": ASGI, "wsgi": lattice_wsgi(wsgi_app)}


@pytest.mark.parametrize("framework", HANDLERS)
@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize("host", NO_HOSTS)
def test_a_host_that_no_url_has_is_a_400(host: str, framework: str, version: Any) -> None:
    assert answer(HANDLERS[framework], host, version)["statusCode"] == 400


@pytest.mark.parametrize("framework", HANDLERS)
def test_two_hosts_are_a_400(framework: str) -> None:
    assert answer(HANDLERS[framework], ["a", "b"], "V2")["statusCode"] == 400


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("a.example", "a.example 443"),
        ("A.example:8443", "a.example 8443"),
        ("my_service", "my_service 443"),
        ("10.0.0.1:80", "10.0.0.1 80"),
        ("[2001:db8::1]:8080", "2001:db8::1 8080"),
        ("a:", "a 443"),
        ("", " 443"),
    ],
)
def test_every_other_host_is_the_server(host: str, server: str) -> None:
    assert answer(HANDLERS["wsgi"], host, "V2")["body"] == server
    assert answer(HANDLERS["asgi"], host, "V2")["statusCode"] == 200


@pytest.mark.parametrize(
    ("proto", "scheme"), [("http", "http"), ("https", "https"), ("java script", "https")]
)
def test_the_scheme_is_http_or_https(proto: str, scheme: str) -> None:
    event = make_event("GET /")
    event["headers"]["x-forwarded-proto"] = [proto]

    assert ASGI(event, FakeLambdaContext())["body"].startswith(f'{{"url":"{scheme}://')


def test_raw_letters_in_a_query_are_read_like_escaped_ones() -> None:
    assert '"query":{"q":"é漢"}'.encode() in call(ASGI, "GET /?q=é漢").body


def test_a_path_that_is_no_unicode_is_no_error_of_the_app() -> None:
    event = {**make_event("GET /"), "path": "/a\ud800?b=\udfff"}

    assert ASGI(event, FakeLambdaContext())["statusCode"] == 200


@pytest.mark.parametrize("name", ["X_Amzn_Lattice_Identity", "x-amzn_lattice-target", "x_forwarded_for"])
def test_in_asgi_no_underscore_passes_for_a_header_of_the_service(name: str) -> None:
    body = call(ASGI, headers={name: "mine", "x_own": "1"}).body

    assert name.lower().encode() not in body
    assert b'"x_own"' in body  # FastAPI's Header(convert_underscores=False) reads it
