"""Spans of a network's requests at a real collector, and the trace context on its way through the network."""

from __future__ import annotations

import json
import signal
import socket
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from lattice_events.local.telemetry.telemetry import telemetry
from tests.integration.cloud.running import lattice_cloud
from tests.integration.collecting import Collector, Pod, attributes_of, serving
from tests.integration.running import PATIENCE_SECONDS, Running, lattice_dev

FOLDER = Path(__file__).parent / "traced"
TRACE = "0af7651916cd43dd8448eb211c80319c"
CALLER = "b7ad6b7169203331"
PARENT = f"00-{TRACE}-{CALLER}-01"
STATES = ("rojo=00f067aa0ba902b7", "congo=t61rcWkgMzE,vendor@tenant=1")
CONTEXT = (
    "-H",
    f"traceparent: {PARENT}",
    *(each for state in STATES for each in ("-H", f"tracestate: {state}")),
)
SECRETS = {
    "OTEL_EXPORTER_OTLP_HEADERS": "authorization=secret-of-the-collector",
    "OTEL_SERVICE_NAME": "laptop",
}


@contextmanager
def traced(pod: Pod, *, command: Any = lattice_dev, **variables: str) -> Iterator[Running]:
    target = f"--target=stock=http://127.0.0.1:{pod.server_port}"
    code = f"--code=ShopFunction={FOLDER / 'code'}"
    with command(FOLDER / "template.yaml", code, target, **variables) as running:
        yield running


@pytest.fixture(scope="module")
def pod() -> Iterator[Pod]:
    with serving(Pod()) as server:
        yield server


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    with serving(Collector()) as server:
        yield server


@pytest.fixture(scope="module")
def running(pod: Pod, collector: Collector) -> Iterator[Running]:
    with traced(pod, **collector.variables, **SECRETS) as running:
        yield running


def get(running: Running, service: str, path: str, *arguments: str) -> tuple[int, str]:
    return running.get(running.service(service)["url"] + path, *arguments)


def by_name(spans: list[Span]) -> dict[str, Span]:
    return {each.name: each for each in spans}


def test_one_trace_from_the_caller_through_a_function_to_an_http_target(
    running: Running, collector: Collector
) -> None:
    assert get(running, "shop", "/orders/stock?secret=1", *CONTEXT)[0] == 200
    spans = collector.next(6)

    assert {each.trace_id.hex() for each in spans} == {TRACE}
    inner, outer = (each for each in spans if each.kind == Span.SPAN_KIND_SERVER)
    assert (inner.parent_span_id.hex(), outer.parent_span_id.hex()) == (CALLER, CALLER)
    assert [(each.name, each.parent_span_id == outer.span_id) for each in spans] == [
        ("routing", False),
        ("GET", False),
        ("GET", False),
        ("routing", True),
        ("invocation", True),
        ("GET /orders*", False),
    ]
    assert attributes_of(outer).items() >= {
        ("http.request.method", "GET"),
        ("http.route", "/orders*"),
        ("http.response.status_code", 200),
        ("url.path", "/orders/stock"),
        ("lattice.service", "shop"),
        ("lattice.rule", "orders"),
        ("lattice.target", "shop"),
    }
    assert "secret" not in str(spans)
    assert collector.resource["service.name"] == "laptop"
    invocation = spans[4]
    assert attributes_of(invocation)["faas.invoked_name"] == "shop"
    assert attributes_of(invocation)["lattice.init_ms"] > 0
    assert outer.start_time_unix_nano <= invocation.start_time_unix_nano < inner.start_time_unix_nano
    assert inner.end_time_unix_nano < invocation.end_time_unix_nano <= outer.end_time_unix_nano


def test_a_denial_is_in_the_span_of_what_denied(running: Running, collector: Collector) -> None:
    assert get(running, "ledger", "/", *CONTEXT)[0] == 403
    spans = by_name(collector.next(3))

    assert spans["GET"].status.code == Status.STATUS_CODE_UNSET
    assert attributes_of(spans["authentication"])["lattice.authentication"] == "anonymous"
    denied = spans["authorization"]
    assert denied.status.code == Status.STATUS_CODE_ERROR
    assert denied.status.message.startswith("denied by the auth policy of the service ledger")


def test_a_failure_has_its_reason_without_the_request_s_secrets(
    running: Running, collector: Collector
) -> None:
    assert get(running, "shop", "/orders/broken", "-H", "authorization: Bearer made-up-secret")[0] == 502
    spans = by_name(collector.next(3))

    for name in ("invocation", "GET /orders*"):
        assert spans[name].status.code == Status.STATUS_CODE_ERROR
        assert spans[name].status.message == "ValueError: no order, says …"
    assert spans["invocation"].parent_span_id == spans["GET /orders*"].span_id
    assert not spans["GET /orders*"].parent_span_id  # a trace of its own


