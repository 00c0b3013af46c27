"""Every answer of `LatticeResolver` passes `encode_response`; headers and paths are read as Powertools' own resolvers do."""

from __future__ import annotations

import asyncio
import gzip
import json
from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, Any

import pytest
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, CORSConfig, VPCLatticeV2Resolver
from aws_lambda_powertools.event_handler import Response as PowertoolsResponse
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import BadRequestError
from aws_lambda_powertools.event_handler.openapi.params import Cookie, Header
from aws_lambda_powertools.shared.cookies import Cookie as SetCookie
from pydantic import BaseModel

from lattice_events import HTTPError, Response, lattice_handler
from lattice_events.adapters.powertools import LatticeResolver
from lattice_events.testing import FakeLambdaContext, call, make_event

ORIGIN = "https://shop.example"
Answer = Callable[[LatticeResolver, dict[str, Any]], dict[str, Any]]


def sync_answer(app: LatticeResolver, event: dict[str, Any]) -> dict[str, Any]:
    return app.resolve(event, FakeLambdaContext())


def async_answer(app: LatticeResolver, event: dict[str, Any]) -> dict[str, Any]:
    return asyncio.run(app.resolve_async(event, FakeLambdaContext()))


both_ways = pytest.mark.parametrize("answer", [sync_answer, async_answer], ids=["resolve", "resolve_async"])
both_versions = pytest.mark.parametrize("version", ["V1", "V2"])


def returning(response: Any, **options: Any) -> LatticeResolver:
    """An app whose one route returns this."""
    app = LatticeResolver(**options)
    app.get("/")(lambda: response)
    return app


def theirs(status: Any = 200, body: Any = "x", **headers: Any) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return PowertoolsResponse(status, content_type="text/plain", body=body, headers=named)


# ── the response ──────────────────────────────────────────────────────────────────────────────────


@both_ways
@both_versions
@pytest.mark.parametrize(
    ("response", "expected"),
    [
        pytest.param(
            theirs(Set_Cookie=["a=1; Path=/, x", "b=2"]),
            {"set-cookie": ["a=1; Path=/, x", "b=2"]},
            id="a list of cookies",
        ),
        pytest.param(theirs(Set_Cookie="a=1"), {"set-cookie": "a=1"}, id="one cookie"),
        pytest.param(theirs(Vary=["a", "b"]), {"vary": "a, b"}, id="a list"),
        pytest.param(theirs(Vary=("a", "b")), {"vary": "a, b"}, id="a tuple"),
        pytest.param(
            theirs(Connection="x-mine", X_Mine="1", Keep_Alive="5", Transfer_Encoding="chunked"),
            {},
            id="hop by hop",
        ),
        pytest.param(theirs(X_None=None), {}, id="None"),
    ],
)
def test_headers_are_written_as_every_response_s(
    response: Any, expected: dict[str, Any], version: Any, answer: Answer
) -> None:
    answered = answer(returning(response), make_event("GET /", version=version))

    assert answered["headers"] == {"content-type": "text/plain", **expected}
    assert (answered["statusCode"], answered["body"], answered["isBase64Encoded"]) == (200, "x", False)


def test_cookies_of_both_kinds_are_written_as_told() -> None:
    response = theirs(Set_Cookie=["a=1", "b=2"])
    response.cookies = [SetCookie("c", "3", secure=False)]

    listed = returning(response).resolve(make_event("GET /"), None)
    apart = returning(response, multiple_set_cookie="cookies").resolve(make_event("GET /"), None)
    refused = returning(response, multiple_set_cookie="refuse").resolve(make_event("GET /"), None)

    assert listed["headers"]["set-cookie"] == ["a=1", "b=2", "c=3"] == apart["cookies"]
    assert refused["statusCode"] == 500


