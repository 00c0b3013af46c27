"""The constructors of a response."""

from __future__ import annotations

import pytest

from lattice_events import Headers, Response


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
