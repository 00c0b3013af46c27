"""The official SDK, set up as its own variables say; what it cannot do, it logs."""

from __future__ import annotations

import logging
import threading
from typing import Any

from opentelemetry import propagate, trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.propagators.textmap import Getter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from lattice_events import __version__
from lattice_events.headers import Headers
from lattice_events.local.output.records import Observed
from lattice_events.local.telemetry.spans import Span, spans_of

_SECONDS_TO_END = 1  # for spans that are still to be sent
_SERVICE_NAME = "vpc-lattice"
_LOGGER = logging.getLogger("opentelemetry.lattice_events")


class Spans:
    """Makes spans of requests that have ended, and sends them in batches from a thread of the SDK."""

    def __init__(self) -> None:
        """Read the SDK's variables, and start its thread.

        Raises:
            Exception: One of them has a value that the SDK does not take.
        """
        named = Resource.create({"service.name": _SERVICE_NAME}).merge(OTELResourceDetector().detect())
        self._provider = TracerProvider(resource=named, shutdown_on_exit=False)
        self._provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
        self._tracer = self._provider.get_tracer("lattice_events", __version__)
        self._getter = _FromHeaders()

    def observe(self, observed: Observed) -> None:
        """Make the spans of a request; whoever answered it hears of no failure."""
        exchange = observed.exchange
        if exchange.decision is None:  # it went to no service; a collector may be reached so, too
            return
        try:
            whole, parts = spans_of(observed)
            came_with = propagate.extract(exchange.request.headers, getter=self._getter)
            server = self._begin(whole, came_with)
            if server.is_recording():
                inside = trace.set_span_in_context(server)
                for part in parts:
                    self._begin(part, inside).end(part.end_ns)
            server.end(whole.end_ns)
        except Exception as error:  # noqa: BLE001 - the request is answered, and is so whatever is wrong here
            _LOGGER.warning("A request has no spans: %r.", error)

    def _begin(self, span: Span, context: Context) -> trace.Span:
        begun = self._tracer.start_span(
            span.name,
            context,
            kind=trace.SpanKind[span.kind],
            attributes=span.attributes,
            start_time=span.start_ns,
        )
        if span.error is not None:
            begun.set_status(trace.StatusCode.ERROR, span.error)
        return begun

    def close(self) -> None:
        """Send what is left, but not for long."""
        ending: Any = self._provider.shutdown
        thread = threading.Thread(target=ending, daemon=True)
        thread.start()
        thread.join(_SECONDS_TO_END)


class _FromHeaders(Getter[Headers]):
    """How the SDK's propagators read a request."""

    def get(self, carrier: Headers, key: str) -> list[str] | None:
        return carrier.get_all(key) or None

    def keys(self, carrier: Headers) -> list[str]:
        return list(carrier.keys())