@both_ways
@pytest.mark.parametrize(
    ("response", "words"),
    [
        pytest.param(theirs(X_A="a\r\nb: c"), "U+000D", id="a line break"),
        pytest.param(theirs(X_A=["a", "\nb"]), "U+000A", id="a line break in a list"),
        pytest.param(theirs(X_A=3), "must be text, not int", id="a number"),
        pytest.param(theirs(X_A=b"3"), "must be text, not bytes", id="bytes"),
        pytest.param(theirs(**{"X A": "1"}), "is not a header name", id="a name with a space"),
        pytest.param(theirs("200"), "must be a number from 200 to 599, not '200'", id="status as text"),
        pytest.param(theirs(True), "not True", id="status as bool"),
        pytest.param(theirs(999), "not 999", id="status out of range"),
        pytest.param(({"a": 1}, "201"), "not '201'", id="status as text in a tuple"),
        pytest.param(theirs(body={"a": 1}), "The route's body is of type dict", id="a dict that is no JSON"),
        pytest.param({"a": float("nan")}, "not JSON compliant", id="NaN"),
    ],
)
def test_what_the_service_would_not_take_is_a_500_whose_log_names_it(
    response: Any, words: str, answer: Answer, caplog: pytest.LogCaptureFixture
) -> None:
    answered = answer(returning(response), make_event("GET /"))

    assert (answered["statusCode"], answered["body"]) == (500, "Internal Server Error")
    assert words in caplog.text


@pytest.mark.parametrize("response", [theirs(HTTPStatus.CREATED), ("x", HTTPStatus.CREATED)])
def test_an_http_status_is_a_number(response: Any) -> None:
    answered = returning(response).resolve(make_event("GET /"), None)

    assert json.dumps(answered["statusCode"]) == "201"


@both_ways
def test_strict_mode_holds_here_too(answer: Answer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_EVENTS_STRICT", "1")

    assert answer(returning(theirs(Connection="close")), make_event("GET /"))["statusCode"] == 500
    assert answer(returning(theirs(204, "x")), make_event("GET /"))["statusCode"] == 500


def test_bodies_are_text_or_bytes_as_ever() -> None:
    for body, told in (
        ("é", ("é", False)),
        (b"\xff", ("/w==", True)),
        (b"text", ("text", False)),
        (None, ("", False)),
    ):
        answered = returning(theirs(body=body)).resolve(make_event("GET /"), None)
        assert (answered["body"], answered["isBase64Encoded"]) == told


def test_compression_is_powertools_own() -> None:
    app = LatticeResolver()
    app.get("/", compress=True)(lambda: {"a": "x" * 50})

    packed = call(app.resolve, headers={"accept-encoding": "br, gzip"})

    assert json.loads(gzip.decompress(packed.body)) == {"a": "x" * 50}
    assert call(app.resolve).json() == {"a": "x" * 50}


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(theirs(206), id="a part"),
        pytest.param(theirs(ETag='"v1"'), id="a strong ETag"),
        pytest.param(theirs(Cache_Control="no-transform"), id="no-transform"),
        pytest.param(theirs(Content_Encoding="br", body=b"\xff"), id="encoded"),
    ],
)
def test_compression_leaves_alone_what_must_stay(response: Any) -> None:
    app, encoding, body = LatticeResolver(), response.headers.get("Content-Encoding"), response.body
    app.get("/", compress=True)(lambda: response)

    answer = call(app.resolve, headers={"accept-encoding": "gzip"})

    assert answer.headers.get("content-encoding") == encoding
    assert answer.body == (body if isinstance(body, bytes) else body.encode())


# ── HTTPError ─────────────────────────────────────────────────────────────────────────────────────


class NothingError(Exception):
    """Handled by the app itself."""


