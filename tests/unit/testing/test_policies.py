"""What users write to test their auth policies."""

from __future__ import annotations

import json

import pytest

from lattice_events.errors import ConfigurationError
from lattice_events.testing import PolicyTester, allows

SESSION = "arn:aws:sts::123456789012:assumed-role/app/s1"
POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "App",
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::123456789012:role/app"},
            "Action": "vpc-lattice-svcs:Invoke",
            "Resource": "*/orders/*",
            "Condition": {"StringEquals": {"vpc-lattice-svcs:SourceVpc": "vpc-1"}},
        },
        {
            "Sid": "NoDelete",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "*",
            "Resource": "*",
            "Condition": {"StringEquals": {"vpc-lattice-svcs:RequestMethod": "DELETE"}},
        },
    ],
}


def test_a_policy_allows_or_says_why_not() -> None:
    assert allows(POLICY, principal=SESSION, path="/orders/7", source_vpc="vpc-1")
    assert allows(json.dumps(POLICY), principal=SESSION, path="/orders/7", source_vpc="vpc-1")

    refused = allows(POLICY, principal=SESSION, path="/orders/7", source_vpc="vpc-2")
    assert not refused
    assert "SourceVpc: is vpc-2, wanted vpc-1" in repr(refused)
    denied = allows(POLICY, principal=SESSION, method="DELETE", path="/orders/7", source_vpc="vpc-1")
    assert repr(denied) == "<denied by NoDelete>"


def test_a_table_lists_every_row_that_came_out_otherwise() -> None:
    tester = PolicyTester(POLICY)

    tester.check([(False, {"path": "/orders/7"})])
    with pytest.raises(AssertionError) as caught:
        tester.check(
            [
                (True, {"path": "/orders/7"}),
                (False, {"method": "DELETE"}),
                (False, {"principal": SESSION, "path": "/orders/7", "source_vpc": "vpc-1"}),
            ]
        )

    first, second = str(caught.value).splitlines()
    assert "must be allowed: <no statement allows it; the nearest, App, lacks Principal" in first
    assert "must be refused: <allowed by App>" in second


def test_statements_that_no_test_reached_are_listed() -> None:
    tester = PolicyTester(POLICY)
    assert tester.unreached == ["App", "NoDelete"]

    assert not tester.allows(method="DELETE", headers={"x-a": "1"}, query="a=1", tags={"a": "b"}, port=80)

    assert tester.unreached == ["App"]


@pytest.mark.parametrize("arn", ["orders-app", "arn:aws:iam::123456789012", "arn:aws:s3:::bucket"])
def test_a_principal_that_is_no_arn_of_a_caller_is_named(arn: str) -> None:
    account = {**POLICY, "Statement": [{**POLICY["Statement"][0], "Principal": "123456789012"}]}  # type: ignore[dict-item]

    with pytest.raises(ConfigurationError, match=f"principal must be the ARN .* not '{arn}'"):
        allows(account, principal=arn)


def test_a_wrong_policy_is_named() -> None:
    with pytest.raises(ConfigurationError, match="did you mean StringEquals"):
        allows({"Statement": [{**POLICY["Statement"][0], "Condition": {"StringEqual": {}}}]})  # type: ignore[dict-item]
