"""Spans of requests: when, what of, and how they failed."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Headers, Request
from lattice_events.local.telemetry.spans import Span, spans_of
from lattice_events.network.faults import Fault
from lattice_events.network.model import Principal
from lattice_events.response import Response
from tests.networks import http_group, listener, network, rule, service
from tests.recorded import host_headers, observed
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import CALLER, OPEN, net_of

CAME = 1_700_000_000_000_000_000
OK = Response(200, body="ok")
PODS = network(groups=(http_group("http://127.0.0.1:8080", name="functions"),))


def spans(request: Request | None = None, **options: Any) -> dict[str, Span]:
    """By name; the whole request's is ``whole``."""
    whole, parts = spans_of(observed(request, **options))
    return {"whole": whole, **{part.name: part for part in parts}}


def milliseconds(span: Span) -> tuple[float, float]:
    """From when until when, after the request came."""
    return (span.start_ns - CAME) / 1e6, (span.end_ns - CAME) / 1e6


def request(method: str = "GET", path: str = "/", *headers: tuple[str, str], query: str = "") -> Request:
    return Request(method=method, path=path, query_string=query, headers=host_headers(*headers))


def test_a_request_to_a_function() -> None:
    times = {"duration_ms": 9.0, "to_target_ms": 1.0, "from_target_ms": 2.0, "run_ms": 4.0, "init_ms": 70.0}

    found = spans(request(query="token=secret"), response=OK, invocation_id="i-1", cold=True, **times)

    assert list(found) == ["whole", "routing", "invocation"]
    assert found["whole"] == Span(
        "GET",
        "SERVER",
        CAME,
        CAME + 9_000_000,
        {
            "http.request.method": "GET",
            "url.scheme": "https",
            "url.path": "/",
            "http.response.status_code": 200,
            "server.address": service().domain_name,
            "server.port": 443,
            "client.address": "127.0.0.1",
            "aws.request_id": "fresh",
            "lattice.service": "foo",
            "lattice.service_network": "sample",
            "lattice.rule": "default",
            "lattice.target_group": "functions",
            "lattice.target": "hello",
        },
    )
    assert milliseconds(found["routing"]) == (0, 0)
    assert milliseconds(found["invocation"]) == (1, 7)
    assert found["invocation"].attributes == {
        "faas.invoked_name": "hello",
        "faas.invoked_provider": "aws",
        "faas.invoked_region": "us-west-2",
        "faas.invocation_id": "i-1",
        "faas.coldstart": True,
        "lattice.run_ms": 4.0,
        "lattice.init_ms": 70.0,
    }


def test_the_path_of_a_rule_is_the_route() -> None:
    orders = rule(7, {"prefix": "/orders"})
    net = network(service(listeners=(listener(None, orders),)))

    found = spans(request(path="/orders/9"), net=net)

    assert (found["whole"].name, found["whole"].attributes["http.route"]) == ("GET /orders*", "/orders*")
    assert found["routing"].attributes["lattice.rule.priority"] == 7


def test_a_request_to_an_http_target() -> None:
    found = spans(request("POST"), net=PODS, response=OK, duration_ms=5.0, from_target_ms=1.0)

    call = found["POST"]
    assert (call.kind, milliseconds(call), call.error) == ("CLIENT", (0, 5), None)
    assert call.attributes == {
        "http.request.method": "POST",
        "url.full": "http://127.0.0.1:8080/",
        "server.address": "127.0.0.1",
        "server.port": 8080,
        "http.response.status_code": 200,
    }


BROKEN: dict[str, tuple[dict[str, Any], tuple[str | None, str | None], tuple[Any, Any]]] = {
    "a target's own 404": (
        {"status": 404, "from_target_ms": 1.0},
        (None, ""),
        (None, "404"),
    ),
    "no connection": (
        {"status": 503, "failure": "connect", "reason": "refused"},
        ("refused", "refused"),
        ("connect", "connect"),
    ),
    "a target that breaks off": (
        {"status": 200, "failure": "closed", "reason": "cut", "from_target_ms": 1.0},
        ("cut", "cut"),
        ("closed", "closed"),
    ),
    "a client that hangs up": (
        {"status": 400, "failure": "client_closed", "reason": "gone"},
        (None, None),
        ("client_closed", "client_closed"),
    ),
}


