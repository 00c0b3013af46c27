"""What is said of a condition that does not hold: what was found, and what was wanted or not wanted."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from lattice_events import Headers
from lattice_events.headers import QueryParams
from lattice_events.network.policy import Caller, Facts, evaluate, parse_policy
from lattice_events.network.policy.operators import OPERATORS

ACCOUNT = "123456789012"
LATTICE = "vpc-lattice-svcs:"
HEADER, LIST, TYPE = f"{LATTICE}RequestHeader/h", f"{LATTICE}RequestQueryString/l", "aws:PrincipalType"
# The request: header h is QWE=, query l=a&l=b, from 10.0.0.7 at noon, anonymous, without a VPC.
FACTS = Facts(
    service_arn="arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef0",
    headers=Headers([("h", "QWE="), ("arn", "arn:aws:s3:::b"), ("n", "5")]),
    query=QueryParams.parse("l=a&l=b"),
    source_ip="10.0.0.7",
    now=datetime(2026, 1, 31, 12, tzinfo=UTC),
)
ARN, NUMBER, TIME = f"{LATTICE}RequestHeader/arn", f"{LATTICE}RequestHeader/n", "aws:CurrentTime"
GONE, ADDRESS = f"{LATTICE}SourceVpc", "aws:SourceIp"
NOON = "2026-01-31T12:00:00Z"

LACKS: list[tuple[str, str, Any, str]] = [
    ("StringEquals", TYPE, "User", "is Anonymous, wanted User"),
    ("StringEqualsIgnoreCase", TYPE, ["User", "Account"], "is Anonymous, wanted User or Account"),
    ("StringLike", TYPE, "U*", "is Anonymous, wanted U*"),
    ("StringEquals", TYPE, "${aws:username}", "is Anonymous, wanted ${aws:username}; aws:username has no value"),
    ("StringNotEquals", TYPE, "Anonymous", "is Anonymous, must not be Anonymous"),
    ("StringNotEquals", TYPE, ["User", "Anonymous"], "is Anonymous, must not be User or Anonymous"),
    ("StringNotEquals", TYPE, ["${aws:username}", "Anonymous"], "is Anonymous, must not be ${aws:username} or Anonymous"),
    ("StringNotEqualsIgnoreCase", TYPE, "anonymous", "is Anonymous, must not be anonymous"),
    ("StringNotLike", TYPE, "Anon*", "is Anonymous, must not be Anon*"),
    ("StringNotLikeIfExists", TYPE, "Anon*", "is Anonymous, must not be Anon*"),
    ("ArnEquals", ARN, "arn:aws:s3:::c", "is arn:aws:s3:::b, wanted arn:aws:s3:::c"),
    ("ArnLike", ARN, "arn:aws:s3:::c*", "is arn:aws:s3:::b, wanted arn:aws:s3:::c*"),
    ("ArnNotEquals", ARN, "arn:aws:s3:::b", "is arn:aws:s3:::b, must not be arn:aws:s3:::b"),
    ("ArnNotLike", ARN, "arn:aws:s3:::*", "is arn:aws:s3:::b, must not be arn:aws:s3:::*"),
    ("NumericEquals", NUMBER, "4", "is 5, wanted 4"),
    ("NumericNotEquals", NUMBER, "5.0", "is 5, must not be 5.0"),
    ("NumericLessThan", NUMBER, "5", "is 5, wanted less than 5"),
    ("NumericLessThanEquals", NUMBER, "4", "is 5, wanted at most 4"),
    ("NumericGreaterThan", NUMBER, "5", "is 5, wanted more than 5"),
    ("NumericGreaterThanEquals", NUMBER, "6", "is 5, wanted at least 6"),
    ("DateEquals", TIME, "2026", f"is {NOON}, wanted 2026"),
    ("DateNotEquals", TIME, NOON, f"is {NOON}, must not be {NOON}"),
    ("DateLessThan", TIME, NOON, f"is {NOON}, wanted before {NOON}"),
    ("DateLessThanEquals", TIME, "2026", f"is {NOON}, wanted at or before 2026"),
    ("DateGreaterThan", TIME, NOON, f"is {NOON}, wanted after {NOON}"),
    ("DateGreaterThanEquals", TIME, "2027", f"is {NOON}, wanted at or after 2027"),
    ("Bool", "aws:SecureTransport", "false", "is true, wanted false"),
    ("BinaryEquals", HEADER, "QUI=", "is QWE=, wanted QUI="),
    ("IpAddress", ADDRESS, "10.1.0.0/16", "is 10.0.0.7, wanted an address in 10.1.0.0/16"),
    ("NotIpAddress", ADDRESS, "10.0.0.0/8", "is 10.0.0.7, must not be an address in 10.0.0.0/8"),
    # A missing key.
    ("StringEquals", GONE, "vpc-1", "is not there, wanted vpc-1"),
    ("NumericLessThan", GONE, "5", "is not there, wanted less than 5"),
    ("ForAnyValue:StringEquals", GONE, "vpc-1", "is not there, wanted vpc-1"),
    ("ForAnyValue:StringEqualsIfExists", GONE, "vpc-1", "is not there, wanted vpc-1"),
    ("ForAnyValue:StringNotEquals", GONE, "vpc-1", "is not there, wanted at least one value that is not vpc-1"),
    ("Null", GONE, "false", "is not there, must be there"),
    ("Null", TYPE, "true", "is Anonymous, must not be there"),
    ("Null", LIST, "true", "is a and b, must not be there"),
    # Several values.
    ("StringEquals", LIST, "a", "is a and b, wanted a"),
    ("StringNotEquals", LIST, "a", "is a and b, must not be a"),
    ("ForAnyValue:StringEquals", LIST, ["c", "d"], "is a and b, wanted c or d"),
    ("ForAnyValue:StringNotEquals", LIST, ["a", "b"], "is a and b, wanted at least one value that is not a or b"),
    ("ForAnyValue:NumericLessThan", NUMBER, "5", "is 5, wanted less than 5"),
    ("ForAllValues:StringEquals", LIST, ["a", "c"], "is a and b, wanted only a or c"),
    ("ForAllValues:StringNotEquals", LIST, ["b", "c"], "is a and b, no value may be b or c"),
    ("ForAllValues:StringNotLikeIfExists", LIST, "?", "is a and b, no value may be ?"),
    ("ForAllValues:NotIpAddress", ADDRESS, "10.0.0.0/8", "is 10.0.0.7, no value may be an address in 10.0.0.0/8"),
    ("ForAllValues:NumericLessThan", NUMBER, "5", "is 5, wanted only less than 5"),
]  # fmt: skip


@pytest.mark.parametrize(("operator", "key", "values", "text"), LACKS)
def test_a_condition_says_what_was_found_and_what_was_wanted_or_not(
    operator: str, key: str, values: Any, text: str
) -> None:
    statement = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {operator: {key: values}}}  # fmt: skip

    verdict = evaluate(parse_policy({"Version": "2012-10-17", "Statement": [statement]}), FACTS)

    assert [str(lack) for lack in verdict.lacks] == [f"Condition.{operator} {key}: {text}"]


def test_every_operator_has_a_text_here() -> None:
    bare = {name.rpartition(":")[2].removesuffix("IfExists") for name, *_ in LACKS}

    assert bare == {*OPERATORS, "Null"}


PRINCIPALS = [
    ({"Service": "lambda.amazonaws.com"}, "anonymous is not {Service: lambda.amazonaws.com}"),
    ({"Federated": ["a", "b"]}, "anonymous is not {Federated: a} or {Federated: b}"),
    ({"CanonicalUser": "7"}, "anonymous is not {CanonicalUser: 7}"),
    ({"Service": "a.amazonaws.com", "AWS": ACCOUNT}, f"anonymous is not {ACCOUNT} or {{Service: a.amazonaws.com}}"),
]  # fmt: skip


@pytest.mark.parametrize(("principal", "text"), PRINCIPALS)
def test_a_principal_that_no_caller_is_is_named(principal: dict[str, Any], text: str) -> None:
    statement = {"Effect": "Allow", "Principal": principal, "Action": "*", "Resource": "*"}
    verdict = evaluate(parse_policy({"Statement": statement}), FACTS)

    assert [str(lack) for lack in verdict.lacks] == [f"Principal: {text}"]


@pytest.mark.parametrize("kind", ["Service", "Federated", "CanonicalUser"])
@pytest.mark.parametrize(
    "value", ["*", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root", f"arn:aws:iam::{ACCOUNT}:role/app"]
)
def test_a_principal_of_another_kind_is_no_caller(kind: str, value: str) -> None:
    statement = {"Principal": {kind: value}, "Action": "*", "Resource": "*"}
    caller = FACTS._replace(caller=Caller(arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s1"))
    deny = {"NotPrincipal": {kind: value}, "Action": "*", "Resource": "*", "Effect": "Deny"}

    assert evaluate(parse_policy({"Statement": {**statement, "Effect": "Allow"}}), caller).effect == "none"
    assert evaluate(parse_policy({"Statement": deny}), caller).effect == "deny"
