"""What is written into the boxes of policies and rules."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events.network.graph.words import (
    NO_POLICY,
    Names,
    policy_details,
    rule_words,
    target_words,
    vpc_words,
)
from lattice_events.network.model import HttpTarget, LambdaTarget
from lattice_events.network.policy import parse_policy
from tests.networks import rule

ARN = "arn:aws:vpc-lattice:us-west-2:123456789012:service"
NAMES = Names({f"{ARN}/svc-b": "bar"}, f"{ARN}/svc-a")
ROLE = "arn:aws:iam::123456789012:role/path/app"


def details(**changes: Any) -> str:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", **changes}
    shown = {key: value for key, value in statement.items() if value is not None}
    return policy_details(parse_policy({"Version": "2012-10-17", "Statement": shown}), NAMES)[0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "Allow anyone"),
        ({"Sid": "Readers", "Effect": "Deny"}, "Deny Readers"),
        ({"Principal": {"AWS": ROLE}}, "Allow role/path/app"),
        ({"Principal": {"AWS": ["123456789012", "arn:aws:iam::210987654321:root"]}}, "Allow account 123456789012, account 210987654321"),
        ({"Principal": {"AWS": [ROLE, f"{ROLE}2", f"{ROLE}3"]}}, "Allow role/path/app, role/path/app2 +1"),
        ({"Principal": None, "NotPrincipal": {"AWS": ROLE}, "Effect": "Deny"}, "Deny all but role/path/app"),
        ({"Resource": f"{ARN}/svc-a/*"}, "Allow anyone"),
        ({"Resource": f"{ARN}/svc-a/orders/*"}, "Allow anyone: /orders/*"),
        ({"Resource": f"{ARN}/svc-a"}, "Allow anyone: without a path"),
        ({"Resource": f"{ARN}/svc-b/x"}, "Allow anyone: bar/x"),
        ({"Resource": f"{ARN}/svc-b"}, "Allow anyone: bar without a path"),
        ({"Resource": f"{ARN}/svc-c/*"}, "Allow anyone: svc-c"),
        ({"Resource": "arn:*:service/svc-*"}, "Allow anyone"),
        ({"Resource": "arn:*:service/*/a"}, "Allow anyone: /a"),
        ({"Resource": "*/a/*"}, "Allow anyone: */a/*"),
        ({"Resource": "arn:aws:vpc-lattice:*"}, "Allow anyone"),
        ({"Resource": [f"{ARN}/svc-a/{each}" for each in "cba"]}, "Allow anyone: /a, /b +1"),
        ({"Resource": None, "NotResource": f"{ARN}/svc-a/a"}, "Allow anyone: not /a"),
        ({"Resource": None, "NotResource": "*"}, "Allow anyone: not anywhere"),
        (
            {"Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": ["GET", "HEAD"], "aws:PrincipalOrgID": "o-1"}}},
            "Allow anyone: GET, HEAD if PrincipalOrgID",
        ),
        (
            {"Condition": {"StringNotEquals": {"vpc-lattice-svcs:RequestMethod": "GET"}}},
            "Allow anyone: if RequestMethod",
        ),
    ],
)  # fmt: skip
def test_a_statement_says_who_may_send_what(changes: dict[str, Any], said: str) -> None:
    assert details(**changes) == said


def test_a_policy_that_is_not_there_denies() -> None:
    assert policy_details(None, NAMES) == (NO_POLICY,)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({}, "10 · any request"),
        ({"method": "GET", "prefix": "/a"}, "10 · GET /a*"),
        ({"exact": "/a", "headers": [{"name": "x", "contains": "b"}]}, "10 · /a x contains b"),
    ],
)
def test_a_rule_says_its_priority_and_what_it_wants(match: dict[str, Any], said: str) -> None:
    assert rule_words(rule(10, match)) == said


@pytest.mark.parametrize(
    ("target", "said"),
    [
        (HttpTarget(url="http://127.0.0.1:8080"), "127.0.0.1:8080"),
        (HttpTarget(url="https://pods.example"), "https://pods.example"),
        (LambdaTarget(function_arn="arn:aws:lambda:r:1:function:orders:live"), "orders:live"),
    ],
)
def test_a_target_has_its_name_or_its_host(target: Any, said: str) -> None:
    assert target_words(target) == said


@pytest.mark.parametrize(("ids", "said"), [((), ""), (("a",), "1 VPC"), (("a", "b"), "2 VPCs")])
def test_vpcs_are_counted(ids: tuple[str, ...], said: str) -> None:
    assert vpc_words(ids) == said