@pytest.fixture
def failing() -> LatticeResolver:
    """An app that raises `HTTPError` wherever it can be raised."""
    app = LatticeResolver(cors=CORSConfig(allow_origin=ORIGIN), enable_validation=True)
    bodies: dict[str, Any] = {"text": "gone", "json": {"error": "gone"}, "bytes": b"\xff", "nothing": None}
    bodies["response"] = Response.text("gone", headers={"x-mine": "1"})

    def stop(app: Any, next_middleware: Any) -> Any:
        raise HTTPError(HTTPStatus.GONE, "in a middleware")

    @app.get("/raise/<kind>")
    def fail(kind: str) -> None:
        raise HTTPError(410, bodies[kind])

    @app.get("/stopped", middlewares=[stop])
    def stopped() -> None:
        return None

    @app.get("/handled")
    def handled() -> None:
        raise NothingError

    @app.exception_handler(NothingError)
    def answer_nothing(_: NothingError) -> None:
        raise HTTPError(410, "in a handler")

    @app.post("/body")
    def read(value: dict[str, Any]) -> None:
        return None

    return app


@both_ways
@both_versions
@pytest.mark.parametrize("kind", ["text", "json", "bytes", "nothing", "response"])
def test_an_http_error_answers_as_in_a_plain_handler(
    failing: LatticeResolver, kind: str, version: Any, answer: Answer
) -> None:
    bodies: dict[str, Any] = {"text": "gone", "json": {"error": "gone"}, "bytes": b"\xff", "nothing": None}
    bodies["response"] = Response.text("gone", headers={"x-mine": "1"})

    @lattice_handler
    def plain(_: Any) -> None:
        raise HTTPError(410, bodies[kind])

    event = make_event(f"GET /raise/{kind}", version=version, headers={"Origin": ORIGIN})
    answered = answer(failing, event)

    assert answered["headers"].pop("access-control-allow-origin") == ORIGIN
    cors = {"access-control-allow-headers", "vary"}
    answered["headers"] = {name: value for name, value in answered["headers"].items() if name not in cors}
    assert answered == plain(event, None)


@both_ways
@pytest.mark.parametrize(
    ("request_line", "parts", "status", "body"),
    [
        ("GET /stopped", {}, 410, "in a middleware"),
        ("GET /handled", {}, 410, "in a handler"),
        ("POST /body", {"body": b"\xff"}, 400, "The body is not utf-8 text."),
    ],
)
def test_an_http_error_answers_wherever_it_is_raised(
    failing: LatticeResolver, request_line: str, parts: Any, status: int, body: str, answer: Answer
) -> None:
    headers = {"Origin": ORIGIN, "content-type": "application/json"}

    answered = answer(failing, make_event(request_line, headers=headers, **parts))

    assert (answered["statusCode"], answered["body"]) == (status, body)
    assert answered["headers"]["access-control-allow-origin"] == ORIGIN


def test_an_app_s_own_handler_of_http_errors_wins() -> None:
    app = LatticeResolver()

    @app.get("/")
    def fail() -> None:
        raise HTTPError(410, "gone")

    @app.exception_handler(HTTPError)
    def mine(error: HTTPError) -> PowertoolsResponse[str]:
        return theirs(error.status, f"mine: {error.body}")  # type: ignore[no-any-return]  # Any above

    assert call(app.resolve) == Response.text("mine: gone", 410, headers={"content-type": "text/plain"})


def test_powertools_own_errors_stay_as_they_are() -> None:
    app = LatticeResolver()

    @app.get("/")
    def fail() -> None:
        raise BadRequestError("why")

    assert call(app.resolve).json() == {"statusCode": 400, "message": "why"}


def test_an_http_error_of_a_dependency_answers_too() -> None:
    depends = pytest.importorskip("aws_lambda_powertools.event_handler.depends")
    app = LatticeResolver()

    def user() -> str:
        raise HTTPError(401, "who are you?")

    def index(name: Any) -> Any:
        return name

    index.__annotations__["name"] = Annotated[str, depends.Depends(user)]
    app.get("/")(index)

    assert call(app.resolve) == Response.text("who are you?", 401)


