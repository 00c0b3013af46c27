"""What Powertools' own classes get wrong on VPC Lattice, and ours right (facts: events §4.1, by number)."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from typing import Any

import pytest
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import Response, VPCLatticeResolver, VPCLatticeV2Resolver
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.exceptions import NotFoundError
from aws_lambda_powertools.utilities.data_classes import VPCLatticeEvent, VPCLatticeEventV2
from aws_lambda_powertools.utilities.parser import parse
from aws_lambda_powertools.utilities.parser.models import VpcLatticeV2Model
from pydantic import BaseModel, ValidationError

from lattice_events import HTTPError
from lattice_events.adapters.powertools import CORRELATION_ID, LatticeEvent, LatticeResolver
from lattice_events.adapters.pydantic import LatticeV1Event, LatticeV2Event, parse_event
from lattice_events.testing import FakeLambdaContext, call, make_event
from tests.files import load_event


class Order(BaseModel):
    item: str
    count: int = 1


@pytest.fixture
def orders() -> LatticeResolver:
    """An app with validation, and one route for each thing that goes wrong elsewhere."""
    app = LatticeResolver(enable_validation=True)

    @app.post("/orders")
    def create(order: Order) -> dict[str, Any]:
        return order.model_dump()

    @app.get("/orders/<name>")
    def read(name: str) -> dict[str, Any]:
        event = app.current_event
        return {"name": name, "query": event.multi_value_query_string_parameters}

    @app.get("/fail")
    def fail() -> dict[str, Any]:
        raise RuntimeError("secret")

    @app.get("/gone")
    def gone() -> dict[str, Any]:
        raise HTTPError(410, "gone")

    return app


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_1_validation_takes_a_body_with_a_content_type(orders: LatticeResolver, version: Any) -> None:
    assert json.loads(call(orders.resolve, "POST /orders", version=version, json={"item": "tea"}).body) == {
        "item": "tea",
        "count": 1,
    }
    assert call(orders.resolve, "POST /orders", version=version, json={"itm": "tea"}).status == 422


def test_1_powertools_crashes_on_it() -> None:
    app: Any = VPCLatticeV2Resolver(enable_validation=True)

    @app.post("/orders")
    def create(order: Order) -> dict[str, Any]:
        return order.model_dump()

    with pytest.raises(AttributeError, match="'list' object has no attribute 'strip'"):
        app.resolve(make_event("POST /orders", json={"item": "tea"}), FakeLambdaContext())


def test_2_models_take_real_events() -> None:
    event = parse_event(load_event("v2"))
    assert isinstance(event, LatticeV2Event)
    assert event.request_context.time_epoch == 1690497599177430
    assert event.request_context.identity is not None
    assert event.request_context.identity.x509_subject_cn == "client"
    assert event.headers["accept"] == ["application/json", "text/plain"]
    assert isinstance(parse_event(load_event("v1")), LatticeV1Event)
    assert parse(event=load_event("v2"), model=LatticeV2Event).path.startswith("/orders/7?")


def test_2_powertools_model_rejects_them() -> None:
    with pytest.raises(ValidationError):
        VpcLatticeV2Model.model_validate(load_event("v2"))


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_3_a_query_string_in_the_path_is_no_part_of_the_route(orders: LatticeResolver, version: Any) -> None:
    response = call(orders.resolve, "GET /orders/7?a=1&a=b,c", version=version)

    assert json.loads(response.body) == {"name": "7", "query": {"a": ["1", "b,c"]}}


def test_4_every_x509_key_is_read() -> None:
    assert LatticeEvent(load_event("v2")).identity.x509_subject_cn == "client"
    assert VPCLatticeEventV2(load_event("v2")).request_context.identity.x509_subject_cn is None
    assert LatticeEvent(load_event("v1")).identity.principal is not None
    event = load_event("v2")
    del event["requestContext"]["identity"]
    assert LatticeEvent(event).identity.is_anonymous
    with pytest.raises(KeyError):
        _ = VPCLatticeEventV2(event).request_context.identity


def test_5_a_missing_body_and_a_binary_one_are_fine() -> None:
    bare = make_event("GET /")
    assert LatticeEvent(bare).body_bytes == b""
    assert LatticeEvent(bare).decoded_body == ""
    with pytest.raises(KeyError):
        _ = VPCLatticeEventV2(bare).body
    assert LatticeEvent(make_event("POST /", body=b"\xff")).body_bytes == b"\xff"
    with pytest.raises(UnicodeDecodeError):
        _ = VPCLatticeEventV2(make_event("POST /", body=b"\xff")).decoded_body


def test_6_lists_are_never_joined_and_split_again() -> None:
    event = make_event("GET /?a=b,c&a=d", headers={"Content-Type": "a/b"})

    assert LatticeEvent(event).resolved_query_string_parameters == {"a": ["b,c", "d"]}
    assert LatticeEvent(event).headers["Content-Type"] == "a/b"
    assert LatticeEvent(event).query_string_parameters == {"a": "b,c"}
    theirs: Any = VPCLatticeEventV2(event).headers
    assert theirs["Content-Type"] == ["a/b"]


def test_7_a_date_is_not_cut_at_its_comma() -> None:
    event = make_event("GET /?a=1&a=2", version="V1", headers={"Date": "Tue, 15 Nov 1994 08:12:31 GMT"})

    assert LatticeEvent(event).resolved_headers_field["date"] == "Tue, 15 Nov 1994 08:12:31 GMT"
    assert LatticeEvent(event).multi_value_query_string_parameters == {"a": ["1", "2"]}
    assert VPCLatticeEvent(event).resolved_headers_field["date"] == ["Tue", " 15 Nov 1994 08:12:31 GMT"]


def test_8_powertools_wants_to_be_told_the_version() -> None:
    for resolver, version in ((VPCLatticeResolver(), "V2"), (VPCLatticeV2Resolver(), "V1")):
        with pytest.raises(KeyError):
            resolver.resolve(make_event("GET /", version=version), FakeLambdaContext())  # type: ignore[arg-type]  # the two literals


def test_9_what_nothing_handles_is_a_500_that_shows_nothing(
    orders: LatticeResolver, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        response = call(orders.resolve, "GET /fail")

    assert (response.status, response.body) == (500, b"Internal Server Error")
    assert "secret" in caplog.text
    assert call(orders.resolve, "GET /gone").status == 410


def test_9_it_may_escape_for_lambda_s_error_metric() -> None:
    app = LatticeResolver(on_error="raise")

    @app.get("/fail")
    def fail() -> dict[str, Any]:
        raise RuntimeError("secret")

    with pytest.raises(RuntimeError):
        call(app.resolve, "GET /fail")


def test_9_an_oversized_answer_is_a_500() -> None:
    app = LatticeResolver()
    app.get("/big")(lambda: Response(200, content_type="text/plain", body="x" * 7_000_000))

    assert call(app.resolve, "GET /big").status == 500


def test_10_time_request_id_path_parameters_and_head(orders: LatticeResolver) -> None:
    event = LatticeEvent(load_event("v2"))
    assert event.time_epoch == 1690497599177430
    assert event.request_id == load_event("v2")["requestId"]
    assert isinstance(VPCLatticeEventV2(load_event("v2")).request_context.time_epoch, str)
    assert json.loads(call(orders.resolve, "GET /orders/a%20b%2Fc").body)["name"] == "a b/c"
    assert call(orders.resolve, "HEAD /orders/x").status == 200
    assert call(orders.resolve, "HEAD /nothing").status == 404


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_10_the_logger_finds_the_request_id(version: Any) -> None:
    stream = io.StringIO()
    logger = Logger(service=f"orders-{version}", level="INFO", stream=stream)
    app = LatticeResolver()

    @app.get("/")
    def index() -> dict[str, Any]:
        logger.info("served")
        return {}

    @logger.inject_lambda_context(correlation_id_path=CORRELATION_ID)
    def handler(event: Any, context: Any) -> Any:
        return app.resolve(event, context)

    event = make_event("GET /", version=version)
    handler(event, FakeLambdaContext())

    expected = event.get("requestId") or event["request_id"]
    assert json.loads(stream.getvalue())["correlation_id"] == expected


def test_11_a_v1_event_needs_no_optional_field() -> None:
    assert isinstance(parse_event({"raw_path": "/", "method": "GET", "headers": {}}), LatticeV1Event)


def test_routers_middleware_handlers_tracer_and_metrics_keep_working(
    capsys: pytest.CaptureFixture[str],
) -> None:
    tracer = Tracer(service="orders", disabled=True)
    metrics = Metrics(namespace="tests", service="orders")
    router: Any = Router()  # type: ignore[no-untyped-call]  # untyped in Powertools
    app = LatticeResolver()

    def stamp(app: Any, next_middleware: Any) -> Any:
        response = next_middleware(app)
        response.headers["x-stamp"] = "1"
        return response

    @router.get("/traced", middlewares=[stamp])
    @tracer.capture_method
    def traced() -> dict[str, Any]:
        metrics.add_metric("served", "Count", 1)
        return {"path": router.current_event.path}

    @app.not_found
    def missing(_: NotFoundError) -> Response[str]:
        return Response(404, content_type="text/plain", body="nobody here")

    app.include_router(router, prefix="/v1")

    @metrics.log_metrics
    def handler(event: Any, context: Any) -> Any:
        return app.resolve(event, context)

    response = call(handler, "GET /v1/traced?x=1")

    assert (json.loads(response.body), response.headers["x-stamp"]) == ({"path": "/v1/traced"}, "1")
    assert call(app.resolve, "GET /none").body == b"nobody here"
    assert '"served"' in capsys.readouterr().out


def test_compression_and_repeated_headers_of_a_response() -> None:
    app = LatticeResolver()

    @app.get("/", compress=True)
    def index() -> Response[str]:
        headers: Any = {"vary": ["a", "b"], "none": None}
        return Response(200, content_type="text/plain", body="x" * 99, headers=headers)

    response = call(app.resolve, headers=[("accept-encoding", "br"), ("accept-encoding", "gzip")])

    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "a, b"
    assert "none" not in response.headers


@pytest.mark.parametrize("version", ["V1", "V2"])
def test_coroutines_are_routes_too(version: Any) -> None:
    app = LatticeResolver()

    @app.get("/items/<name>")
    async def read(name: str) -> dict[str, str]:
        await asyncio.sleep(0)
        return {"name": name}

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("secret")

    def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
        return asyncio.run(app.resolve_async(event, context))

    read_answer, head = (
        call(handler, f"{method} /items/a%20b", version=version) for method in ("GET", "HEAD")
    )
    failed = call(handler, "GET /fail", version=version)

    assert (read_answer.status, json.loads(read_answer.body)) == (200, {"name": "a b"})
    assert (head.status, head.body) == (200, b"")
    assert failed.status == 500
    assert b"secret" not in failed.body
    assert call(handler, "GET /none", version=version).status == 404


def test_what_a_coroutine_raises_may_escape() -> None:
    app = LatticeResolver(on_error="raise")

    @app.get("/fail")
    async def fail() -> None:
        raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        asyncio.run(app.resolve_async(make_event("GET /fail"), None))
