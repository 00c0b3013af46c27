"""Whether a policy lets a request in, and what decided: one policy, all statements, no short cuts.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from lattice_events.network.policy.document import Condition, Element, Policy, Statement
from lattice_events.network.policy.facts import Caller, Facts
from lattice_events.network.policy.operators import NULL, OPERATORS
from lattice_events.network.policy.patterns import matches_pattern, unescape_variables, variables_of
from lattice_events.network.policy.wording import describe_lack, listed


@dataclass(frozen=True, kw_only=True, slots=True)
class Lack:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
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
    allowing: Statement | None = None
    for statement in policy.statements:
        if matches(statement, facts):
            if statement.effect == "Deny":
                return Verdict(effect="deny", statement=statement)
            allowing = allowing or statement
    if allowing is not None:
        return Verdict(effect="allow", statement=allowing)
    allows = [(find_lacks(each, facts), each) for each in policy.statements if each.effect == "Allow"]
    if not allows:
        return Verdict(effect="none")
    lacks, nearest = min(allows, key=lambda each: len(each[0]))
    return Verdict(effect="none", statement=nearest, lacks=lacks)


def matches(statement: Statement, facts: Facts) -> bool:
    """Whether a statement is about a request: all of its elements and conditions hold."""
    return (
        (statement.principal is None or _names(statement.principal, facts.caller))
        and _matches_any(statement.action, facts.action, facts, ignore_case=True)
        and (statement.resource is None or _matches_any(statement.resource, facts.resource, facts))
        and all(holds(condition, facts) for condition in statement.conditions)
    )


def find_lacks(statement: Statement, facts: Facts) -> tuple[Lack, ...]:
    """What keeps a statement from matching a request; nothing if it matches."""
    lacks = []
    if statement.principal is not None and not _names(statement.principal, facts.caller):
        lacks.append(_lack("Principal", statement.principal, facts.caller.arn or "anonymous"))
    if not _matches_any(statement.action, facts.action, facts, ignore_case=True):
        lacks.append(_lack("Action", statement.action, facts.action))
    if statement.resource is not None and not _matches_any(statement.resource, facts.resource, facts):
        lacks.append(_lack("Resource", statement.resource, facts.resource))
    conditions = (_lack_of(each, facts) for each in statement.conditions if not holds(each, facts))
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


def _names(element: Element, caller: Caller) -> bool:
    """Whether ``Principal`` names the caller, or ``NotPrincipal`` does not spare it."""
    if element.is_negated:
        return not _is_spared(element.values, caller)
    return any(_is_principal(value, caller) for value in element.values)


def _is_principal(value: str, caller: Caller) -> bool:
    """Whether one principal of a policy is the caller: everyone, its account, its role, or itself."""
    return value == "*" or _is_account(value, caller) or _is_itself(value, caller)


def _is_account(value: str, caller: Caller) -> bool:
    """Whether a principal is the caller's account."""
    account = value.split(":")[4] if value.endswith(":root") else value
    return caller.account is not None and caller.account == account


def _is_itself(value: str, caller: Caller) -> bool:
    """Whether a principal is the caller, or its role."""
    return caller.arn is not None and value in (caller.arn, caller.principal_arn)


def _is_spared(values: Sequence[str], caller: Caller) -> bool:
    """Whether a ``NotPrincipal`` takes the caller out of a Deny.

    Its account must be named, its role or user too, and if any session of the role is, its own: AWS may
    look at one after the other.

    Source:
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_notprincipal.html
    """
    if "*" in values:
        return True
    if caller.arn is None or caller.principal_arn not in values:
        return False
    role = caller.arn.rpartition("/")[0] + "/"
    sessions = [value for value in values if value.startswith(role)]
    return any(_is_account(value, caller) for value in values) and (not sessions or caller.arn in sessions)


def _matches_any(element: Element, text: str, facts: Facts, *, ignore_case: bool = False) -> bool:
    """Whether ``Action`` or ``Resource`` matches, or its negation does not."""
    for value in element.values:
        if matches_pattern(value, text, facts.values, ignore_case=ignore_case):
            return not element.is_negated
    return element.is_negated


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition holds for a request."""
    values = facts.values(condition.key)
    if condition.operator == NULL:
        return any((value.lower() == "true") is not bool(values) for value in condition.values)
    if not values:
        return _holds_without(condition)
    if condition.set_operator == "ForAllValues":
        return all(_compare(condition, value, facts) for value in values)
    if condition.set_operator == "ForAnyValue":
        return any(_compare(condition, value, facts) for value in values)
    # One value is what the operator is made for; of several, each must satisfy it.
    return all(_compare(condition, value, facts) for value in values)


def _holds_without(condition: Condition) -> bool:
    """Whether a condition holds for a request that does not have its key; a set operator outdoes IfExists.

    Source:
        https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w/foranyvalue-stringequalsifexists-behaving-unexpectedly
    """
    if condition.set_operator:
        return condition.set_operator == "ForAllValues"
    return condition.if_exists or OPERATORS[condition.operator].is_negated


def _compare(condition: Condition, value: str, facts: Facts) -> bool:
    """Whether one value of the request satisfies the condition."""
    operator = OPERATORS[condition.operator]
    found = any(operator.compare(value, wanted, facts.values) for wanted in condition.values)
    return found is not operator.is_negated