@pytest.mark.parametrize("case", BROKEN)
def test_who_failed_has_the_error(case: str) -> None:
    changes, errors, types = BROKEN[case]

    found = spans(net=PODS, response=OK, **changes)

    assert (found["whole"].error, found["GET"].error) == errors
    assert tuple(found[name].attributes.get("error.type") for name in ("whole", "GET")) == types


def test_a_client_that_did_not_wait_has_no_status() -> None:
    found = spans(status=400, failure="client_closed")

    assert "http.response.status_code" not in found["whole"].attributes
    assert found["invocation"].error is None


def test_a_function_that_fails() -> None:
    found = spans(status=502, failure="function", reason="KeyError: 'x'", response=OK)

    assert (found["whole"].error, found["invocation"].error) == ("KeyError: 'x'", "KeyError: 'x'")


def test_a_throttled_function_has_the_error() -> None:
    assert (
        spans(status=500, failure="throttled", reason="too many", response=OK)["invocation"].error
        == "too many"
    )


def test_a_fault_that_keeps_a_request_from_its_target_leaves_no_span_of_it() -> None:
    fault = Fault(id="cut", kind="reset")

    found = spans(status=400, faults=(fault,), reason=fault.line)

    assert list(found) == ["whole", "routing"]
    assert found["whole"].attributes["lattice.faults"] == "cut"
    assert found["whole"].error == fault.line


def test_a_latency_on_purpose_is_no_time_of_the_target() -> None:
    slow = Fault(id="slow", kind="latency", seconds=2)

    found = spans(net=PODS, response=OK, duration_ms=2005.0, faults=(slow,))

    assert milliseconds(found["GET"]) == (2000, 2005)


def test_no_text_is_longer_than_a_screen() -> None:
    found = spans(
        request(path="/" + "a" * 50_000), status=502, failure="function", reason="b" * 5_000_000, response=OK
    )

    assert len(str(found)) < 10_000


def test_a_body_that_is_too_large_invokes_nobody() -> None:
    found = spans(status=413, failure="request_too_large", response=OK)

    assert list(found) == ["whole", "routing"]
    assert found["whole"].error is None


def test_who_calls_and_who_let_them_in() -> None:
    principal = Principal(name="app", caller=CALLER)

    found = spans(signed({}), net=net_of(OPEN), principal=principal, response=OK)

    assert found["authentication"].attributes["lattice.authentication"] == "accepted"
    assert found["authorization"].attributes["lattice.authorization"] == "allowed"
    assert (found["authentication"].error, found["authorization"].error) == (None, None)


def test_a_signature_that_is_refused() -> None:
    wrong = signed({}).replace(path="/other")

    found = spans(wrong, net=net_of(OPEN), principal=Principal(name="app", caller=CALLER))

    assert list(found) == ["whole", "authentication"]
    authentication = found["authentication"]
    assert authentication.attributes["error.type"] == "InvalidSignatureException"
    assert authentication.error is not None
    assert authentication.error.startswith("the signature is refused")
    assert authentication.error.endswith("lattice call --explain shows what was signed.")


def test_a_signature_that_is_refused_on_purpose_has_no_advice() -> None:
    fault = Fault(id="late", kind="clock-skew", seconds=-3600)

    found = spans(
        signed({}).replace(path="/other"),
        net=net_of(OPEN),
        principal=Principal(name="app", caller=CALLER),
        faults=(fault,),
    )

    error = found["authentication"].error
    assert error is not None
    assert error.startswith("the signature is refused")
    assert "lattice call" not in error


def test_an_unknown_host_has_no_service() -> None:
    found = spans(Request(headers=Headers({"host": "nobody.example"})))

    assert list(found) == ["whole"]
    assert found["whole"].attributes["server.address"] == "nobody.example"
    assert found["whole"].error is None


def test_a_method_of_one_s_own_makes_no_name() -> None:
    found = spans(request("BREW", "/a"), response=OK)

    assert found["whole"].name == found["whole"].attributes["http.request.method"] == "_OTHER"


def test_secrets_of_the_request_are_in_no_reason_and_no_path() -> None:
    secret = "session=made-up-secret"

    found = spans(
        request("GET", "/made-up-secret", ("cookie", secret)),
        net=PODS,
        status=502,
        failure="protocol",
        reason=f"bad answer: {secret}",
        response=OK,
    )

    assert "made-up-secret" not in str(found)
    assert found["whole"].attributes["url.path"] == "/…"
