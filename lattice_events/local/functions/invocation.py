"""One invocation of a function, from the caller's event to what became of it."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import dataclass
from random import getrandbits

from lattice_events.local.ids import new_id
from lattice_events.local.output.records import InvokeResult


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a child posted, or what became of it: `error_type` is ``None`` for a response.

    `reason` says in words what became of it, and is empty for what it posted.
    """

    payload: bytes
    error_type: str | None = None
    reason: str = ""


class Invocation:
    """An event on its way through a function.

    Attributes:
        id: Lambda's request id.
        payload: The event, JSON.
        trace_header: ``X-Amzn-Trace-Id``.
        client_context: JSON on one line.
        ended: The result. A caller that goes away cancels it, and the function runs to its end all the same.
        is_taken: Whether a child has the event.
        attempts: How many processes it was given to.
    """

    __slots__ = ("attempts", "client_context", "ended", "id", "is_taken", "payload", "trace_header")

    def __init__(
        self, payload: bytes, *, trace_header: str | None = None, client_context: str | None = None
    ) -> None:
        """Give it an id, and a trace if it came with none."""
        self.id = new_id()
        self.payload = payload
        self.trace_header = trace_header or _new_trace()
        self.client_context = client_context
        self.ended: asyncio.Future[InvokeResult] = asyncio.get_running_loop().create_future()
        self.is_taken = False
        self.attempts = 0


def failure(error_type: str, message: str, invocation_id: str) -> Outcome:
    """A failure as Lambda words it."""
    document = {"errorType": error_type, "errorMessage": f"RequestId: {invocation_id} Error: {message}"}
    return Outcome(payload=json.dumps(document).encode(), error_type=error_type, reason=message)


def failed(error_type: str, message: str, invocation_id: str) -> InvokeResult:
    """The end of an invocation that no process took."""
    outcome = failure(error_type, message, invocation_id)
    return InvokeResult(
        payload=outcome.payload, invocation_id=invocation_id, duration_ms=0.0, error_type=error_type
    )


def throttled(why: str, invocation_id: str) -> InvokeResult:
    """The end of an invocation that Lambda did not take, as its API words it."""
    document = {
        "Reason": "ReservedFunctionConcurrentInvocationLimitExceeded",
        "Type": "User",
        "message": "Rate Exceeded.",
    }
    return InvokeResult(
        payload=json.dumps(document).encode(),
        invocation_id=invocation_id,
        duration_ms=0.0,
        error_type="TooManyRequestsException",
        throttle=why,
    )


def _new_trace() -> str:
    """A trace header as Lambda makes it for an invocation that came with none."""
    return f"Root=1-{int(time.time()):08x}-{getrandbits(96):024x};Parent={getrandbits(64):016x};Sampled=0"
