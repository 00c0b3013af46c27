"""A fault as a value, and in tables what its fields may be: errors, the JSON Schema and the API quote them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any, Literal, NamedTuple

FaultKind = Literal["latency", "unavailable", "reset", "throttle", "expired-token", "clock-skew", "slow-body"]
Stage = Literal["before", "instead", "body"]
"""When a fault acts: before the request goes on, instead of the target's answer, or while its body is sent."""


class Text(NamedTuple):
    """What a text must be: all of it matches a pattern."""

    pattern: str
    must: str

    def takes(self, value: object) -> bool:
        """Whether a value is right."""
        return isinstance(value, str) and re.fullmatch(self.pattern, value) is not None


class Choice(NamedTuple):
    """One of some texts."""

    values: tuple[str, ...]
    must: str

    def takes(self, value: object) -> bool:
        """Whether a value is right."""
        return isinstance(value, str) and value in self.values


class Number(NamedTuple):
    """A number from `low` to `high`."""

    low: float
    high: float
    must: str
    is_whole: bool = False

    def takes(self, value: object) -> bool:
        """Whether a value is right."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            return False
        return self.low <= value <= self.high and (not self.is_whole or value == int(value))


class Kind(NamedTuple):
    """What a kind of fault does.

    Attributes:
        stage: When it acts.
        what: In one sentence.
        seconds: What its seconds must be; ``None`` for a kind that has none.
    """

    stage: Stage
    what: str
    seconds: Number | None = None


_DELAY = Number(0, 600, "must be a number from 0 to 600")

KINDS: Mapping[FaultKind, Kind] = {
    "latency": Kind("before", "The request waits before it goes to its target.", _DELAY),
    "unavailable": Kind("instead", "No target takes the request, as while all of them drain: 503."),
    "reset": Kind("instead", "The client's connection is reset; the target gets nothing."),
    "throttle": Kind("instead", "Lambda throttles the function, which does not run."),
    "expired-token": Kind("instead", "The session token of a signed request counts as expired: 403."),
    "clock-skew": Kind(
        "instead",
        "The caller's clock counts as so many seconds ahead, or behind where they are negative: 403 if that is too far.",
        Number(-86400, 86400, "must be a number from -86400 to 86400"),
    ),
    "slow-body": Kind("body", "The body of the answer takes so many seconds.", _DELAY),
}


class Field(NamedTuple):
    """What is written about a fault: what it must be, what it means, and an example."""

    rule: Text | Choice | Number
    why: str
    example: Any


ID = Text(
    "[A-Za-z0-9][A-Za-z0-9._-]{0,63}",
    "must be 1 to 64 letters, digits and ._-, the first none of these three",
)
_NAME = Text(".+", "must be a name, a text")
_SECONDS = Number(-inf, inf, "must be a number of seconds")  # how many is the kind's to say

FIELDS: Mapping[str, Field] = {
    "kind": Field(Choice(tuple(KINDS), f"must be one of {', '.join(KINDS)}"), "What goes wrong.", "latency"),
    "service": Field(_NAME, "Requests to this service alone.", "orders"),
    "rule": Field(
        _NAME, "Requests that this rule matched alone; default is the listener's default action.", "Rule"
    ),
    "path": Field(
        Text("[/*].*", "must be a path, like /orders/*"),
        "Requests with this path alone; * stands for any text, ? for one character.",
        "/orders/*",
    ),
    "method": Field(
        Text("[A-Z-]+", "must be a method, like POST"), "Requests with this method alone.", "POST"
    ),
    "caller": Field(
        _NAME, "Requests of this caller alone: whoever signed, else whose proxy token it was.", "shop"
    ),
    "target": Field(
        _NAME,
        "Requests to this target alone: a function, the URL of an HTTP target, or a target group.",
        "hello",
    ),
    "seconds": Field(_SECONDS, "How long a latency or a slow-body is, or how far off a clock-skew.", 2),
    "probability": Field(
        Number(0, 1, "must be a number from 0 to 1"), "How likely a request that fits meets it.", 0.2
    ),
    "seed": Field(
        Number(0, 2**31, f"must be a whole number from 0 to {2**31}", is_whole=True),
        "Of the draws: the same seed gives the same sequence.",
        7,
    ),
    "count": Field(
        Number(1, 1_000_000, "must be a whole number from 1 to 1000000", is_whole=True),
        "How many requests meet it; then it is over.",
        3,
    ),
    "burst_seconds": Field(
        Number(0, 86400, "must be a number from 0 to 86400"),
        "Once a request has met it, every other that fits does for so long.",
        5,
    ),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One fault on purpose; what is ``None`` of service, rule, path, method, caller and target is any.

    Attributes:
        id: What it is called.
        kind: What goes wrong.
        service: Name of a service.
        rule: Name of a rule, or ``default``.
        path: A pattern with ``*`` and ``?``.
        method: In capitals.
        caller: Name of a principal.
        target: A function's name, the URL of an HTTP target, or the name of a target group.
        seconds: How long, or how far off.
        probability: That a request which fits meets it.
        seed: Of the draws.
        count: How many requests meet it at most.
        burst_seconds: How long it meets every request that fits, once it has met one.
        origin: Where it is written; empty for one that was added live.
    """

    id: str
    kind: FaultKind
    service: str | None = None
    rule: str | None = None
    path: str | None = None
    method: str | None = None
    caller: str | None = None
    target: str | None = None
    seconds: float = 0
    probability: float = 1
    seed: int = 0
    count: int | None = None
    burst_seconds: float | None = None
    origin: str = field(default="", compare=False)

    @property
    def stage(self) -> Stage:
        """When it acts."""
        return KINDS[self.kind].stage

    @property
    def keeps_from_target(self) -> bool:
        """Whether the target of a request that meets it gets nothing of it."""
        return self.kind in ("unavailable", "reset", "throttle")

    @property
    def needs_signature(self) -> bool:
        """Whether it is of the token or the clock of a caller whose signature is right."""
        return self.kind in ("expired-token", "clock-skew")

    @property
    def line(self) -> str:
        """What a request that met it is told with: ``fault slow: a wait of 2 s before …``."""
        return f"fault {self.id}: {self._effect}"

    @property
    def _effect(self) -> str:
        amount = f"{abs(self.seconds):g} s"
        by_kind: Mapping[FaultKind, str] = {
            "latency": f"a wait of {amount} before the request goes on",
            "unavailable": "no target took the request, as while all of them drain",
            "reset": "the client's connection was reset, and the target got nothing",
            "throttle": "Lambda throttled the function, which did not run",
            "expired-token": "the session token counted as expired",
            "clock-skew": f"the caller's clock counted as {amount} {'behind' if self.seconds < 0 else 'ahead'}",
            "slow-body": f"the body of the answer is spread over {amount}",
        }
        return by_kind[self.kind]
