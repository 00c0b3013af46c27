"""The invocation being served, for whoever is called from inside a handler.

`handler` sets it, the client reads its deadline, request id and trace; nothing else lives here.
"""

from __future__ import annotations

from contextvars import ContextVar

from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Callable


class Invocation(Value):
    """What a client called from a handler needs to know of the invocation.

    Attributes:
        request_id: The ``x-amzn-requestid`` of the request being served, if it has one.
        trace_header: ``X-Amzn-Trace-Id`` of the invocation, if Lambda gave one.
        remaining_ms: Asks Lambda how many milliseconds are left; ``None`` outside Lambda.
    """

    __slots__ = ("remaining_ms", "request_id", "trace_header")

    request_id: str | None
    trace_header: str | None
    remaining_ms: Callable[[], int] | None

    def __init__(
        self,
        *,
        request_id: str | None,
        trace_header: str | None,
        remaining_ms: Callable[[], int] | None,
    ) -> None:
        """Keep the three facts."""
        assign(self, "request_id", request_id)
        assign(self, "trace_header", trace_header)
        assign(self, "remaining_ms", remaining_ms)


current_invocation: ContextVar[Invocation | None] = ContextVar("lattice_events_invocation", default=None)
