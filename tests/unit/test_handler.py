"""Functions as Lambda handlers."""

from __future__ import annotations

import json
import logging
from typing import Any
from unittest.mock import MagicMock

import pytest

from lattice_events import HTTPError, Request, Response, decode_response, lattice_handler
from lattice_events.context import current_invocation
from lattice_events.errors import UnknownEventVersionError
from tests.files import load_event

EVENT = load_event("v2")


class FakeContext:
    """The parts of Lambda's context that are read."""

    aws_request_id = "lambda-id"

    def get_remaining_time_in_millis(self) -> int:
        return 1234


def serve(function: Any, event: Any = EVENT, **options: Any) -> Response:
    """Serve an event with a function and read the answer as the service does."""
    decorate: Any = lattice_handler(**options) if options else lattice_handler
    handler = decorate(function)
    return decode_response(handler(event, FakeContext()))


@pytest.mark.parametrize(
    ("returned", "expected"),
    [
        pytest.param(Response.text("x", 201), Response.text("x", 201), id="Response"),
        pytest.param("x", Response.text("x"), id="str"),
        pytest.param({"a": 1}, Response.json({"a": 1}), id="dict"),
        pytest.param(b"\xff", Response.bytes(b"\xff"), id="bytes"),
        pytest.param(bytearray(b"\xff"), Response.bytes(b"\xff"), id="bytearray"),
        pytest.param(None, Response.empty(), id="None"),
    ],
)
def test_what_a_function_returns_becomes_a_response(returned: Any, expected: Response) -> None:
    assert serve(lambda request: returned) == expected


def test_the_function_gets_the_context_if_it_takes_two() -> None:
    assert serve(lambda request, context: context.aws_request_id).body == b"lambda-id"
    assert serve(lambda *args: args[1].aws_request_id).body == b"lambda-id"


