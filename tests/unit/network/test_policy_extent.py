"""How many requests a policy lets in, beside what it says of each of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.network.policy import (
    Caller,
    Extent,
    Facts,
    Policy,
    Requests,
    evaluate,
    extent_of,
    parse_policy,
)
from tests.unit.network.test_policy_properties import FACTS, SERVICES, WANTED, some, statements

CALLER = Caller(arn="arn:aws:sts::111111111111:assumed-role/r/x", org_id="o-1", tags={"team": "red"})
METHOD, PATH, VPC = (f"vpc-lattice-svcs:{name}" for name in ("RequestMethod", "RequestPath", "SourceVpc"))
HEADER = "vpc-lattice-svcs:RequestHeader/x"


def statement(effect: str = "Allow", resource: str = "*", **conditions: Any) -> dict[str, Any]:
    return {
        "Effect": effect,
        "Principal": "*",
        "Action": "vpc-lattice-svcs:Invoke",
        "Resource": resource,
        "Condition": conditions,
    }


def extent(*written: dict[str, Any], path: str = "/", is_open: bool = True, method: str = "") -> Extent:
    open_keys = {"vpc-lattice-svcs:requestheader", VPC.lower()} | (set() if method else {METHOD.lower()})
    facts = Facts(service_arn=SERVICES[0], caller=CALLER, path=path, method=method)
    policy = parse_policy({"Version": "2012-10-17", "Statement": list(written)})
    return extent_of(policy, Requests(facts, is_open, frozenset(open_keys)))


@pytest.mark.parametrize(
    ("resource", "path", "is_open", "expected"),
    [
        ("*", "/", True, Extent.ALL),
        (f"{SERVICES[0]}/*", "/", True, Extent.ALL),
        (f"{SERVICES[0]}/**", "/", True, Extent.ALL),
        ("arn:*/svc-a/*", "/a", True, Extent.ALL),
        ("arn:*svc-?/*", "/", True, Extent.ALL),
        (f"{SERVICES[0]}/orders/*", "/", True, Extent.SOME),
        (f"{SERVICES[0]}/orders/*", "/orders", True, Extent.SOME),
        (f"{SERVICES[0]}/orders/*", "/orders/7", True, Extent.ALL),
        (f"{SERVICES[0]}/*/7", "/orders/", True, Extent.SOME),
        (f"{SERVICES[0]}/orders/*", "/catalog", True, Extent.NONE),
        ("*/catalog/?", "/orders", True, Extent.SOME),
        ("arn:*:service/svc-b/*", "/", True, Extent.SOME),  # a star goes on into the path
        (SERVICES[0], "/", True, Extent.NONE),
        (f"{SERVICES[1]}/*", "/", True, Extent.NONE),
        (f"{SERVICES[0]}/${{aws:PrincipalTag/team}}/*", "/", True, Extent.SOME),
        (f"{SERVICES[0]}/${{aws:PrincipalTag/team}}", "/red", False, Extent.ALL),
        (f"{SERVICES[0]}/${{{HEADER}}}", "/red", False, Extent.SOME),
        (f"{SERVICES[0]}/orders", "/orders", False, Extent.ALL),
        (f"{SERVICES[0]}/orders", "/orders/7", False, Extent.NONE),
    ],
)
def test_a_resource_is_compared_with_how_paths_begin(
    resource: str, path: str, is_open: bool, expected: Extent
) -> None:
    assert extent(statement(resource=resource), path=path, is_open=is_open) is expected


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, Extent.ALL),
        ({"StringEquals": {"aws:PrincipalOrgID": "o-2"}}, Extent.NONE),
        ({"StringEquals": {"aws:PrincipalTag/team": "${aws:PrincipalOrgID}"}}, Extent.NONE),
        ({"StringEquals": {"aws:PrincipalTag/team": f"${{{HEADER}}}"}}, Extent.SOME),
        ({"StringEquals": {METHOD: "GET"}}, Extent.SOME),
        ({"StringEquals": {HEADER: "a"}}, Extent.SOME),
        ({"StringEquals": {VPC: "vpc-1"}}, Extent.SOME),
        # On AWS a request may have this key; nothing here knows it.
        ({"StringEquals": {"aws:SourceVpce": "vpce-1"}}, Extent.SOME),
        ({"StringLike": {PATH: "/orders/*"}}, Extent.SOME),
        ({"StringLike": {PATH: "/*"}}, Extent.ALL),
        ({"StringLike": {PATH: "orders"}}, Extent.NONE),
        ({"StringNotLike": {PATH: "/*"}}, Extent.NONE),
        ({"StringEquals": {PATH: "/orders"}}, Extent.SOME),
        ({"ForAnyValue:StringLike": {PATH: "/*"}}, Extent.SOME),
    ],
)
def test_a_condition_counts_as_far_as_all_requests_have_it_in_common(
    conditions: dict[str, Any], expected: Extent
) -> None:
    assert extent(statement(**conditions)) is expected


def test_a_method_that_all_requests_have_is_compared() -> None:
    reads = statement(StringEquals={METHOD: "GET"})

    assert extent(reads, method="GET") is Extent.ALL
    assert extent(reads, method="PUT") is Extent.NONE


@pytest.mark.parametrize(
    ("denied", "expected"),
    [("*", Extent.NONE), (f"{SERVICES[0]}/orders/*", Extent.SOME), (f"{SERVICES[1]}/*", Extent.ALL)],
)
def test_a_deny_takes_what_it_is_about_from_what_is_allowed(denied: str, expected: Extent) -> None:
    assert extent(statement(), statement("Deny", denied)) is expected


def test_a_statement_without_a_resource_is_about_everything() -> None:
    (read,) = parse_policy({"Version": "2012-10-17", "Statement": statement(resource="other")}).statements
    everywhere = Policy(statements=(replace(read, resource=None),))

    assert extent_of(everywhere, Requests(Facts(service_arn=SERVICES[0]), True, frozenset())) is Extent.ALL


def test_what_no_statement_is_about_is_not_allowed() -> None:
    other = {**statement(), "Principal": {"AWS": "222222222222"}}
    connect = {**statement(), "Action": "vpc-lattice-svcs:Connect"}

    assert extent(other, connect) is Extent.NONE


@st.composite
def asked(draw: st.DrawFn) -> tuple[Facts, Requests]:
    """A request, and some requests of which it is one."""
    facts = draw(FACTS)._replace(path=draw(st.sampled_from(("/", "/a", "/a/b", "/ab/c", "/a/b/c"))))
    is_open = draw(st.booleans())
    start = facts.path[: draw(st.integers(1, len(facts.path)))] if is_open else facts.path
    open_keys = draw(st.sets(st.sampled_from((METHOD.lower(), "vpc-lattice-svcs:requestheader"))))
    common = facts._replace(
        path=start,
        method="made-up" if METHOD.lower() in open_keys else facts.method,
        headers=type(facts.headers)() if "vpc-lattice-svcs:requestheader" in open_keys else facts.headers,
    )
    return facts, Requests(common, is_open, frozenset(open_keys))


@st.composite
def statements_about_paths(draw: st.DrawFn) -> dict[str, Any]:
    """A statement that may ask for the path, too."""
    written = draw(statements())
    operator = draw(
        st.sampled_from(("", "StringLike", "StringNotLike", "StringEquals", "ForAnyValue:StringLike"))
    )
    paths = draw(some(("/a*", "/", "/*", "*b*", "/a?b", "/a/b", *WANTED)))
    return {**written, "Condition": {operator: {PATH: paths}}} if operator else written


@given(st.lists(statements_about_paths(), min_size=1, max_size=4), asked())
def test_what_is_said_of_all_requests_holds_for_each(
    written: list[dict[str, Any]], pair: tuple[Facts, Requests]
) -> None:
    policy = parse_policy({"Version": "2012-10-17", "Statement": written})
    facts, requests = pair

    answer, is_allowed = extent_of(policy, requests), bool(evaluate(policy, facts))

    assert answer is not (Extent.NONE if is_allowed else Extent.ALL)