def test_a_caller_that_does_not_record_is_not_recorded(running: Running, collector: Collector) -> None:
    get(running, "stock", "/", "-H", f"traceparent: {PARENT[:-1]}0")
    get(running, "stock", "/recorded", *CONTEXT)

    assert attributes_of(collector.next(3)[-1])["url.path"] == "/recorded"


def way_to(service: str, way: str, running: Running) -> tuple[str, ...]:
    """URL and options of curl."""
    url, gateway = running.service(service)["url"], running.ready["gateway_url"]
    if way == "direct":
        return gateway, "-H", f"host: {url.split('//')[1]}:443"
    if way == "proxy":
        return url, "--proxy", gateway
    return url, "--connect-to", f"::127.0.0.1:{running.ready['tls_url'].rpartition(':')[2]}"


@pytest.mark.parametrize("way", ["proxy", "direct", "tls"])
@pytest.mark.parametrize("target", ["/orders", "/old", "pod"])
def test_the_trace_context_comes_as_it_was_sent(way: str, target: str, running: Running, pod: Pod) -> None:
    url, *how = way_to("stock" if target == "pod" else "shop", way, running)
    path = "/kept" if target == "pod" else target

    done = running.curl(*how, "--cacert", running.ready["ca_file"], *CONTEXT, url + path)

    body, _, status = done.stdout.rpartition("\n")
    assert status == "200", done.stderr
    assert _context_in(target, body, pod) == [("traceparent", PARENT), ("tracestate", ",".join(STATES))]


def _context_in(target: str, body: str, pod: Pod) -> list[tuple[str, str]]:
    """Names and values, those of one name joined, which the standard allows on the way."""
    headers: dict[str, Any] = {}
    if target == "pod":
        for name, value in pod.headers[-1]:
            headers.setdefault(name.lower(), []).append(value)
    else:
        found = json.loads(body)["headers"]
        headers = {name: [value] if isinstance(value, str) else value for name, value in found.items()}
    return [(name, ",".join(headers[name])) for name in ("traceparent", "tracestate")]


def test_a_request_is_found_by_its_trace(running: Running) -> None:
    trace_id = "f" * 32
    get(running, "stock", "/found", "-H", f"traceparent: 00-{trace_id}-{CALLER}-00")

    with urllib.request.urlopen(f"{running.ready['control_url']}/api/v1/requests?q={trace_id}") as answer:
        [line] = json.load(answer)["requests"]

    assert (line["path"], line["trace_id"]) == ("/found", trace_id)


def test_functions_get_nothing_of_the_shell_s_collector(running: Running) -> None:
    environment = json.loads(get(running, "shop", "/orders")[1])["environment"]

    assert not [name for name in environment if name.startswith("OTEL_")]
    assert "secret-of-the-collector" not in str(environment)


def test_a_value_that_the_sdk_does_not_take_is_one_note(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_BSP_MAX_EXPORT_BATCH_SIZE", "0")  # where the SDK reads
    records: list[Any] = []

    with telemetry({"OTEL_TRACES_EXPORTER": "otlp"}, records.append) as observe:
        assert observe is None

    assert len(records) == 1
    assert records[0].text.startswith("The SDK does not start: ValueError: max_export_batch_size")


def test_an_unreachable_collector_is_said_once_by_lattice_cloud_too(pod: Pod) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and does not listen
        endpoint = f"http://user:word@127.0.0.1:{closed.getsockname()[1]}"
        variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": endpoint, "OTEL_BSP_SCHEDULE_DELAY": "20"}
        with traced(pod, command=lattice_cloud, **variables) as running:
            assert get(running, "stock", "/")[0] == 200
            notice = running.next_event("log", source="opentelemetry")
            assert [get(running, "stock", "/")[0] for _ in range(3)] == [200] * 3
        said = [line for line in running.lines if '"opentelemetry"' in line]

    assert endpoint.replace("user:word@", "") in notice["text"]
    assert "user:word" not in str(running.lines)
    assert len(said) == 1


def test_a_collector_that_does_not_answer_does_not_keep_ctrl_c_waiting(pod: Pod) -> None:
    with serving(Collector()) as collector:
        collector.is_released.clear()
        with traced(pod, **collector.variables, OTEL_EXPORTER_OTLP_TIMEOUT="3600") as running:
            assert get(running, "stock", "/")[0] == 200
            assert collector.asked.wait(PATIENCE_SECONDS)
            assert get(running, "stock", "/")[0] == 200
            running.process.send_signal(signal.SIGINT)

            assert running.process.wait(PATIENCE_SECONDS) == 0
        collector.is_released.set()
