"""What an ASGI app sees of a Lattice request, and its lifespan."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

import pytest
from fastapi import FastAPI

from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.testing import FakeLambdaContext, call


class App:
    """Notes each scope, and answers with what its startup left."""

    def __init__(self, startup_error: str | None = None) -> None:
        self.scopes: list[Any] = []
        self._startup_error = startup_error

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.scopes.append(scope)
        if scope["type"] == "lifespan":
            await receive()
            scope["state"]["name"] = b"started"
            kind = "failed" if self._startup_error else "complete"
            await send({"type": f"lifespan.startup.{kind}", "message": self._startup_error or ""})
            await receive()
            await send({"type": "lifespan.shutdown.complete"})
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": scope["state"].get("name", b"")})


def test_the_scope_is_the_request_as_it_came() -> None:
    app, context = App(), FakeLambdaContext()

    call(
        lattice_asgi(app),
        "GET /a%2Fb?q=1&q=%20",
        headers=[("Host", "foo.example"), ("x-forwarded-for", "10.1.2.3"), ("x-a", "1"), ("x-a", "2")],
        context=context,
    )

    scope = app.scopes[-1]
    assert (scope["path"], scope["raw_path"], scope["query_string"]) == ("/a/b", b"/a%2Fb", b"q=1&q=%20")
    assert [value for name, value in scope["headers"] if name == b"x-a"] == [b"1", b"2"]
    assert (scope["client"][0], scope["scheme"]) == ("10.0.0.7", "https")  # not what the client claims
    assert scope["lattice.request"].path == "/a%2Fb"
    assert scope["aws.context"] is context


def test_startup_runs_once_and_leaves_its_state() -> None:
    app = App()
    handler = lattice_asgi(app)

    bodies = [call(handler).body for _ in range(3)]

    assert bodies == [b"started"] * 3
    assert [scope["type"] for scope in app.scopes].count("lifespan") == 1


def test_no_lifespan_runs_when_it_is_off() -> None:
    app = App()

    assert call(lattice_asgi(app, lifespan="off")).body == b""
    assert [scope["type"] for scope in app.scopes] == ["http"]


def test_a_startup_that_fails_is_tried_again_at_the_next_request(caplog: pytest.LogCaptureFixture) -> None:
    app = App(startup_error="no database")
    handler = lattice_asgi(app, lifespan="on")

    with caplog.at_level(logging.ERROR):
        statuses = [call(handler).status for _ in range(2)]

    assert statuses == [500, 500]
    assert [scope["type"] for scope in app.scopes] == ["lifespan", "lifespan"]


def test_another_users_event_loop_does_not_matter() -> None:
    handler = lattice_asgi(App())
    call(handler)

    asyncio.run(asyncio.sleep(0))  # leaves the thread without a loop

    assert call(handler).status == 200


def test_an_app_may_be_mounted_under_a_prefix() -> None:
    """FastAPI warns of its own `root_path` and says to tell the server; here that is `lattice_asgi`."""
    api = FastAPI()
    api.get("/items")(lambda: "found")
    handler = lattice_asgi(api, root_path="/shop")

    assert call(handler, "GET /shop/items").json() == "found"
    assert call(handler, "GET /shop/openapi.json").json()["servers"] == [{"url": "/shop"}]
    assert "url: '/shop/openapi.json" in call(handler, "GET /shop/docs").text
    assert call(handler, "GET /shop/other").status == 404
