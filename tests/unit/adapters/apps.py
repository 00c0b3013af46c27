"""One small service, written for each framework as its users would."""

from __future__ import annotations

import base64
from typing import Any

import flask
from aws_lambda_powertools.event_handler import CORSConfig
from aws_lambda_powertools.event_handler import Response as PowertoolsResponse
from aws_lambda_powertools.shared.cookies import Cookie
from fastapi import FastAPI
from fastapi import Request as FastAPIRequest
from fastapi.middleware.cors import CORSMiddleware
from starlette.responses import JSONResponse, RedirectResponse, Response

from lattice_events.adapters.asgi import lattice_asgi
from lattice_events.adapters.powertools import LatticeResolver
from lattice_events.adapters.wsgi import lattice_wsgi

ORIGIN = "https://shop.example"
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]


def told(query: Any, accept: Any, cookie: str | None, body: bytes) -> dict[str, Any]:
    """What /echo tells of a request."""
    return {"query": query, "accept": accept, "cookie": cookie, "body": base64.b64encode(body).decode()}


# ── FastAPI ───────────────────────────────────────────────────────────────────────────────────────

fastapi_app = FastAPI()
fastapi_app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_methods=["GET"])


@fastapi_app.api_route("/echo", methods=METHODS)
async def fastapi_echo(request: FastAPIRequest) -> dict[str, Any]:
    query = [list(pair) for pair in request.query_params.multi_items()]
    headers = request.headers
    return told(query, headers.getlist("accept"), headers.get("cookie"), await request.body())


@fastapi_app.api_route("/items/{name:path}", methods=["GET", "HEAD"])
async def fastapi_item(name: str) -> dict[str, str]:
    return {"name": name}


@fastapi_app.post("/form")
async def fastapi_form(request: FastAPIRequest) -> dict[str, Any]:
    async with request.form() as form:
        return {key: [str(value) for value in form.getlist(key)] for key in form}


@fastapi_app.post("/upload")
async def fastapi_upload(request: FastAPIRequest) -> dict[str, Any]:
    async with request.form() as form:
        file: Any = form["file"]
        return {"name": file.filename, "body": base64.b64encode(await file.read()).decode()}


@fastapi_app.get("/cookies")
async def fastapi_cookies() -> Response:
    response = Response("set", media_type="text/plain")
    response.set_cookie("a", "1", samesite=None, path="")
    response.set_cookie("b", "2", samesite=None, path="")
    return response


@fastapi_app.get("/redirect")
async def fastapi_redirect() -> Response:
    return RedirectResponse("/echo?x=1", 307)


@fastapi_app.get("/binary")
async def fastapi_binary() -> Response:
    return Response(b"\x00\xff", media_type="application/octet-stream")


@fastapi_app.delete("/empty")
async def fastapi_empty() -> Response:
    return Response(status_code=204)


@fastapi_app.get("/teapot")
async def fastapi_teapot() -> Response:
    return JSONResponse({"error": "teapot"}, 418)


@fastapi_app.get("/boom")
async def fastapi_boom() -> Response:
    raise RuntimeError("on purpose")


# ── Flask ─────────────────────────────────────────────────────────────────────────────────────────

flask_app = flask.Flask(__name__)


@flask_app.after_request
def allow_origin(response: flask.Response) -> flask.Response:
    if flask.request.headers.get("Origin") == ORIGIN:
        response.headers["Access-Control-Allow-Origin"] = ORIGIN
    return response


@flask_app.route("/echo", methods=METHODS)
def flask_echo() -> dict[str, Any]:
    request = flask.request
    query = [[key, value] for key, value in request.args.items(multi=True)]
    accept = request.environ["lattice.request"].headers.get_all("accept")
    return told(query, accept, request.headers.get("cookie"), request.get_data())


@flask_app.get("/items/<path:name>")
def flask_item(name: str) -> dict[str, str]:
    return {"name": name}


@flask_app.post("/form")
def flask_form() -> dict[str, Any]:
    return flask.request.form.to_dict(flat=False)


@flask_app.post("/upload")
def flask_upload() -> dict[str, Any]:
    file = flask.request.files["file"]
    return {"name": file.filename, "body": base64.b64encode(file.read()).decode()}


@flask_app.get("/cookies")
def flask_cookies() -> flask.Response:
    response = flask.Response("set", content_type="text/plain")
    response.set_cookie("a", "1", path=None)
    response.set_cookie("b", "2", path=None)
    return response


@flask_app.get("/redirect")
def flask_redirect() -> Any:
    return flask.redirect("/echo?x=1", 307)


@flask_app.get("/binary")
def flask_binary() -> flask.Response:
    return flask.Response(b"\x00\xff", content_type="application/octet-stream")


@flask_app.delete("/empty")
def flask_empty() -> flask.Response:
    return flask.Response(status=204)


@flask_app.get("/teapot")
def flask_teapot() -> Any:
    return {"error": "teapot"}, 418


@flask_app.get("/boom")
def flask_boom() -> Any:
    raise RuntimeError("on purpose")


# ── Powertools ────────────────────────────────────────────────────────────────────────────────────

powertools_app = LatticeResolver(cors=CORSConfig(allow_origin=ORIGIN))


@powertools_app.route("/echo", method=METHODS)
def powertools_echo() -> dict[str, Any]:
    request = powertools_app.current_event.request
    query = [list(pair) for pair in request.query.items()]
    return told(query, request.headers.get_all("accept"), request.headers.get("cookie"), request.body)


@powertools_app.get("/items/<name>")
def powertools_item(name: str) -> dict[str, str]:
    return {"name": name}


@powertools_app.post("/form")
def powertools_form() -> dict[str, Any]:
    from lattice_events import QueryParams

    return QueryParams.parse(powertools_app.current_event.decoded_body).to_lists()


@powertools_app.post("/upload")
def powertools_upload() -> dict[str, Any]:
    from email import message_from_bytes

    event = powertools_app.current_event
    head = f"content-type: {event.headers['Content-Type']}\r\n\r\n".encode()
    parts: Any = message_from_bytes(head + event.body_bytes).get_payload()
    (part,) = parts
    return {"name": part.get_filename(), "body": base64.b64encode(part.get_payload(decode=True)).decode()}


@powertools_app.get("/cookies")
def powertools_cookies() -> PowertoolsResponse[str]:
    cookies = [Cookie("a", "1", secure=False), Cookie("b", "2", secure=False)]
    return PowertoolsResponse(200, content_type="text/plain", body="set", cookies=cookies)


@powertools_app.get("/redirect")
def powertools_redirect() -> PowertoolsResponse[str]:
    return PowertoolsResponse(307, headers={"Location": "/echo?x=1"})


@powertools_app.get("/binary")
def powertools_binary() -> PowertoolsResponse[bytes]:
    return PowertoolsResponse(200, content_type="application/octet-stream", body=b"\x00\xff")


@powertools_app.delete("/empty")
def powertools_empty() -> PowertoolsResponse[str]:
    return PowertoolsResponse(204)


@powertools_app.get("/teapot")
def powertools_teapot() -> Any:
    return {"error": "teapot"}, 418


@powertools_app.get("/boom")
def powertools_boom() -> Any:
    raise RuntimeError("on purpose")


HANDLERS: dict[str, Any] = {
    "fastapi": lattice_asgi(fastapi_app),
    "flask": lattice_wsgi(flask_app),
    "powertools": powertools_app.resolve,
}
