"""The parts of a statement as functions of a request, made once for each policy.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_multi-value-conditions.html
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from lattice_events.network.policy.facts import Caller, Facts, find_key
from lattice_events.network.policy.operators import NULL, OPERATORS
from lattice_events.network.policy.patterns import compile_pattern

SetOperator = Literal["", "ForAnyValue", "ForAllValues"]
Test = Callable[[Facts], bool]


def everything(_: Facts) -> bool:
    """The test that every request meets; who finds it need not ask."""
    return True


def principal_test(values: Sequence[str], *, is_negated: bool) -> Test:
    """Whether ``Principal`` names the caller, or ``NotPrincipal`` does not spare it."""
    if is_negated:
        return lambda facts: not _is_spared(values, facts.caller)
    if "*" in values:
        return everything
    accounts = frozenset(map(account_of, values))
    themselves = frozenset(values)
    return lambda facts: (
        facts.caller.arn is not None
        and (
            facts.caller.account in accounts
            or facts.caller.arn in themselves
            or facts.caller.principal_arn in themselves
        )
    )


def account_of(value: str) -> str:
    """The account that a principal is, if it is one."""
    return value.split(":")[4] if value.endswith(":root") else value


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
    is_account_named = any(account_of(value) == caller.account for value in values)
    return is_account_named and (not sessions or caller.arn in sessions)


def action_test(values: Sequence[str], *, is_negated: bool) -> Test:
    """Whether ``Action`` matches, or ``NotAction`` does not."""
    patterns = [compile_pattern(value, ignore_case=True) for value in values]

    def test(facts: Facts) -> bool:
        return any(pattern(facts.action, facts.values) for pattern in patterns) is not is_negated

    return test


def resource_test(values: Sequence[str], *, is_negated: bool) -> Test:
    """Whether ``Resource`` matches, or ``NotResource`` does not."""
    if "*" in values and not is_negated:
        return everything
    patterns = tuple(map(compile_pattern, values))

    def test(facts: Facts) -> bool:
        resource, lookup = facts.resource, facts.values
        for pattern in patterns:
            if pattern(resource, lookup):
                return not is_negated
        return is_negated

    return test


def condition_test(
    operator: str, values: Sequence[str], key: str, *, set_operator: SetOperator, if_exists: bool
) -> Test:
    """Whether a condition holds."""
    find = find_key(key)
    if operator == NULL:
        wanted = frozenset(value.lower() == "true" for value in values)
        return lambda facts: (not find(facts)) in wanted
    compare, is_negated, *_ = OPERATORS[operator]
    comparisons = tuple(map(compare, values))
    # A set operator outdoes IfExists:
    # https://repost.aws/questions/QU9HFmDzP0QGuU-fd7rS6B7w/foranyvalue-stringequalsifexists-behaving-unexpectedly
    holds_without = set_operator == "ForAllValues" if set_operator else if_exists or is_negated
    # One value is what the operator is made for; of several, each must satisfy it.
    combine = any if set_operator == "ForAnyValue" else all

    def compared(found: str, facts: Facts) -> bool:
        lookup = facts.values
        for comparison in comparisons:
            if comparison(found, lookup):
                return not is_negated
        return is_negated

    def test(facts: Facts) -> bool:
        found = find(facts)
        if len(found) == 1:
            return compared(found[0], facts)
        return combine(compared(each, facts) for each in found) if found else holds_without

    return test