def test_an_http_error_with_an_unusable_body_is_a_500() -> None:
    app = LatticeResolver(on_error="respond")

    @app.get("/")
    def fail() -> None:
        raise HTTPError(410, object())

    assert call(app.resolve).status == 500


# ── headers and cookies, validated ────────────────────────────────────────────────────────────────


class Model(BaseModel):
    x_tag: list[str]
    date: str = ""


def with_headers(app: Any) -> Any:
    """One route for each kind of parameter."""

    def route(path: str) -> Any:
        return app.get(path)

    @route("/list")
    def of_list(x_tag: Annotated[list[str], Header()]) -> list[str]:
        return x_tag

    @route("/set")
    def of_set(x_tag: Annotated[set[str], Header()]) -> list[str]:
        return sorted(x_tag)

    @route("/optional")
    def of_optional(x_tag: Annotated[list[int] | None, Header()] = None) -> list[int] | None:
        return x_tag

    @route("/tuple")
    def of_tuple(x_tag: Annotated[tuple[int, int], Header()]) -> list[int]:
        return list(x_tag)

    @route("/str")
    def of_str(x_tag: Annotated[str, Header()]) -> list[str]:
        return [x_tag]

    @route("/model")
    def of_model(headers: Annotated[Model, Header()]) -> dict[str, Any]:
        return headers.model_dump()

    @route("/cookie")
    def of_cookie(a: Annotated[str, Cookie()], b: Annotated[str, Cookie()]) -> list[str]:
        return [a, b]

    return app


OURS = with_headers(LatticeResolver(enable_validation=True))
THEIR_V2 = with_headers(VPCLatticeV2Resolver(enable_validation=True))
THEIR_HTTP = with_headers(APIGatewayHttpResolver(enable_validation=True))
HEADER_ROWS = [
    ("/list", [("x-tag", "a")]),
    ("/list", [("x-tag", "a"), ("x-tag", "b")]),
    ("/list", [("X-Tag", "a,b")]),
    ("/list", []),
    ("/set", [("x-tag", "a")]),
    ("/set", [("x-tag", "a"), ("X-Tag", "b"), ("x-tag", "a")]),
    ("/optional", []),
    ("/optional", [("x-tag", "1")]),
    ("/optional", [("x-tag", "1"), ("x-tag", "2")]),
    ("/optional", [("x-tag", "a")]),
    ("/tuple", [("x-tag", "1"), ("x-tag", "2")]),
    ("/str", [("x-tag", "a")]),
    ("/str", [("x-tag", "a"), ("x-tag", "b")]),
    ("/str", [("x-tag", "Tue, 15 Nov 1994 08:12:31 GMT")]),
    ("/model", [("x-tag", "a"), ("date", "Tue, 15 Nov 1994 08:12:31 GMT")]),
    ("/model", [("x-tag", "a"), ("x-tag", "b")]),
    ("/cookie", [("cookie", "a=1; b=2")]),
    ("/cookie", [("cookie", "a=1"), ("cookie", "b=2")]),
    ("/cookie", [("cookie", "a=1,5; c=3"), ("Cookie", "b=2")]),
    ("/cookie", [("cookie", "a=1")]),
]


def http_event(path: str, headers: list[tuple[str, str]]) -> dict[str, Any]:
    """The same request as API Gateway's payload 2.0 has it."""
    joined: dict[str, str] = {}
    for name, value in headers:
        joined[name.lower()] = f"{joined[name.lower()]},{value}" if name.lower() in joined else value
    cookies = [part for name, value in headers if name.lower() == "cookie" for part in value.split("; ")]
    http = {"method": "GET", "path": path}
    context = {"stage": "$default", "http": http}
    return {"rawPath": path, "cookies": cookies, "headers": joined, "requestContext": context}


