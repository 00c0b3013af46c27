"""Patterns against shapes: a pattern that is told to match nothing matches nothing that has the shape."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.checks.rules.policies.shapes import (
    DIGITS,
    LOWER,
    can_match,
    many,
    service_resource,
    some,
    text,
)
from lattice_events.network.policy import matches_pattern

ID = "svc-0123456789abcdef0"
ARN = f"arn:aws:vpc-lattice:eu-west-1:111122223333:service/{ID}"
REQUESTS = [f"{ARN}{path}" for path in ("/", "/a", "/orders/1", "/a*b", "/svc-1/x")]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*", True),
        ("*/*", True),
        ("*/orders", True),
        (f"{ARN}/*", True),
        (f"{ARN}/", True),
        (f"{ARN}*", True),
        (f"{ARN}?orders", True),
        (f"{ARN}/${{aws:PrincipalTag/team}}/*", True),
        ("arn:*:vpc-lattice:*:*:service/*", True),
        ("arn:aws:vpc-lattice:${aws:RequestedRegion}:*:service/*/x", True),
        ("*/${*}/x", True),
        (ARN, False),
        (f"{ARN.replace('111122223333', '11112222333')}/*", False),
        (f"{ARN.replace('service/', 'servicenetwork/').replace('svc-', 'sn-')}/*", False),
        (f"{ARN.replace('vpc-lattice', 'vpc-lattice-svcs')}/*", False),
        ("/orders/*", False),
        ("https://orders.example.com/*", False),
        ("*.example.com", True),  # as a path may end
        ("arn:aws:execute-api:*:*:*/*", False),
        ("", False),
    ],
)
def test_a_resource_matches_a_request_or_none(pattern: str, expected: bool) -> None:
    """https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-resource-format"""
    assert can_match(pattern, service_resource()) is expected


def test_a_resource_of_another_service_matches_no_request_to_this_one() -> None:
    other = "svc-00000000000000000"

    assert can_match(f"{ARN.replace(ID, other)}/*", service_resource(ID)) is False
    assert can_match(f"{ARN}/*", service_resource(ID)) is True


@pytest.mark.parametrize(
    ("pattern", "options", "expected"),
    [
        ("get", {}, False),
        ("get", {"ignore_case": True}, True),
        ("G*", {}, True),
        ("G*", {"is_literal": True}, False),
        ("${aws:username}", {}, True),
        ("${aws:username}", {"has_variables": False}, False),
        ("${?}", {}, False),
        ("???", {}, True),
        ("????", {}, False),
    ],
)
def test_operators_differ_in_wildcards_case_and_variables(
    pattern: str, options: dict[str, bool], expected: bool
) -> None:
    assert can_match(pattern, text("GET"), **options) is expected


def test_a_count_and_any_number_of_characters_are_told_apart() -> None:
    assert [can_match("1" * count, some(DIGITS, 3)) for count in (2, 3, 4)] == [False, True, False]
    assert [can_match("a" * count, many(LOWER)) for count in (0, 1, 50)] == [False, True, True]


@given(st.lists(st.sampled_from((*ARN, "*", "?", "/", "service/", ID, "${*}", ARN)), max_size=8).map("".join))
def test_what_is_told_to_match_no_request_matches_none(pattern: str) -> None:
    matched = [each for each in REQUESTS if matches_pattern(pattern, each, lambda _: ())]

    assert can_match(pattern, service_resource()) or not matched


@given(st.sampled_from(REQUESTS), st.data())
def test_a_pattern_made_of_a_request_may_match(request: str, data: st.DataObject) -> None:
    """Any part of it as a star, any character as a question mark."""
    start = data.draw(st.integers(0, len(request)))
    end = data.draw(st.integers(start, len(request)))
    pattern = request[:start] + "*" + request[end:]
    marked = data.draw(st.integers(0, len(pattern) - 1))
    pattern = pattern[:marked] + "?" + pattern[marked + 1 :] if pattern[marked] != "*" else pattern

    assert can_match(pattern, service_resource())
