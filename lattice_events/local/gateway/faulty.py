"""Answer a request that met faults on purpose: late, refused, not at all, or slowly."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from functools import partial

from lattice_events.local.gateway.forward import forward
from lattice_events.local.gateway.invoking import Invoker, read_and_invoke
from lattice_events.local.gateway.serving import Answer, Serving, answer_failure, reply
from lattice_events.local.http.connections import Connections
from lattice_events.network.authentication import Keyring
from lattice_events.network.decision import Decision, Forward, TargetFailure
from lattice_events.network.faults import Fault, alter
from lattice_events.network.model import HttpTarget

_PIECES = 10  # of a slow body
_ON_PURPOSE = "It is refused on purpose: there is nothing to mend in the request."

PlanAgain = Callable[[Keyring, int], Decision]
"""Decides about the request by other credentials, and at another time in microseconds since 1970."""


async def answer_with_faults(
    serving: Serving, decision: Decision, *, plan_again: PlanAgain, invoker: Invoker, targets: Connections
) -> Answer:
    """Do what the faults of a request say, in their order, and what is left of the decision."""
    pace = 0.0
    serving.body = serving.incoming.body
    for fault in serving.faults:
        if fault.stage == "before":
            await asyncio.sleep(fault.seconds)
        elif fault.stage == "body":
            pace = fault.seconds
        elif (answer := _answer_instead(serving, decision, fault, plan_again)) is not None:
            return answer
    if not isinstance(decision, Forward):
        reply(serving, decision.response)
        return Answer(reason=decision.reason)
    return await _pass_on(serving, decision, pace, invoker, targets)


def _answer_instead(
    serving: Serving, decision: Decision, fault: Fault, plan_again: PlanAgain
) -> Answer | None:
    """What comes instead of the target's answer; nothing where a clock is not too far off."""
    if fault.kind == "reset":
        serving.incoming.reset()
        return Answer()
    if fault.keeps_from_target:
        assert isinstance(decision, Forward)  # else the fault does not fit
        failure: TargetFailure = "connect" if fault.kind == "unavailable" else "throttled"
        return answer_failure(serving, decision, failure, "")
    snapshot = serving.snapshot
    again = plan_again(*alter(fault, decision, keyring=snapshot.credentials, now_us=serving.time_us))
    authentication = again.trace.authentication
    if isinstance(again, Forward) or authentication is None or not authentication.is_rejected:
        return None
    serving.decision = again._replace(reason=f"{authentication.refusal}\n{_ON_PURPOSE}")
    reply(serving, again.response)
    return Answer(reason=serving.decision.reason)


async def _pass_on(
    serving: Serving, decision: Forward, pace: float, invoker: Invoker, targets: Connections
) -> Answer:
    """Ask the target, as without a fault, and send its answer in time, or so many seconds slower."""
    target = decision.target
    if isinstance(target, HttpTarget):
        slowly = partial(spread, seconds=pace) if pace else None
        return await forward(serving, decision, target, targets, slowly=slowly)
    serving.is_held = bool(pace)
    answer = await read_and_invoke(serving, decision, invoker, target.function_arn)
    if serving.is_held:
        await _send_slowly(serving, pace)
    return answer


async def _send_slowly(serving: Serving, seconds: float) -> None:
    """Send a response that was held back."""
    response, incoming = serving.response, serving.incoming
    assert response is not None
    if not response.body:
        incoming.respond(response.status, response.headers.items())
        return
    length = (("content-length", str(len(response.body))),)
    incoming.begin(response.status, response.headers.with_items(length).items())
    async for piece in spread(_one(response.body), seconds=seconds):
        await incoming.write(piece)
    incoming.end()


async def _one(body: bytes) -> AsyncIterator[bytes]:
    yield body


async def spread(chunks: AsyncIterator[bytes], *, seconds: float) -> AsyncIterator[bytes]:
    """Chunks as they come, but the last of them in pieces, over some seconds."""
    held = b""
    async for chunk in chunks:
        if held:
            yield held
        held = chunk
    size = -(-len(held) // _PIECES) or 1
    pieces = [held[start : start + size] for start in range(0, len(held), size)]
    for piece in pieces:
        await asyncio.sleep(seconds / len(pieces))
        yield piece
