"""Our clients beside the instrumentations of OpenTelemetry: whoever comes first, the context arrives and the signature holds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
import requests
from opentelemetry import trace
from opentelemetry.instrumentation.httpx import HTTPXClientInstrumentor
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.trace import TracerProvider

from lattice_events.client.httpx import LatticeAuth
from lattice_events.client.requests import LatticeAuth as RequestsAuth
from lattice_events.testing import LatticeService

XRAY = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1"
PROVIDER = TracerProvider(shutdown_on_exit=False)


@pytest.fixture
def service() -> Iterator[LatticeService]:
    with LatticeService(allow_anonymous=True) as service:
        yield service


@contextmanager
def instrumented(instrumentor: Any) -> Iterator[None]:
    """As long as this lasts, for every client of the library."""
    instrumentor.instrument(tracer_provider=PROVIDER)
    try:
        yield
    finally:
        instrumentor.uninstrument()


def our_session(service: LatticeService, *, is_signed: bool) -> requests.Session:
    return service.session(anonymous=not is_signed)


def our_signature(service: LatticeService, *, is_signed: bool) -> requests.Session:
    session = requests.Session()
    if is_signed:
        session.auth = RequestsAuth(**service.options)
    return session


def client(service: LatticeService, *, is_signed: bool) -> httpx.Client:
    return httpx.Client(auth=LatticeAuth(**service.options) if is_signed else None)


class InLoop:
    """An asynchronous client of httpx, used like the others."""

    def __init__(self, service: LatticeService, *, is_signed: bool) -> None:
        self._loop = asyncio.Runner()
        self._client = httpx.AsyncClient(auth=LatticeAuth(**service.options) if is_signed else None)

    def post(self, url: str, **options: Any) -> httpx.Response:
        return self._loop.run(self._client.post(url, **options))

    def close(self) -> None:
        self._loop.run(self._client.aclose())
        self._loop.close()


Make = Callable[..., Any]
CLIENTS: list[tuple[Make, Callable[[], Any]]] = [
    (our_session, RequestsInstrumentor),
    (our_signature, RequestsInstrumentor),
    (client, HTTPXClientInstrumentor),
    (InLoop, HTTPXClientInstrumentor),
]


@pytest.mark.parametrize(("make", "instrumentor"), CLIENTS)
@pytest.mark.parametrize("is_signed", [True, False], ids=["signed", "unsigned"])
@pytest.mark.parametrize("is_first", [True, False], ids=["instrumented first", "client first"])
def test_the_context_arrives_and_the_signature_holds(
    make: Make,
    instrumentor: Callable[[], Any],
    is_signed: bool,
    is_first: bool,
    service: LatticeService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", XRAY)
    made = None if is_first else make(service, is_signed=is_signed)
    with instrumented(instrumentor()), PROVIDER.get_tracer("test").start_as_current_span("handler") as span:
        used = made or make(service, is_signed=is_signed)
        answer = used.post(f"{service.url}/orders?a=1", json={"id": 7})
        used.close()

    [request] = service.requests
    assert answer.status_code == 200
    assert [each.accepted for each in service.verifications] == [is_signed]
    [context] = request.headers.get_all("traceparent")
    assert context.split("-")[1] == trace.format_trace_id(span.get_span_context().trace_id)
    assert "trace" not in signed_headers(request.headers.get("authorization") or "")


def signed_headers(authorization: str) -> str:
    return authorization.partition("SignedHeaders=")[2].partition(",")[0]


@pytest.mark.parametrize("make", [our_session, client])
def test_an_instrumentation_behind_the_signer_may_replace_the_context(
    make: Make, service: LatticeService
) -> None:
    given = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01", "tracestate": "a=1", "baggage": "b=2"}
    instrumentor = RequestsInstrumentor if make is our_session else HTTPXClientInstrumentor
    handling = PROVIDER.get_tracer("test").start_as_current_span("handler")
    with instrumented(instrumentor()), handling, make(service, is_signed=True) as used:
        assert used.get(service.url, headers=given).status_code == 200

    [request] = service.requests
    assert request.headers.get_all("traceparent") != [given["traceparent"]]
    assert service.verifications[0].accepted


def test_the_trace_of_x_ray_stays_what_lambda_said(
    service: LatticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", XRAY)
    with instrumented(RequestsInstrumentor()), service.session() as session:
        session.get(service.url)

    assert service.requests[0].headers["x-amzn-trace-id"] == XRAY
    assert os.environ["_X_AMZN_TRACE_ID"] == XRAY
