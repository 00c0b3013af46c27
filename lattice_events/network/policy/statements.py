"""Policies as values, and the statements of one that may be about a request.

What is computed from a value is computed once and kept with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from lattice_events.network.policy.facts import INVOKE, Facts
from lattice_events.network.policy.matching import (
    SetOperator,
    Test,
    account_of,
    action_test,
    condition_test,
    everything,
    principal_test,
    resource_test,
)
from lattice_events.network.policy.patterns import literal_start


@dataclass(frozen=True, kw_only=True)
class Condition:
    """One key of a ``Condition``.

    Attributes:
        operator: Name in `OPERATORS`, or ``Null``.
        set_operator: For keys with several values.
        if_exists: Whether a missing key satisfies it.
        key: As written.
        values: Of which one must match.
    """

    operator: str
    set_operator: SetOperator
    if_exists: bool
    key: str
    values: tuple[str, ...]

    @property
    def name(self) -> str:
        """The operator as it is written in the document."""
        return f"{self.set_operator + ':' if self.set_operator else ''}{self.operator}{'IfExists' if self.if_exists else ''}"

    @cached_property
    def holds(self) -> Test:
        """Whether it holds for a request."""
        return condition_test(
            self.operator, self.values, self.key, set_operator=self.set_operator, if_exists=self.if_exists
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Element:
    """``Principal``, ``Action`` or ``Resource``, or its ``Not…``."""

    values: tuple[str, ...]
    is_negated: bool = False


@dataclass(frozen=True, kw_only=True)
class Statement:
    """One statement.

    Attributes:
        index: Its place in the document, from 0.
        sid: Its name, if it has one.
        effect: ``Allow`` or ``Deny``.
        principal: Whom it is about; ``None`` in an identity policy.
        action: What it is about.
        resource: Where; ``None`` is everywhere.
        conditions: All of which must hold.
        policy: Name of the policy that it is part of, where a caller has several.
    """

    index: int
    sid: str
    effect: Literal["Allow", "Deny"]
    principal: Element | None
    action: Element
    resource: Element | None
    conditions: tuple[Condition, ...] = ()
    policy: str = ""

    @property
    def name(self) -> str:
        """What people call it: its Sid, else its place."""
        name = self.sid or f"Statement[{self.index}]"
        return f"{name} of {self.policy}" if self.policy else name

    @cached_property
    def names_caller(self) -> Test:
        """Whether its principal is the caller."""
        if self.principal is None:
            return everything
        return principal_test(self.principal.values, is_negated=self.principal.is_negated)

    @cached_property
    def names_action(self) -> Test:
        """Whether it is about what is asked for."""
        return action_test(self.action.values, is_negated=self.action.is_negated)

    @cached_property
    def names_resource(self) -> Test:
        """Whether it is about what is called."""
        if self.resource is None:
            return everything
        return resource_test(self.resource.values, is_negated=self.resource.is_negated)

    @cached_property
    def tests(self) -> tuple[Test, ...]:
        """Whether it is about a request: all must hold; what holds for every one is left out."""
        tests = (self.names_caller, self.names_resource, *(each.holds for each in self.conditions))
        return tuple(test for test in tests if test is not everything)

    def matches(self, facts: Facts) -> bool:
        """Whether it is about a request: all of its elements and conditions hold."""
        return self.names_action(facts) and all(test(facts) for test in self.tests)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """A policy document."""

    statements: tuple[Statement, ...]

    @cached_property
    def _index(self) -> _Index:
        return _Index.of(self.statements)

    def find(self, facts: Facts) -> Sequence[Statement]:
        """The statements that are about a request, in order."""
        if facts.action != INVOKE:
            return [each for each in self.statements if each.matches(facts)]
        found = []
        for tests, statement in self._index.find(facts):
            for test in tests:
                if not test(facts):
                    break
            else:
                found.append(statement)
        return found


_INVOCATION = Facts(service_arn="")
_Tested = tuple[tuple[Test, ...], Statement]


class _Index(NamedTuple):
    """The statements that are about calls through VPC Lattice, by what a request must be for one to be about it.

    Attributes:
        statements: Every one with its tests, in order; the others have their numbers in it.
        always: Those of which nothing can be told.
        by_caller: Those that name their callers, by each name that a caller may have.
        by_service: Those whose resources are all below services, by the start of each; see `_service_of`.
    """

    statements: tuple[_Tested, ...]
    always: tuple[int, ...]
    by_caller: Mapping[str, Sequence[int]]
    by_service: Mapping[str, Sequence[int]]

    @classmethod
    def of(cls, statements: Iterable[Statement]) -> _Index:
        """The index of a policy's statements."""
        known = tuple(each for each in statements if each.names_action(_INVOCATION))
        always: list[int] = []
        by_caller: dict[str, list[int]] = {}
        by_service: dict[str, list[int]] = {}
        for number, statement in enumerate(known):
            services, names = _services_of(statement), _names_of(statement)
            for index, keys in ((by_service, services), (by_caller, () if services else names)):
                for key in keys:
                    index.setdefault(key, []).append(number)
            if not (services or names):
                always.append(number)
        tested = tuple((each.tests, each) for each in known)
        return cls(tested, tuple(always), by_caller, by_service)

    def find(self, facts: Facts) -> Sequence[_Tested]:
        """In order, those that may be about a request; all others cannot."""
        if len(self.always) == len(self.statements):
            return self.statements
        found = {*self.always, *self.by_service.get(_service_of(facts.resource), ())}
        caller = facts.caller
        if self.by_caller and caller.arn is not None:
            for name in (caller.arn, caller.principal_arn, caller.account):
                found.update(self.by_caller.get(name or "", ()))
        return [self.statements[number] for number in sorted(found)]


def _services_of(statement: Statement) -> set[str]:
    """The services that a statement's resources are below; none where one may be anywhere."""
    resource = statement.resource
    starts = [] if resource is None or resource.is_negated else [*map(literal_start, resource.values)]
    return set(map(_service_of, starts)) if all(start.count("/") > 1 for start in starts) else set()


def _service_of(resource: str) -> str:
    """What stands before the second slash: the ARN of a service, before the path."""
    return "/".join(resource.split("/", 2)[:2])


def _names_of(statement: Statement) -> set[str]:
    """The names that a caller must have one of; none where anybody may be meant."""
    principal = statement.principal
    if principal is None or principal.is_negated or "*" in principal.values:
        return set()
    return {*principal.values, *map(account_of, principal.values)}