@both_ways
@pytest.mark.parametrize(("path", "headers"), HEADER_ROWS)
def test_v2_headers_are_validated_as_by_powertools_own_resolver(
    path: str, headers: Any, answer: Answer
) -> None:
    event = make_event(f"GET {path}", headers=headers)
    expected = THEIR_V2.resolve(event, FakeLambdaContext())

    answered = answer(OURS, event)

    assert (answered["statusCode"], answered["body"]) == (expected["statusCode"], expected["body"])


@both_ways
@pytest.mark.parametrize(("path", "headers"), HEADER_ROWS)
def test_v1_headers_are_validated_as_by_the_resolver_of_joined_ones(
    path: str, headers: Any, answer: Answer
) -> None:
    """API Gateway joins with a comma too. It makes a list of two values, and forgets to of one; we do not."""
    expected = THEIR_HTTP.resolve(http_event(path, headers), FakeLambdaContext())
    one_of_a_list = path != "/str" and [name.lower() for name, _ in headers].count("x-tag") == 1
    if one_of_a_list and "," not in headers[0][1]:
        expected = THEIR_V2.resolve(make_event(f"GET {path}", headers=headers), FakeLambdaContext())

    answered = answer(OURS, make_event(f"GET {path}", version="V1", headers=headers))

    assert (answered["statusCode"], answered["body"]) == (expected["statusCode"], expected["body"])


@both_versions
def test_the_cookie_header_is_one(version: Any) -> None:
    app = LatticeResolver()
    app.get("/")(lambda: {"cookie": app.current_event.headers["cookie"]})

    answer = call(app.resolve, version=version, headers=[("cookie", "a=1"), ("cookie", "b=2")])

    assert answer.json() == {"cookie": "a=1; b=2"}


# ── paths ─────────────────────────────────────────────────────────────────────────────────────────


@both_ways
@both_versions
@pytest.mark.parametrize(
    ("rule", "path", "expected"),
    [
        ("/a b", "/a%20b", {}),
        ("/café", "/caf%C3%A9", {}),
        ("/café", "/caf%c3%a9", {}),
        ("/café", "/café", {}),
        ("/漢字/ü", "/%E6%BC%A2%E5%AD%97/%C3%BC", {}),
        ("/plain", "/pl%61in", {}),
        ("/v1:run", "/v1%3Arun", {}),
        ('/a"b', "/a%22b", {}),
        ("/a b/<id>", "/a%20b/c%20d", {"id": "c d"}),
        ("/é/<id>", "/%C3%A9/7", {"id": "7"}),
        ("/x/<id>", "/x/a%2Fb", {"id": "a/b"}),
        ("/x/<id>", "/x/%2525", {"id": "%25"}),
        ("/x/<id>", "/x/%F0%9F%98%80", {"id": "😀"}),
        ("/x/<id>", "/x/%22%60%5C%23%3F", {"id": '"`\\#?'}),
        ("/x/<id>", "/x/漢", {"id": "漢"}),
        ("/.+", "/anything/%20/at", {}),
        ("/plain", "/plain%2F", None),
        ("/a/b", "/a%2Fb", None),
        ("/a b", "/a+b", None),
    ],
)
def test_a_rule_matches_whatever_way_its_letters_were_sent(
    rule: str, path: str, expected: Any, version: Any, answer: Answer
) -> None:
    app = LatticeResolver()
    app.get(rule)(lambda **keys: keys)

    answered = answer(app, make_event(f"GET {path}", version=version))

    assert answered["statusCode"] == (404 if expected is None else 200)
    assert expected is None or json.loads(answered["body"]) == expected


def test_prefixes_match_likewise() -> None:
    router: Any = Router()  # type: ignore[no-untyped-call]  # untyped in Powertools
    router.get("/x y")(lambda: {"found": True})
    app = LatticeResolver(strip_prefixes=["/é a"])
    app.include_router(router, prefix="/ü")

    assert call(app.resolve, "GET /%C3%A9%20a/%C3%BC/x%20y").json() == {"found": True}
    assert call(app.resolve, "HEAD /%C3%A9%20a/%C3%BC/x%20y").status == 200
