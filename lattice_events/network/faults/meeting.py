"""Which faults a request meets, given the draws and the time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from lattice_events.network.decision import Decision, Forward
from lattice_events.network.faults.values import Fault, Stage
from lattice_events.network.model import LambdaTarget, function_name
from lattice_events.network.policy.patterns import escape_variables, matches_pattern
from lattice_events.request import Request


class Asked(NamedTuple):
    """A request, and what the data plane decided of it.

    Attributes:
        request: As it arrived.
        decision: Without any fault.
        connected: Name of whom the connection's proxy token stands for.
    """

    request: Request
    decision: Decision
    connected: str | None


class Progress(NamedTuple):
    """How far a fault is.

    Attributes:
        met: Requests that have met it.
        burst_until: Until when every request that fits meets it, in seconds of the caller's clock.
    """

    met: int = 0
    burst_until: float = 0.0


class Candidate(NamedTuple):
    """A fault that a request may meet.

    Attributes:
        fault: That fits.
        progress: Up to now.
        roll: A number from 0 up to, not including, 1, that was drawn for this request.
    """

    fault: Fault
    progress: Progress
    roll: float


def find_fitting(faults: Iterable[Fault], asked: Asked) -> list[Fault]:
    """The faults that a request may meet.

    One of a token or a clock needs a signature that was accepted; any other needs a target, and a slow body an answer
    that may have one.
    """
    return [fault for fault in faults if _is_possible(fault, asked) and _is_chosen(fault, asked)]


def _is_possible(fault: Fault, asked: Asked) -> bool:
    decision = asked.decision
    if fault.needs_signature:
        authentication = decision.trace.authentication
        verification = authentication.verification if authentication else None
        is_accepted = verification is not None and verification.accepted
        return is_accepted and (fault.kind == "clock-skew" or _has_token(asked.request))
    if not isinstance(decision, Forward):
        return False
    if fault.kind == "slow-body":
        return asked.request.method != "HEAD"
    return fault.kind != "throttle" or isinstance(decision.target, LambdaTarget)


def _has_token(request: Request) -> bool:
    """Whether a signature is made with temporary credentials: others do not expire."""
    return "x-amz-security-token" in request.headers or "X-Amz-Security-Token=" in request.query_string


def _is_chosen(fault: Fault, asked: Asked) -> bool:
    """Whether the request is one of those that the fault is for."""
    request, trace = asked.request, asked.decision.trace
    principal = trace.principal
    wanted = (
        (fault.service, trace.service.name if trace.service else None),
        (fault.rule, trace.rule.name if trace.rule else "default" if trace.routing else None),
        (fault.method, request.method),
        (fault.caller, principal.name if principal else asked.connected),
    )
    return (
        all(want is None or want == have for want, have in wanted)
        and (fault.path is None or _matches(fault.path, request.path))
        and (fault.target is None or fault.target in _target_names(asked.decision))
    )


def _matches(pattern: str, path: str) -> bool:
    return matches_pattern(escape_variables(pattern), path, lambda _: ())


def _target_names(decision: Decision) -> tuple[str, ...]:
    """What the target of a request may be called."""
    if not isinstance(decision, Forward):
        return ()
    target = decision.target
    name = function_name(target.function_arn) if isinstance(target, LambdaTarget) else target.url
    return (name, decision.target_group.name)


def fits_invocation(fault: Fault, function: str) -> bool:
    """Whether an invocation that is no request's, through Lambda's own API, may meet a fault: it is throttled or not.

    Args:
        fault: Of any kind.
        function: Its name, without a qualifier.
    """
    is_of_requests = any((fault.service, fault.rule, fault.path, fault.method, fault.caller))
    return fault.kind == "throttle" and not is_of_requests and fault.target in (None, function)


def strike(candidates: Sequence[Candidate], now: float) -> list[tuple[Fault, Progress]]:
    """The faults that strike, each with its progress afterwards.

    Of one stage the first strikes alone, and an answer that is no target's has no slow body.

    Args:
        candidates: In the order in which the faults were added.
        now: Seconds of a clock that only goes forward.
    """
    struck: dict[Stage, tuple[Fault, Progress]] = {}
    for fault, progress, roll in candidates:
        if fault.stage in struck or (fault.count is not None and progress.met >= fault.count):
            continue
        is_in_burst = now < progress.burst_until
        if is_in_burst or roll < fault.probability:
            until = progress.burst_until if is_in_burst else now + (fault.burst_seconds or 0.0)
            struck[fault.stage] = (fault, Progress(progress.met + 1, until))
    if "instead" in struck:
        struck.pop("body", None)
    stages: tuple[Stage, ...] = ("before", "instead", "body")
    return [struck[stage] for stage in stages if stage in struck]
