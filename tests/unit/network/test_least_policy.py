"""The least policy: it allows what was asked, and nothing that differs in caller, method or path."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lattice_events.network.lab import Asked, asked_of, least_policy
from lattice_events.network.policy import Caller, Facts, evaluate, parse_policy
from tests.checking import codes_of

SERVICES = tuple(
    f"arn:aws:vpc-lattice:us-west-2:123456789012:service/svc-0123456789abcdef{n}" for n in range(2)
)
CALLERS = (
    None,
    "arn:aws:sts::123456789012:assumed-role/shop/s1",
    "arn:aws:sts::123456789012:assumed-role/reader/s1",
    "arn:aws:sts::210987654321:assumed-role/shop/s2",
    "arn:aws:iam::123456789012:user/ops/ann",
    "arn:aws:iam::123456789012:root",
    "arn:aws:sts::123456789012:federated-user/bob",
    "arn:aws:iam::123456789012:group/odd${aws:username}",
)
METHODS = ("GET", "POST", "DELETE", "get")
PATHS = (
    "/", "/orders", "/orders/", "/orders/7", "/orders/8", "/orders/7/items", "/Orders", "/a*b", "/aXb", "/a/x/b",
    "/a${aws:username}", "/a${*}", "/a$*", "/a?", "/a$", "/é", "/orders/7%20",
)  # fmt: skip


def facts(caller: str | None, method: str, service_arn: str, path: str) -> Facts:
    return Facts(service_arn=service_arn, caller=Caller(arn=caller), method=method, path=path)


EVERY = [facts(*each) for each in product(CALLERS, METHODS, SERVICES, PATHS)]


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(EVERY) - 1), min_size=1, max_size=10), st.booleans(), st.data())
def test_it_allows_what_was_asked_and_nothing_else(
    numbers: list[int], names_services: bool, data: st.DataObject
) -> None:
    asked = [EVERY[number] for number in numbers]
    if not names_services:
        asked = [each._replace(service_arn=SERVICES[0]) for each in asked]
    allowed = {asked_of(each) for each in asked}

    least = least_policy(allowed, names_services=names_services)

    assert least
    policy = parse_policy(least.text)
    assert policy == least.policy
    assert all(evaluate(policy, each) for each in asked)
    one = data.draw(st.sampled_from(asked))
    others = [one._replace(path=path) for path in PATHS]
    others += [one._replace(method=method) for method in METHODS]
    others += [one._replace(caller=Caller(arn=arn)) for arn in CALLERS]
    others += [one._replace(service_arn=arn) for arn in SERVICES if names_services]
    for each in others:
        assert bool(evaluate(policy, each)) is (asked_of(each) in allowed), each


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(EVERY) - 1), min_size=1, max_size=10, unique=True), st.booleans())
def test_it_is_the_same_in_any_order_and_no_longer_than_a_statement_for_each(
    numbers: list[int], names_services: bool
) -> None:
    asked = [asked_of(EVERY[number]) for number in numbers]

    least = least_policy(asked, names_services=names_services)

    assert least
    assert least_policy(reversed(asked), names_services=names_services) == least
    alone = [least_policy([each], names_services=names_services) for each in dict.fromkeys(asked)]
    assert len(least.policy.statements) <= len(alone)
    assert least.bytes <= sum(each.bytes for each in alone if each)


def written(*asked: tuple[str | None, str, str], **options: Any) -> list[dict[str, Any]]:
    every = (asked_of(facts(who, how, SERVICES[0], path)) for who, how, path in asked)
    least = least_policy(every, **{"names_services": False, **options})
    assert least
    statements: list[dict[str, Any]] = json.loads(least.text)["Statement"]
    return statements


def test_it_is_in_the_form_of_aws_s_guide() -> None:
    shop, reader = CALLERS[1], CALLERS[2]

    statements = written(
        (shop, "GET", "/orders/7"),
        (shop, "GET", "/orders/8"),
        (shop, "POST", "/orders/7"),
        (shop, "POST", "/orders/8"),
        (reader, "GET", "/orders/7"),
        (None, "GET", "/healthz"),
    )

    assert statements == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/reader"},
            "Action": "vpc-lattice-svcs:Invoke",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "vpc-lattice-svcs:RequestMethod": "GET",
                    "vpc-lattice-svcs:RequestPath": "/orders/7",
                }
            },
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/shop"},
            "Action": "vpc-lattice-svcs:Invoke",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "vpc-lattice-svcs:RequestMethod": ["GET", "POST"],
                    "vpc-lattice-svcs:RequestPath": ["/orders/7", "/orders/8"],
                }
            },
        },
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "vpc-lattice-svcs:Invoke",
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "aws:PrincipalType": "Anonymous",
                    "vpc-lattice-svcs:RequestMethod": "GET",
                    "vpc-lattice-svcs:RequestPath": "/healthz",
                }
            },
        },
    ]


def test_that_of_a_service_network_names_the_services() -> None:
    [statement] = written((None, "GET", "/orders/7"), (None, "GET", "/orders/8"), names_services=True)

    assert statement["Resource"] == [f"{SERVICES[0]}/orders/7", f"{SERVICES[0]}/orders/8"]
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalType": "Anonymous", "vpc-lattice-svcs:RequestMethod": "GET"}
    }


@pytest.mark.parametrize(
    ("path", "resource"),
    [
        ("/orders/7", "/orders/*"),
        ("/orders/7/items/12", "/orders/*/items/*"),
        ("/orders/3f2504e0-4f89-41d3-9a0c-0305e82c3301", "/orders/*"),
        ("/orders/0af7651916cd43dd", "/orders/*"),
        ("/orders/01ARZ3NDEKTSV4RRFFQ69G5FAV", "/orders/*"),
        ("/orders/ord-1234", "/orders/*"),
        ("/orders/deadbeef", "/orders/deadbeef"),
        ("/v1/orders", "/v1/orders"),
        ("/well-known-configuration", "/well-known-configuration"),
        ("/a*b/7", "/a${*}b/*"),
        ("/", "/"),
    ],
)
def test_segments_that_look_like_ids_may_be_any(path: str, resource: str) -> None:
    [of_service] = written((None, "GET", path), any_id=True)
    [of_network] = written((None, "GET", path), any_id=True, names_services=True)

    assert of_service["Condition"]["StringLike"] == {"vpc-lattice-svcs:RequestPath": resource}
    assert of_network["Resource"] == SERVICES[0] + resource


@settings(max_examples=40)
@given(st.lists(st.integers(0, len(EVERY) - 1), min_size=1, max_size=10), st.booleans())
def test_with_any_id_it_still_allows_what_was_asked_and_no_other_caller_or_method(
    numbers: list[int], names_services: bool
) -> None:
    asked = [EVERY[number] for number in numbers]
    known = {(asked_of(each).principal, each.method) for each in asked}

    least = least_policy(map(asked_of, asked), names_services=names_services, any_id=True)

    assert least
    policy = parse_policy(least.text)
    assert all(evaluate(policy, each) for each in asked)
    for caller, method in product(CALLERS, METHODS):
        other = asked[0]._replace(caller=Caller(arn=caller), method=method)
        assert not evaluate(policy, other) or (asked_of(other).principal, method) in known


def test_ids_of_one_place_are_one_resource() -> None:
    statements = written(*((None, "GET", f"/orders/{number}") for number in range(50)), any_id=True)

    found = [each["Condition"]["StringLike"]["vpc-lattice-svcs:RequestPath"] for each in statements]
    assert found == ["/orders/*"]


def test_what_was_never_asked_has_no_policy() -> None:
    assert least_policy((), names_services=True) is None


def test_a_policy_that_is_too_long_says_so() -> None:
    few, many = (
        least_policy(
            (Asked(None, "GET", SERVICES[0], f"/orders/{number}") for number in range(count)),
            names_services=False,
        )
        for count in (500, 1000)
    )

    assert few
    assert few.fits
    assert many
    assert (many.fits, many.bytes) == (False, len(many.text))


@pytest.mark.parametrize(
    ("path", "any_id"), [("/orders/7", False), ("/orders/7", True), ("/orders/*/y", False)]
)
def test_lattice_check_finds_nothing_in_it(tmp_path: Path, path: str, *, any_id: bool) -> None:
    asked = [facts(who, "GET", SERVICES[0], each) for who in CALLERS[:-1] for each in ("/", path, "/a$")]
    least = least_policy(
        map(asked_of, asked),
        names_services=False,
        any_id=any_id,
    )
    assert least
    policy = {"ResourceIdentifier": {"Ref": "Service"}, "Policy": json.loads(least.text)}
    service = {"Name": "orders", "AuthType": "AWS_IAM"}
    resources = {
        "Service": {"Type": "AWS::VpcLattice::Service", "Properties": service},
        "Policy": {"Type": "AWS::VpcLattice::AuthPolicy", "Properties": policy},
    }

    assert codes_of(json.dumps({"Resources": resources}), tmp_path, "LTC2") == []
