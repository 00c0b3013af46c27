"""What a WSGI app sees of a Lattice request, and what becomes of its answer (PEP 3333)."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from typing import Any
from wsgiref.validate import validator

import flask
import pytest

from lattice_events import Response
from lattice_events.adapters.wsgi import lattice_wsgi
from lattice_events.testing import FakeLambdaContext, call, make_event

IDENTITY = "Principal=arn:aws:iam::1:role/admin"


def seen(request: str, *, version: Any = "V2", **parts: Any) -> dict[str, Any]:
    """The environ that an app gets."""
    environs: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environs.append(environ)
        start_response("200 OK", [])
        return []

    assert call(lattice_wsgi(app), request, version=version, **parts).status == 200
    return environs[0]


@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize(
    "name",
    [
        "X_Amzn_Lattice_Identity",
        "x_amzn_lattice_identity",
        "X-Amzn_Lattice-Identity",
        "X-Amzn-Lattice-\u0131dentity",  # a letter whose upper case is I
        "X_Forwarded_For",
        "X_Admin",
        "Content_Type",
        "Content_Length",
        "X Admin",
        "",
    ],
)
def test_a_name_that_could_pass_for_another_never_reaches_the_app(name: str, version: Any) -> None:
    event = make_event("GET /", version=version, headers={"X-Kept": "1"})
    event["headers"][name] = IDENTITY if version == "V1" else [IDENTITY]
    environs: list[dict[str, Any]] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environs.append(environ)
        start_response("200 OK", [])
        return []

    lattice_wsgi(app)(event, FakeLambdaContext())

    assert environs[0]["HTTP_X_KEPT"] == "1"
    assert IDENTITY not in [value for value in environs[0].values() if isinstance(value, str)]


def test_what_the_service_says_of_the_caller_reaches_the_app() -> None:
    environ = seen("GET /", version="V1", caller="role")

    assert "assumed-role/caller" in environ["HTTP_X_AMZN_LATTICE_IDENTITY"]
    assert environ["lattice.request"].identity.session_name == "session"


@pytest.mark.parametrize("version", ["V1", "V2"])
@pytest.mark.parametrize(
    ("target", "path", "arguments"),
    [
        ("/?q=%C3%A9", "/", {"q": "é"}),
        ("/?q=é&ü=漢", "/", {"q": "é", "ü": "漢"}),
        ("/?q=a+b%20c", "/", {"q": "a b c"}),
        ("/%C3%A9/ü", "/é/ü", {}),
        ("/%FF", "/\ufffd", {}),
        ("/a%2Fb", "/a/b", {}),
    ],
)
def test_letters_that_were_sent_raw_are_read_like_escaped_ones(
    target: str, path: str, arguments: dict[str, str], version: Any
) -> None:
    site = flask.Flask("site")

    @site.get("/")
    @site.get("/<path:_>")
    def index(_: str = "") -> dict[str, Any]:
        return {"path": flask.request.path, "arguments": flask.request.args}

    answer = call(lattice_wsgi(site), f"GET {target}", version=version)

    assert json.loads(answer.body) == {"path": path, "arguments": arguments}


def test_repeated_headers_and_split_cookies_are_joined() -> None:
    environ = seen(
        "GET /", headers=[("a", "1"), ("A", "2"), ("Cookie", "x=1"), ("cookie", "y=2"), ("b", "é")]
    )

    assert (environ["HTTP_A"], environ["HTTP_COOKIE"], environ["HTTP_B"]) == ("1,2", "x=1; y=2", "é")


@pytest.mark.parametrize(
    "headers", [{}, {"content-length": "1"}, [("content-length", "2"), ("content-length", "9")]]
)
def test_the_length_is_that_of_the_body(headers: Any) -> None:
    environ = seen("POST /", headers=headers, body=b"12345")

    assert environ["CONTENT_LENGTH"] == "5"
    assert environ["wsgi.input"].read() == b"12345"
    assert "HTTP_TRANSFER_ENCODING" not in environ


def test_the_app_meets_a_server_that_keeps_to_pep_3333() -> None:
    """wsgiref's validator asserts each rule of the specification."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        body = environ["wsgi.input"].read(5)
        start_response("201 Created", [("Content-Type", "text/plain"), ("X-A", "1"), ("X-A", "2")])
        return [body, b"!"]

    answer = call(lattice_wsgi(validator(app)), "POST /a?b=c", body=b"hello")

    headers = [("content-type", "text/plain"), ("x-a", "1, 2")]
    assert answer == Response(201, headers=headers, body=b"hello!")


def failing(environ: dict[str, Any], start_response: Any) -> Iterator[bytes]:
    """An app that changes its mind, as the specification's own example does."""
    start_response("200 OK", [("content-type", "text/html")])
    try:
        if environ["PATH_INFO"] == "/late":
            yield b"part of a page"
        raise RuntimeError("on purpose")
    except RuntimeError:
        start_response("503 Busy", [("content-type", "text/plain")], sys.exc_info())
        yield b"busy"


def test_start_response_with_exc_info_replaces_status_and_headers() -> None:
    assert call(lattice_wsgi(failing)) == Response(503, headers={"content-type": "text/plain"}, body=b"busy")


def test_an_error_after_part_of_the_body_is_a_500_without_that_part() -> None:
    answer = call(lattice_wsgi(failing), "GET /late")

    assert (answer.status, b"page" in answer.body) == (500, False)
    with pytest.raises(RuntimeError, match="on purpose"):
        call(lattice_wsgi(failing, on_error="raise"), "GET /late")


def test_an_app_may_write_and_is_closed() -> None:
    class Chunks(list[bytes]):
        closed = False

        def close(self) -> None:
            self.closed = True

    chunks = Chunks([b"b"])

    def app(environ: dict[str, Any], start_response: Any) -> Chunks:
        start_response("200 OK", [])(b"a")
        return chunks

    assert (call(lattice_wsgi(app)).body, chunks.closed) == (b"ab", True)


@pytest.mark.parametrize("calls", [0, 2])
def test_an_app_that_breaks_the_rules_is_a_500(calls: int, caplog: pytest.LogCaptureFixture) -> None:
    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        for _ in range(calls):
            start_response("200 OK", [])
        return [b"x"]

    assert call(lattice_wsgi(app)).status == 500
    assert "start_response" in caplog.text
