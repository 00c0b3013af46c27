"""What a run reports: one value per thing that happened; the command line prints them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from lattice_events.assumptions import Assumptions
from lattice_events.network.dataplane import hide_userinfo
from lattice_events.network.decision import Decision, Forward, Trace
from lattice_events.network.exchange import Exchange
from lattice_events.network.faults import Fault
from lattice_events.network.model import Function, HttpTarget, LambdaTarget, Network
from lattice_events.response import Response


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestRecord:
    """What a person or a script is told of one request through the gateway.

    It is made of an `Exchange` (`request_record`), or reported itself of what did not get that far to be one.

    `path` has no query string. `service`, `rule` and `target` are names for a person, ``None``
    when the request did not get that far. `invocation_id` is the Lambda request id of the function
    that served it, by which `LogRecord`s are found. `reason` says why it failed, for a person; `faults` are the ids
    of those that it met on purpose.
    """

    method: str
    host: str
    path: str
    status: int
    duration_ms: float
    request_id: str
    caller: str | None = None
    service: str | None = None
    rule: str | None = None
    target: str | None = None
    invocation_id: str | None = None
    cold: bool = False
    reason: str | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class InvokeRecord:
    """An invocation that no `RequestRecord` tells of, reported when it has ended.

    It came through the control port, or its client hung up before it ended. `reason` says why it was throttled; `faults`
    are the ids of those that it met on purpose.
    """

    function: str
    invocation_id: str
    duration_ms: float
    error_type: str | None = None
    cold: bool = False
    reason: str | None = None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class LogRecord:
    """One line that a function or an HTTP target wrote.

    `source` is the function's name or the target's; `invocation_id` is ``None`` for what was
    written outside an invocation, such as while importing the handler.
    """

    source: str
    text: str
    stream: str = "stdout"
    invocation_id: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Notice(LogRecord):
    """One line that the local network itself has to say."""


class InvocationReport(NamedTuple):
    """What Lambda itself has to say of an invocation that has ended; `platform_log` makes lines of it.

    Attributes:
        function: That ran.
        invocation_id: Lambda's request id.
        ended: Seconds since 1970.
        duration_ms: Of the handler; of the init that failed, where it did not get so far.
        init_ms: Of the init, for the first invocation of a process; ``None`` for others, and where it failed.
        init_lines: How many lines the init wrote, of those of the invocation.
        memory_mb: The most that the process had; ``None`` where the system does not tell.
        error_type: How it failed; empty if it did not.
        reason: Likewise, in words; empty where the code has said it itself.
        is_of_handler: Whether the handler failed, after which the process goes on.
    """

    function: Function
    invocation_id: str
    ended: float
    duration_ms: float
    init_ms: float | None = None
    init_lines: int = 0
    memory_mb: int | None = None
    error_type: str = ""
    reason: str = ""
    is_of_handler: bool = False

    @property
    def source(self) -> str:
        """The function's name."""
        return self.function.name


class Observed(NamedTuple):
    """A request with what a report leaves out: the bodies.

    Attributes:
        exchange: What is reported of it.
        body: The client's; ``None`` where it was streamed, or was too large to be kept.
        received: What the target gave back: a function's payload, or the body of an HTTP target that came at once.
        response: What the client got; its body is empty where it is an HTTP target's own.
        network: That it was decided by, which may be another by now.
        assumptions: Likewise.
    """

    exchange: Exchange
    body: bytes | None
    received: bytes | None
    response: Response | None
    network: Network
    assumptions: Assumptions


Observe = Callable[[Observed], None]
Record = Exchange | RequestRecord | InvokeRecord | InvocationReport | LogRecord
Report = Callable[[Record], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class FunctionState:
    """How a function does.

    Attributes:
        name: Of the function.
        runtime: Such as ``python3.13``.
        obstacle: Why it cannot run on this machine; empty for one that can.
        processes: That it has now.
        idle: How many of them wait for an invocation, initialized or about to be.
        waiting: Invocations that wait for a process.
        invocations: That have ended.
        cold_starts: How many of them waited for a process to start.
        errors: How many of them failed.
        throttles: Invocations that were refused at the reserved concurrency; none of those that have ended.
    """

    name: str
    runtime: str
    obstacle: str = ""
    processes: int = 0
    idle: int = 0
    waiting: int = 0
    invocations: int = 0
    cold_starts: int = 0
    errors: int = 0
    throttles: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class InvokeResult:
    """How an invocation ended: `error_type` is ``None`` when the handler returned.

    `payload` is the handler's JSON, or the JSON document in which Lambda reports the failure.
    `log_tail` is the last 4 KB of what the function wrote meanwhile, and `report` what Lambda says of it. `throttle` says why Lambda did
    not take the invocation; it is empty for one that was taken.
    """

    payload: bytes
    invocation_id: str
    duration_ms: float
    error_type: str | None = None
    cold: bool = False
    log_tail: str = ""
    report: InvocationReport | None = None
    throttle: str = ""


def invoke_record(function: str, result: InvokeResult, faults: Iterable[Fault] = ()) -> InvokeRecord:
    """What is reported of an invocation that is no request's.

    Args:
        function: Its name.
        result: How it ended.
        faults: That it met on purpose.
    """
    return InvokeRecord(
        function=function,
        invocation_id=result.invocation_id,
        duration_ms=result.duration_ms,
        error_type=result.error_type,
        cold=result.cold,
        reason=result.throttle or None,
        faults=tuple(fault.id for fault in faults),
    )


def request_record(exchange: Exchange) -> RequestRecord:
    """What is told of a request."""
    decision, request = exchange.decision, exchange.request
    trace = decision.trace if decision else Trace()
    return RequestRecord(
        method=request.method,
        host=hide_userinfo(request.headers.get("host") or "-"),
        path=request.path,
        status=exchange.status,
        duration_ms=exchange.duration_ms,
        request_id=decision.request_id if decision else "-",
        caller=trace.principal.name if trace.principal else exchange.caller,
        service=trace.service.name if trace.service else None,
        rule=trace.rule.name if trace.rule else "default" if trace.listener and not trace.is_denied else None,
        target=_target_name(decision),
        invocation_id=exchange.invocation_id,
        cold=exchange.cold,
        reason=exchange.reason,
        faults=tuple(fault.id for fault in exchange.faults),
    )


def _target_name(decision: Decision | None) -> str | None:
    return target_name(decision.target) if isinstance(decision, Forward) else None


def target_name(target: LambdaTarget | HttpTarget) -> str:
    """The function's name, or the URL."""
    return target.function_arn.rpartition(":")[2] if isinstance(target, LambdaTarget) else target.url
