"""The least auth policy that allows some requests: each of them, and no other caller, method or path.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import replace
from itertools import permutations
from typing import Literal, NamedTuple, TypeVar

from lattice_events.network.policy import (
    INVOKE,
    MAX_AUTH_POLICY_BYTES,
    Condition,
    Element,
    Facts,
    Policy,
    Statement,
    encode_policy,
    principal_problem,
)
from lattice_events.network.policy.patterns import escape_pattern, escape_variables

_ID = re.compile(
    r"[0-9]+"
    r"|(?=.*[0-9])[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"
    r"|(?=.*[0-9])[0-9A-Fa-f]{8,}"
    r"|(?=.*[0-9])[0-9A-Za-z_-]{16,}"
    r"|[A-Za-z]{1,8}[_-][0-9]+"
)
_Key = TypeVar("_Key", bound=Hashable)
_Kind = Literal["named", "by ARN", "anonymous"]
_KINDS: tuple[_Kind, ...] = ("named", "by ARN", "anonymous")


class Asked(NamedTuple):
    """What somebody asked for.

    Attributes:
        principal: ARN of the role or the user; ``None`` is anonymous.
        method: Of the request.
        service_arn: Of the service.
        path: Of the request.
    """

    principal: str | None
    method: str
    service_arn: str
    path: str


class Least(NamedTuple):
    """A policy, and what it takes.

    Attributes:
        policy: As a value.
        text: As JSON on one line.
    """

    policy: Policy
    text: str

    @property
    def bytes(self) -> int:
        """Of the text."""
        return len(self.text.encode())

    @property
    def fits(self) -> bool:
        """Whether VPC Lattice takes it."""
        return self.bytes <= MAX_AUTH_POLICY_BYTES


def asked_of(facts: Facts) -> Asked:
    """What a request asked for; a session counts as its role."""
    return Asked(facts.caller.principal_arn, facts.method, facts.service_arn, facts.path)


def least_policy(asked: Iterable[Asked], *, names_services: bool, any_id: bool = False) -> Least | None:
    """The least policy; ``None`` where nothing was asked, since a policy has a statement.

    Args:
        asked: What to allow.
        names_services: Whether its resources are ARNs of services, as a service network's policy needs them. That of
            one service is about no other, and one without an ARN is good for the service wherever it is deployed.
        any_id: Whether the segments of a path that look like ids may be any: ``/orders/7`` becomes ``/orders/*``. A
            star stands for slashes, too.
    """
    every = list(asked)
    place_of = _any_id if any_id else _exact
    by_kind: dict[_Kind, set[_Triple]] = {}
    for each in every:
        triple = (each.principal or "", each.method, place_of(each, names_services=names_services))
        by_kind.setdefault(_kind_of(each.principal), set()).add(triple)
    if not by_kind:
        return None
    operator = None if names_services else "StringLike" if any_id or _needs_escape(every) else "StringEquals"
    candidates = (
        [
            _statement(*_whom(kind, box[0]), box[1], *_where(operator, box[2]))
            for kind in _KINDS
            for box in _boxes(by_kind.get(kind, ()), order)
        ]
        for order in permutations(range(3))
    )
    return min(map(_least, candidates), key=lambda each: len(each.text))


def _least(statements: Iterable[Statement]) -> Least:
    policy = Policy(statements=tuple(replace(each, index=index) for index, each in enumerate(statements)))
    return Least(policy, encode_policy(policy))


# ── places ────────────────────────────────────────────────────────────────────────────────────


def _exact(asked: Asked, *, names_services: bool) -> str:
    return escape_pattern(asked.service_arn + asked.path if names_services else asked.path)


def _needs_escape(asked: Iterable[Asked]) -> bool:
    """Whether a path has a wildcard as it stands, which in ``StringEquals`` would look like a mistake."""
    return any(wildcard in each.path for each in asked for wildcard in "*?")


def _any_id(asked: Asked, *, names_services: bool) -> str:
    segments = asked.path.split("/")
    path = "/".join("*" if _ID.fullmatch(each) else escape_pattern(each) for each in segments)
    return escape_pattern(asked.service_arn) + path if names_services else path


def _where(operator: str | None, places: Iterable[str]) -> _Parts:
    """``Resource``; with an operator, the condition for its paths."""
    if operator is None:
        return Element(values=tuple(sorted(places))), ()
    return Element(values=("*",)), (_condition(operator, "vpc-lattice-svcs:RequestPath", places),)


# ── callers ───────────────────────────────────────────────────────────────────────────────────


def _kind_of(principal: str | None) -> _Kind:
    """How a policy can name a caller; a root user's ARN would name the whole account."""
    if principal is None:
        return "anonymous"
    return "by ARN" if principal.endswith(":root") or principal_problem(principal) else "named"


def _whom(kind: _Kind, principals: Iterable[str]) -> _Parts:
    """``Principal``."""
    if kind == "named":
        return Element(values=tuple(sorted(principals))), ()
    if kind == "by ARN":
        condition = _condition("StringEquals", "aws:PrincipalArn", map(escape_variables, principals))
    else:
        condition = _condition("StringEquals", "aws:PrincipalType", ("Anonymous",))
    return Element(values=("*",)), (condition,)


# ── statements ────────────────────────────────────────────────────────────────────────────────

_Parts = tuple[Element, tuple[Condition, ...]]
"""An element, and the condition without which it would be too much."""
_Triple = tuple[str, str, str]
"""Principal, method, place."""
_Box = Mapping[int, frozenset[str]]
"""By the index in a triple, the values of which any goes with any of the others."""


def _statement(
    principal: Element,
    of_caller: tuple[Condition, ...],
    methods: Iterable[str],
    resource: Element,
    of_path: tuple[Condition, ...],
) -> Statement:
    of_method = _condition("StringEquals", "vpc-lattice-svcs:RequestMethod", methods)
    return Statement(
        index=0,
        sid="",
        effect="Allow",
        principal=principal,
        action=Element(values=(INVOKE,)),
        resource=resource,
        conditions=(*of_caller, of_method, *of_path),
    )


def _condition(operator: str, key: str, values: Iterable[str]) -> Condition:
    return Condition(
        operator=operator, set_operator="", if_exists=False, key=key, values=tuple(sorted(values))
    )


def _boxes(triples: Iterable[_Triple], order: tuple[int, ...]) -> list[_Box]:
    """Boxes that hold these triples and no others, as few as merging the three parts in this order gives."""
    first, second, third = order
    thirds = _grouped(((each[first], each[second]), each[third]) for each in triples)
    seconds = _grouped(((one, all_thirds), two) for (one, two), all_thirds in thirds.items())
    firsts = _grouped(((twos, all_thirds), one) for (one, all_thirds), twos in seconds.items())
    boxes = [{first: ones, second: twos, third: all_thirds} for (twos, all_thirds), ones in firsts.items()]
    return sorted(boxes, key=lambda box: [sorted(box[index]) for index in range(3)])


def _grouped(pairs: Iterable[tuple[_Key, str]]) -> dict[_Key, frozenset[str]]:
    found: dict[_Key, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: frozenset(values) for key, values in found.items()}
