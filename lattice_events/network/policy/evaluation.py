"""Whether a policy lets a request in, and what decided: one policy, all of its statements.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple

from lattice_events.network.policy.facts import Facts
from lattice_events.network.policy.operators import NULL, OPERATORS
from lattice_events.network.policy.patterns import unescape_variables, variables_of
from lattice_events.network.policy.statements import Condition, Element, Policy, Statement
from lattice_events.network.policy.wording import describe_lack, listed


class Lack(NamedTuple):
    """One part of a statement that a request does not match.

    Attributes:
        part: ``Principal``, ``Action``, ``Resource``, or ``Condition.OPERATOR KEY``.
        problem: What the request has, and what the statement wants.
    """

    part: str
    problem: str

    def __str__(self) -> str:
        """Part and problem."""
        return f"{self.part}: {self.problem}"


class Verdict(NamedTuple):
    """What one policy says of a request; truthy when it allows it.

    Attributes:
        effect: ``allow``, ``deny`` by a statement, or ``none``: no statement allows.
        statement: The one that decided; for ``none`` the Allow that lacks least, if there is one.
        lacks: What that one lacks; empty when it decided.
    """

    effect: Literal["allow", "deny", "none"]
    statement: Statement | None = None
    lacks: tuple[Lack, ...] = ()

    def __bool__(self) -> bool:
        """Whether the policy allows."""
        return self.effect == "allow"

    def __repr__(self) -> str:
        """What decided, or what the nearest statement lacks, for people."""
        return f"<{self.describe()}>"

    def describe(self) -> str:
        """The verdict in one line."""
        if self.effect == "none":
            if self.statement is None:
                return "no statement allows it"
            lacks = "; ".join(map(str, self.lacks))
            return f"no statement allows it; the nearest, {self.statement.name}, lacks {lacks}"
        assert self.statement is not None  # it decided
        verb = "allowed" if self.effect == "allow" else "denied"
        return f"{verb} by {self.statement.name}"


def evaluate(policy: Policy, facts: Facts) -> Verdict:
    """Evaluate one policy: a matching Deny decides, else a matching Allow, else nothing does."""
    matching = policy.find(facts)
    for statement in matching:
        if statement.effect == "Deny":
            return Verdict("deny", statement)
    if matching:
        return Verdict("allow", matching[0])
    allows = [(find_lacks(each, facts), each) for each in policy.statements if each.effect == "Allow"]
    if not allows:
        return Verdict("none")
    lacks, nearest = min(allows, key=lambda each: len(each[0]))
    return Verdict("none", nearest, lacks)


def find_lacks(statement: Statement, facts: Facts) -> tuple[Lack, ...]:
    """What keeps a statement from matching a request; nothing if it matches."""
    lacks = []
    if statement.principal is not None and not statement.names_caller(facts):
        lacks.append(_lack("Principal", statement.principal, facts.caller.arn or "anonymous"))
    if not statement.names_action(facts):
        lacks.append(_lack("Action", statement.action, facts.action))
    if statement.resource is not None and not statement.names_resource(facts):
        lacks.append(_lack("Resource", statement.resource, facts.resource))
    conditions = (_lack_of(each, facts) for each in statement.conditions if not each.holds(facts))
    return (*lacks, *conditions)


def _lack(part: str, element: Element, found: str) -> Lack:
    """An element that does not match."""
    relation = "is one of" if element.is_negated else "is not"
    return Lack(
        part=f"Not{part}" if element.is_negated else part,
        problem=f"{found} {relation} {listed(element.values)}{_plain_variables(element.values)}",
    )


def _lack_of(condition: Condition, facts: Facts) -> Lack:
    """A condition that does not hold."""
    return Lack(
        part=f"Condition.{condition.name} {condition.key}",
        problem=describe_lack(condition, facts.values(condition.key)) + _reason(condition, facts),
    )


def _reason(condition: Condition, facts: Facts) -> str:
    """What a policy variable has to do with it, if anything; one without a value never meets a negation."""
    missing = [key for value in condition.values for key in variables_of(value) if not facts.values(key)]
    if missing and condition.operator != NULL and not OPERATORS[condition.operator].is_negated:
        return f"; {missing[0]} has no value"
    return _plain_variables(condition.values)


def _plain_variables(values: Sequence[str]) -> str:
    """Why ``${…}`` stands for nothing but itself, if it does."""
    if any(unescape_variables(value) != value for value in values):
        return "; ${…} is plain text, because Version is not 2012-10-17"
    return ""
