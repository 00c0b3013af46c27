"""Whom a policy surely does not let through, beside the engine."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lattice_events.checks.rules.policies.anonymity import lets_in, may_let_in
from lattice_events.checks.rules.policies.reach import may_allow, surely_denies
from lattice_events.definitions.collection import Definitions
from lattice_events.network.policy import ANONYMOUS_CALLER, Caller, evaluate
from tests.unit.checks.rules.policies.documents import (
    ACCOUNTS,
    IDS,
    PRINCIPALS,
    REQUESTS,
    ROLES,
    SERVICES,
    TO_FIRST,
    document_of,
    policy_of,
    services,
    statements,
)

SERVICE, OTHER = services()
DEFINITIONS = Definitions(resources=(SERVICE, OTHER))
POLICIES = st.lists(statements(), min_size=1, max_size=3).map(lambda written: policy_of(*written))


def is_meant(principal: str, caller: Caller) -> bool:
    """Whether a caller is, or is part of, a principal as policies name it."""
    if principal == "*":
        return True
    names = (caller.arn, caller.principal_arn, caller.account, f"arn:aws:iam::{caller.account}:root")
    return caller.arn is not None and principal in names


@settings(max_examples=200)
@given(POLICIES, st.sampled_from(PRINCIPALS))
def test_whoever_may_not_reach_a_service_is_not_let_in(policy: dict[str, Any], principal: str) -> None:
    document = document_of(policy)
    assume(document.policy is not None)
    assert document.policy is not None
    caller = "" if principal == "*" else principal
    asked = [each for each in TO_FIRST if is_meant(principal, each.caller)]

    let_in = [each for each in asked if evaluate(document.policy, each)]

    assert may_allow(document, caller=caller, service=SERVICE, definitions=DEFINITIONS) or not let_in


@settings(max_examples=200)
@given(POLICIES)
def test_an_identity_policy_that_surely_denies_lets_no_call_through(
    policy: dict[str, Any],
) -> None:
    written = [
        {key: value for key, value in each.items() if key != "Principal"} for each in policy["Statement"]
    ]
    document = document_of(policy_of(*written), kind="identity")
    assume(document.policy is not None)
    assert document.policy is not None

    allowed = [
        each for each in REQUESTS if evaluate(document.policy, each) and each.service_arn == SERVICES[0]
    ]

    assert not (surely_denies(document, caller="", service=SERVICE) and allowed)


@settings(max_examples=200)
@given(POLICIES)
def test_unsigned_callers_are_kept_out_where_that_is_told(
    policy: dict[str, Any],
) -> None:
    document = document_of(policy)
    assume(document.policy is not None)
    assert document.policy is not None
    unsigned = [each._replace(caller=ANONYMOUS_CALLER) for each in REQUESTS]

    let_in = [each for each in unsigned if evaluate(document.policy, each)]

    assert may_let_in(document) or not let_in
    assert may_let_in(document) or not any(map(lets_in, document.statements))


def allow(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **parts}


@pytest.mark.parametrize(
    ("statement", "caller", "expected"),
    [
        (allow(), "", True),
        (allow(), ACCOUNTS[0], True),
        (allow(Principal={"AWS": ACCOUNTS[0]}), ACCOUNTS[1], False),
        (allow(Principal={"AWS": "123456789012"}), ACCOUNTS[1], True),  # which is made up
        (allow(Principal={"AWS": ACCOUNTS[1]}), "arn:aws:iam::123456789012:role/r", True),
        (allow(Principal={"AWS": "arn:aws:iam::123456789012:role/s"}), "arn:aws:iam::123456789012:role/r", False),
        (allow(Resource=f"{SERVICES[1]}/*"), "", False),
        (allow(Resource="arn:aws:vpc-lattice:us-east-1:111122223333:service/svc-00000000000000000/*"), "", True),
        (allow(Resource=f"arn:aws:vpc-lattice:eu-west-1:444455556666:service/{IDS[0]}/a"), "", True),
        (allow(Action="s3:GetObject"), "", False),
        (allow(Condition={"StringEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}}), "", True),
        (allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/s"}}), ROLES[0], False),
        (allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/r"}}), ROLES[0], True),
        (allow(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/s"}}), ACCOUNTS[0], True),
        (allow(Condition={"StringEquals": {"aws:PrincipalAccount": ACCOUNTS[1]}}), ACCOUNTS[0], False),
    ],
)  # fmt: skip
def test_whom_a_statement_may_let_reach_a_service(
    statement: dict[str, Any], caller: str, expected: bool
) -> None:
    document = document_of(policy_of(statement))

    found = may_allow(document, caller=caller, service=SERVICE, definitions=DEFINITIONS)

    assert found is expected


def test_a_policy_that_cannot_be_read_may_allow_everything() -> None:
    document = document_of("{")

    assert may_allow(document, caller="", service=SERVICE, definitions=DEFINITIONS)
