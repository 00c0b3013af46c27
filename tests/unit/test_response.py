"""The constructors of a response."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Response
from lattice_events.errors import ResponseError


@pytest.mark.parametrize(
    ("response", "content_type", "body"),
    [
        pytest.param(Response.text("é"), "text/plain; charset=utf-8", "é".encode(), id="text"),
        pytest.param(Response.json({"a": "é"}), "application/json", '{"a":"é"}'.encode(), id="json"),
        pytest.param(Response.bytes(b"\0"), "application/octet-stream", b"\0", id="bytes"),
        pytest.param(
            Response.text("x", headers={"Content-Type": "a/b"}), "a/b", b"x", id="the caller's type wins"
        ),
        pytest.param(
            Response.bytes(b"x", headers=Headers({"content-type": "a/b"})), "a/b", b"x", id="in Headers too"
        ),
    ],
)
def test_a_constructor_sets_type_and_body(response: Response, content_type: str, body: bytes) -> None:
    assert response.headers["content-type"] == content_type
    assert response.body == body


def test_an_empty_response_is_a_204_without_headers() -> None:
    assert Response.empty() == Response(204)


def test_a_response_keeps_repeated_headers() -> None:
    response = Response(200, headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")])

    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


NAN, INFINITY = float("nan"), float("inf")
CIRCLE: list[Any] = [1]
CIRCLE.append(CIRCLE)
DEEP: Any = "\ud800"
for _ in range(100):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        pytest.param(NAN, "body", id="the value itself"),
        pytest.param({"a": {"b": [1, INFINITY]}}, "body.a.b[1]", id="inside"),
        pytest.param([(0, -INFINITY), NAN], "body[0][1]", id="the first of several, in a tuple"),
        pytest.param({NAN: 1}, "body.nan", id="a key"),
        pytest.param("a\ud800", "body", id="lone surrogate"),
        pytest.param({"a": [{"b": "\udfff"}]}, "body.a[0].b", id="lone surrogate inside"),
        pytest.param({"\ud800": 1}, "body.\\ud800", id="lone surrogate in a key"),
        pytest.param(DEEP, "body" + "[0]" * 100, id="deep"),
    ],
)
def test_what_json_cannot_write_is_named_by_its_place(value: Any, field: str) -> None:
    with pytest.raises(ResponseError) as caught:
        Response.json(value)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} ")
    assert str(caught.value).isascii()


@pytest.mark.parametrize(
    ("value", "error"),
    [(CIRCLE, ValueError), ([1.5, object()], TypeError), ({(1, 2): 3}, TypeError)],
    ids=["circle", "object", "tuple as a key"],
)
def test_what_json_dumps_refuses_for_other_reasons_stays_its_error(
    value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        Response.json(value)
    assert not isinstance(caught.value, ResponseError)


@pytest.mark.parametrize("make", [Response.text, lambda body: Response(200, body=body)])
def test_a_text_with_a_lone_surrogate_is_no_body(make: Any) -> None:
    with pytest.raises(ResponseError, match="surrogate at 1") as caught:
        make("a\ud800")
    assert caught.value.field == "body"


def test_a_pair_of_surrogates_in_json_is_one_character() -> None:
    assert Response.json(["\U0001f600"]).body == '["😀"]'.encode()