@pytest.mark.parametrize(
    "raised", [RuntimeError("broken"), HTTPError(404, "\ud800")], ids=["other", "HTTPError"]
)
@pytest.mark.parametrize(
    ("event", "shown"),
    [
        pytest.param({**EVENT, "requestId": "\ud800"}, "\\ud800", id="V2"),
        pytest.param({**load_event("v1"), "request_id": "\ud800é"}, "\\ud800é", id="V1"),
        pytest.param({"path": "/\ud800"}, "lambda-id", id="no event"),
    ],
)
def test_what_utf8_cannot_write_never_lets_an_exception_escape(
    raised: Exception, event: Any, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    def function(request: Request) -> None:
        raise raised

    assert serve(function, event).text.endswith(f"\nrequest id: {shown}")
    assert f"request {shown} was answered" in caplog.text


def test_a_mock_of_a_context_has_no_request_id() -> None:
    handler = lattice_handler(lambda request: request.absent)

    assert decode_response(handler({"no": "event"}, MagicMock())).text == "Internal Server Error"


def test_methods_and_callable_objects_serve_too() -> None:
    class Service:
        def one(self, request: Request) -> str:
            return request.path

        def two(self, request: Request, context: Any) -> str:
            return str(context.aws_request_id)

        def __call__(self, *args: Any) -> str:
            return str(len(args))

    assert serve(Service().one).body == b"/orders/7"
    assert serve(Service().two).body == b"lambda-id"
    assert serve(Service()).body == b"2"


def test_an_async_function_serves() -> None:
    async def hello(request: Request) -> str:
        return request.method

    assert serve(hello).body == b"POST"


def test_the_handler_keeps_the_function_s_name() -> None:
    def hello(request: Request) -> None:
        """Say hello."""

    handler = lattice_handler(hello)

    assert (handler.__name__, handler.__doc__) == ("hello", "Say hello.")


def test_an_http_error_becomes_its_own_status() -> None:
    def missing(request: Request) -> None:
        raise HTTPError(404, {"error": "no such order"})

    assert serve(missing) == Response.json({"error": "no such order"}, 404)


def test_a_body_that_is_no_json_is_the_caller_s_mistake() -> None:
    response = serve(lambda request: request.json(), {**EVENT, "body": "{"})

    assert response.status == 400
    assert response.body.startswith(b"The body is not JSON")


def fail(request: Request) -> None:
    raise KeyError("secret detail")


def test_any_other_exception_is_a_logged_500_without_details(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR, "lattice_events"):
        response = serve(fail)

    assert response.status == 500
    assert response.body == f"Internal Server Error\nrequest id: {EVENT['requestId']}".encode()
    assert "secret detail" in caplog.text
    assert "Traceback" in caplog.text


def test_an_exception_may_escape_for_lambda_s_error_metric() -> None:
    with pytest.raises(KeyError):
        serve(fail, on_error="raise")


def test_an_http_error_never_escapes() -> None:
    def refuse(request: Request) -> None:
        raise HTTPError(403)

    assert serve(refuse, on_error="raise").status == 403


@pytest.mark.parametrize(
    ("returned", "words"),
    [
        pytest.param(
            {"statusCode": 200, "body": "x"}, "return Response.text('x', 200)", id="a Lambda response"
        ),
        pytest.param({"statusCode": 200, "body": {}}, "return Response.json({}, 200)", id="with a JSON body"),
        pytest.param([1], "a value of type list ([1])", id="a list"),
        pytest.param("x" * 99, "", id="a long text is fine"),
        pytest.param({"a": object()}, "JSON cannot write", id="no JSON"),
        pytest.param({"a": [float("nan")]}, "body.a[0] is nan, which JSON has no number for", id="NaN"),
        pytest.param("\ud800", "The body has a lone surrogate at 0", id="lone surrogate"),
        pytest.param(range(10**6), "type range", id="a range"),
    ],
)
def test_nonsense_is_a_500_whose_log_says_what_to_return(
    returned: Any, words: str, caplog: pytest.LogCaptureFixture
) -> None:
    response = serve(lambda request: returned)

    assert response.status == (500 if words else 200)
    assert words.lower() in caplog.text.lower()


def test_an_http_error_with_an_unusable_body_is_a_500() -> None:
    def wrong(request: Request) -> None:
        raise HTTPError(404, object())

    assert serve(wrong).status == 500


def test_an_event_of_another_service_is_a_500_that_says_what_came(caplog: pytest.LogCaptureFixture) -> None:
    response = serve(fail, {"httpMethod": "GET", "requestContext": {"elb": {}}})

    assert response == Response.text("Internal Server Error\nrequest id: lambda-id", 500)
    assert "an Application Load Balancer event" in caplog.text
    with pytest.raises(UnknownEventVersionError):
        serve(fail, {}, on_error="raise")


def test_a_malformed_event_is_a_400(caplog: pytest.LogCaptureFixture) -> None:
    handler = lattice_handler(fail)

    answer = handler({**EVENT, "body": "%", "isBase64Encoded": True}, None)

    assert (answer["statusCode"], answer["body"]) == (400, "Bad Request")
    assert "body: is not base64" in caplog.text


@pytest.mark.parametrize("environment", [{}, {"LATTICE_EVENTS_STRICT": "1"}])
def test_a_dict_may_stand_for_the_environment(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.environ", environment)

    answer = serve(lambda request: Response(204, body=b"x"))

    assert answer.status == (500 if environment else 204)


def test_the_invocation_is_known_while_it_is_served(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1")

    async def look(request: Request) -> dict[str, Any]:
        invocation = current_invocation.get()
        assert invocation is not None
        assert invocation.remaining_ms is not None
        return {
            "id": invocation.request_id,
            "trace": invocation.trace_header,
            "ms": invocation.remaining_ms(),
        }

    assert json.loads(serve(look).body) == {"id": EVENT["requestId"], "trace": "Root=1", "ms": 1234}
    assert current_invocation.get() is None
