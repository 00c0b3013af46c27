"""An OTLP collector and an HTTP target on loopback, which keep what comes."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.integration.running import PATIENCE_SECONDS


class Collector(ThreadingHTTPServer):
    """Takes spans by OTLP over HTTP; one that is held answers when it is released."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Collecting)
        self.is_released = threading.Event()
        self.is_released.set()
        self.asked = threading.Event()
        self.resource: dict[str, Any] = {}
        self._spans: queue.Queue[Span] = queue.Queue()

    @property
    def variables(self) -> dict[str, str]:
        """What the SDK is told."""
        return {
            "OTEL_EXPORTER_OTLP_ENDPOINT": f"http://127.0.0.1:{self.server_port}",
            "OTEL_BSP_SCHEDULE_DELAY": "20",
        }

    def take(self, request: ExportTraceServiceRequest) -> None:
        for resource in request.resource_spans:
            self.resource = {each.key: each.value.string_value for each in resource.resource.attributes}
            for scope in resource.scope_spans:
                for span in scope.spans:
                    self._spans.put(span)

    def next(self, count: int) -> list[Span]:
        """The next spans, in the order in which they ended."""
        return [self._spans.get(timeout=PATIENCE_SECONDS) for _ in range(count)]


class _Collecting(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.server.asked.set()
        self.server.is_released.wait(PATIENCE_SECONDS)
        self.server.take(ExportTraceServiceRequest.FromString(body))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Pod(ThreadingHTTPServer):
    """An HTTP target; `headers` are those of each request, as pairs."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.headers: list[list[tuple[str, str]]] = []


class _Answering(BaseHTTPRequestHandler):
    server: Pod

    def do_GET(self) -> None:
        self.server.headers.append(self.headers.items())
        self.send_response(200)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(server: Any) -> Iterator[Any]:
    """A server in a thread."""
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def attributes_of(span: Span) -> dict[str, Any]:
    """Name and value."""
    return {each.key: getattr(each.value, each.value.WhichOneof("value") or "") for each in span.attributes}
