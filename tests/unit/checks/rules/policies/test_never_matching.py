"""What rules tell to match no request matches none that the engine evaluates."""

from __future__ import annotations

from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lattice_events.checks.rules.policies import (
    resource_without_path,
    statement_without_effect,
    wrong_action,
    wrong_condition,
)
from lattice_events.checks.rules.policies.covering import covers
from lattice_events.checks.rules.policies.unknowns import widened
from lattice_events.definitions.values import Unknown
from lattice_events.errors import ConfigurationError
from lattice_events.network.policy import Facts, Policy, evaluate, parse_policy, principal_problem
from lattice_events.network.policy.matching import principal_test
from tests.unit.checks.rules.policies.documents import (
    ACTIONS,
    CALLERS,
    PRINCIPALS,
    REQUESTS,
    RESOURCES,
    SERVICES,
    TO_FIRST,
    on_first_service,
    policy_of,
    statements,
)

RULES = (resource_without_path.RULE, wrong_condition.RULE, wrong_action.RULE, statement_without_effect.RULE)


def told_of(document: dict[str, Any]) -> dict[int, list[str]]:
    """What the rules say of each statement, but for what excludes nothing and what every request meets."""
    material = on_first_service(document)
    told: dict[int, list[str]] = {}
    for rule in RULES:
        for found in rule.check(material):
            if "every request meets this" not in found.message and "NotResource" not in found.path:
                assert isinstance(found.path[3], int)  # Properties, Policy, Statement, its place
                told.setdefault(found.path[3], []).append(found.message)
    return told


def parsed(document: dict[str, Any]) -> Policy:
    try:
        return parse_policy(document)
    except ConfigurationError:
        assume(False)
        raise


@settings(max_examples=200)
@given(st.lists(statements(), min_size=1, max_size=2))
def test_a_statement_that_is_told_to_count_for_nothing_decides_no_request(
    written: list[dict[str, Any]],
) -> None:
    policy = parsed(policy_of(*written))
    told = told_of(policy_of(*written))

    for facts in TO_FIRST:
        decided = evaluate(policy, facts).statement if policy.find(facts) else None
        assert decided is None or decided.index not in told


@given(
    st.sampled_from(
        (
            *PRINCIPALS,
            "r",
            "arn:aws:iam::111122223333:role/*",
            "11112222333",
            "arn:aws:iam::111122223333:assumed-role/r/x",
            "arn:aws:iam::11112222333:root",
        )
    )
)
def test_a_principal_that_is_told_to_be_none_names_no_caller(value: str) -> None:
    test = principal_test([value], is_negated=False)

    named = [caller for caller in CALLERS if test(Facts(service_arn=SERVICES[0], caller=caller))]

    assert bool(named) is (principal_problem(value) is None)


@st.composite
def allows_and_denies(draw: st.DrawFn) -> tuple[dict[str, Any], dict[str, Any]]:
    """Two statements that have parts in common, so that one often covers the other."""
    allow, other = draw(statements()), draw(statements())
    same = draw(
        st.sets(st.sampled_from(sorted({"Principal", "Action", "Resource", "Condition"} & set(allow))))
    )
    deny = {key: other[key] for key in other if not key.endswith("Resource") or "Resource" not in same}
    deny |= {key: allow[key] for key in same}
    return {**allow, "Effect": "Allow"}, {**deny, "Effect": "Deny"}


@settings(max_examples=200)
@given(allows_and_denies())
def test_a_deny_that_covers_an_allow_matches_whatever_that_matches(
    both: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    allow, deny = parsed(policy_of(*both)).statements

    missed = [each for each in REQUESTS if allow.matches(each) and not deny.matches(each)]

    assert not (covers(deny, allow) and missed)


HOLES = (
    ("Principal",), ("Principal", "AWS"), ("Action",), ("Resource",), ("NotResource",), ("Condition",), ("Effect",), (),
)  # fmt: skip


@settings(max_examples=200)
@given(statements(), st.sampled_from(HOLES), st.booleans())
def test_a_policy_with_a_part_that_is_unknown_allows_what_it_may_allow(
    statement: dict[str, Any], hole: tuple[str, ...], is_in_list: bool
) -> None:
    written = statement | {"Effect": "Allow"}
    assume(not hole or hole[0] in written)
    real = parsed(policy_of(written))
    unknown: Any = Unknown("Ref Parameter")
    if is_in_list and hole in (("Action",), ("Resource",), ("NotResource",)):
        unknown = [Unknown("Ref Parameter")]
    value: Any = unknown if not hole else {**written, hole[0]: {hole[1]: unknown} if hole[1:] else unknown}

    wide = parse_policy(widened(policy_of(value), kind="auth"))

    assert [each for each in REQUESTS if evaluate(real, each) and not evaluate(wide, each)] == []


def test_the_statements_that_are_tried_are_told_of_in_both_ways() -> None:
    """So that the properties above do not hold for want of cases."""
    told = [
        bool(told_of(policy_of({"Effect": "Allow", "Principal": "*", "Action": action, "Resource": each})))
        for each in RESOURCES
        for action in ACTIONS
    ]

    assert 20 < sum(told) < len(told) - 20
