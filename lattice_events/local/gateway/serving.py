"""One request on its way through the gateway: what is known of it, and at the end what is told."""

from __future__ import annotations

from dataclasses import dataclass

from lattice_events.local.gateway.arrival import Arrival
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.local.http.incoming import Incoming
from lattice_events.local.output.records import InvokeResult
from lattice_events.local.stopwatch import Stopwatch
from lattice_events.network.dataplane import fail
from lattice_events.network.decision import Decision, Failure, Forward, TargetFailure
from lattice_events.network.faults import Fault
from lattice_events.response import Response

PLAIN_TEXT = ("content-type", "text/plain; charset=utf-8")
CLIENT_GONE = "the client closed the connection before it got the answer"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Why the client got what it got.

    Attributes:
        reason: Why it is not the target's own answer.
        failure: How the target failed, or that the client hung up.
        invocation: Of the function that answered.
        received: What an HTTP target gave back; ``None`` for what was streamed. A function's is in `invocation`.
    """

    reason: str | None = None
    failure: Failure | None = None
    invocation: InvokeResult | None = None
    received: bytes | None = None


class Serving:
    """A request, from its arrival until it is told.

    Attributes:
        incoming: As it came, and the way to answer it.
        snapshot: What decides.
        arrival: Where it wants to go.
        caller: Name that its proxy token stands for.
        watch: Runs since it came.
        time_us: When that was, microseconds since 1970.
        decision: Of the data plane, if it was asked.
        body: The client's, where all of it was here when it was needed; ``None`` for one that is streamed, or too large.
        response: What the client gets, without the body of one that is passed on; ``None`` until then.
        faults: That it met on purpose.
        is_held: Whether who replies leaves it to somebody else to write the response.
    """

    __slots__ = (
        "arrival", "body", "caller", "decision", "faults", "incoming", "is_held", "response", "snapshot", "time_us", "watch",
    )  # fmt: skip

    def __init__(
        self,
        incoming: Incoming,
        snapshot: Snapshot,
        *,
        arrival: Arrival,
        caller: str | None,
        watch: Stopwatch,
        time_us: int,
    ) -> None:
        """Know what is known before anything is decided."""
        self.incoming = incoming
        self.snapshot = snapshot
        self.arrival = arrival
        self.caller = caller
        self.watch = watch
        self.time_us = time_us
        self.decision: Decision | None = None
        self.body: bytes | None = None
        self.response: Response | None = None
        self.faults: tuple[Fault, ...] = ()
        self.is_held = False


def reply(serving: Serving, response: Response) -> None:
    """Write a response that is complete."""
    serving.response = response
    if not serving.is_held:
        serving.incoming.respond(response.status, response.headers.items(), response.body)


def answer_failure(
    serving: Serving,
    decision: Forward,
    failure: TargetFailure,
    reason: str,
    invocation: InvokeResult | None = None,
) -> Answer:
    """Answer for a target that did not."""
    failed = fail(decision, failure, reason, serving.snapshot.assumptions)
    reply(serving, failed.response)
    return Answer(reason=failed.reason or None, failure=failure, invocation=invocation)
