"""The sample functions, called as the service calls them: what a user of them would write."""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any, Literal

import pytest

from handlers import catalog, hello, hello_next, orders
from lattice_events.testing import Answer, FakeLambdaContext, LatticeService, call

VERSIONS: tuple[Literal["V1", "V2"], ...] = ("V1", "V2")


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> Literal["V1", "V2"]:
    value: Literal["V1", "V2"] = request.param
    return value


def test_hello_says_hello(version: Literal["V1", "V2"], capsys: pytest.CaptureFixture[str]) -> None:
    answer = call(hello.hello, "GET /", version=version)

    assert (answer.status, answer.body) == (200, b"Hello Foo Lambda!!")
    assert capsys.readouterr().out.startswith(f"{version} event: GET / from ")


def test_the_next_hello_says_who_is_greeted(version: Literal["V1", "V2"]) -> None:
    answer = call(hello_next.hello, "GET /", version=version, headers={"x-name": "Ann"})

    assert (answer.status, answer.body) == (200, b"Hello Foo Lambda, next version, Ann!!")


@pytest.mark.parametrize(
    ("request_line", "body", "status", "expected"),
    [
        ("GET /orders/7", None, 200, {"id": 7, "item": "tea", "quantity": 1}),
        ("GET /orders/9000", None, 404, {"error": "no order 9000"}),
        (
            "GET /orders/seven",
            None,
            422,
            {"statusCode": 422, "detail": [{"loc": ["path", "order_id"], "type": "int_parsing"}]},
        ),
        (
            "POST /orders",
            {"item": ""},
            422,
            {"statusCode": 422, "detail": [{"loc": ["body", "item"], "type": "string_too_short"}]},
        ),
        ("DELETE /orders/7", None, 404, {"statusCode": 404, "message": "Not found"}),
    ],
)
def test_orders_answers(
    version: Literal["V1", "V2"], request_line: str, body: Any, status: int, expected: Any
) -> None:
    answer = call(orders.handler, request_line, version=version, json=body)

    assert (answer.status, json.loads(answer.body)) == (status, expected)


def test_a_new_order_can_be_read_and_is_logged_with_the_requests_id(
    version: Literal["V1", "V2"], caplog: pytest.LogCaptureFixture
) -> None:
    request = {"json": {"item": "milk", "quantity": 2}, "headers": {"x-amzn-requestid": "9f3c"}}
    created = call(orders.handler, "POST /orders", version=version, **request)
    order = json.loads(created.body)
    correlation_id = orders.logger.get_correlation_id()
    read = call(orders.handler, f"GET /orders/{order['id']}", version=version)

    assert created.status == 201
    assert {**order, "id": 0} == {"id": 0, "item": "milk", "quantity": 2}
    assert (read.status, json.loads(read.body)) == (200, order)
    assert [record.message for record in caplog.records] == ["order created"]
    assert correlation_id == "9f3c"


@pytest.mark.parametrize(
    ("request_line", "status", "expected"),
    [
        ("GET /catalog", 200, {"tea": 3, "coffee": 4}),
        ("GET /catalog?max_price=3", 200, {"tea": 3}),
        ("GET /catalog/coffee", 200, {"coffee": 4}),
        ("GET /catalog/sand", 404, {"detail": "no sand"}),
    ],
)
def test_catalog_answers(version: Literal["V1", "V2"], request_line: str, status: int, expected: Any) -> None:
    answer = call(catalog.handler, request_line, version=version)

    assert (answer.status, json.loads(answer.body)) == (status, expected)


@pytest.fixture
def eks_client(lattice_service: LatticeService, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The client function, loaded as Lambda would, with the loopback service for the cluster's app."""
    for name, value in lattice_service.environment("eks-app-default").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delitem(sys.modules, "handlers.eks_client", raising=False)
    module = importlib.import_module("handlers.eks_client")
    yield module
    module.session.close()


def test_eks_client_tells_what_the_app_said(eks_client: Any, lattice_service: LatticeService) -> None:
    lattice_service.play(
        Answer(503), Answer(body=b"Hello Bar EKS Pod!!", headers=(("x-amzn-requestid", "r-9"),))
    )

    answer = eks_client.client({}, FakeLambdaContext())

    assert (answer["statusCode"], answer["body"]) == (200, "from EKS: Hello Bar EKS Pod!!")
    assert answer["headers"] == {"x-amzn-requestid": "r-9"}
    assert [request.target for request in lattice_service.requests] == ["/app", "/app"]
    assert lattice_service.requests[0].headers.get("x-amzn-requestid") == FakeLambdaContext.aws_request_id


@pytest.mark.parametrize(
    ("answer", "secret", "status"),
    [
        pytest.param(Answer.denied("service"), "made-up", 502, id="denied"),
        pytest.param(Answer(), "", 502, id="no credentials"),
        pytest.param(Answer(wait_seconds=30), "made-up", 504, id="silent"),
    ],
)
def test_eks_client_answers_for_an_app_that_does_not(
    answer: Answer,
    secret: str,
    status: int,
    eks_client: Any,
    lattice_service: LatticeService,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", secret)
    lattice_service.play(answer)

    told = eks_client.client({}, FakeLambdaContext(remaining_ms=600))

    assert told["statusCode"] == status
    assert told["body"] == f"eks-app-default gave no answer, request id {FakeLambdaContext.aws_request_id}"
    assert "eks-app-default gave no answer" in caplog.text
