"""More than an account may have, and more than anybody may have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checking import codes_of, findings_in

LATTICE = "AWS::VpcLattice::"
NOT_FOUND = {"FixedResponse": {"StatusCode": 404}}


def stack(**resources: tuple[str, dict[str, Any]]) -> str:
    return json.dumps(
        {
            "Resources": {
                name: {"Type": kind if "::" in kind else LATTICE + kind, "Properties": properties}
                for name, (kind, properties) in resources.items()
            }
        }
    )


def ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def service(*, listeners: int = 1, rules: int = 0, groups: int = 0) -> dict[str, tuple[str, dict[str, Any]]]:
    """A service with some listeners, of which the first has rules that forward to groups, one after the other."""
    found: dict[str, tuple[str, dict[str, Any]]] = {
        "Shop": ("ServiceNetwork", {"Name": "shop"}),
        "Orders": ("Service", {"Name": "orders"}),
        "OnShop": (
            "ServiceNetworkServiceAssociation",
            {"ServiceIdentifier": ref("Orders"), "ServiceNetworkIdentifier": ref("Shop")},
        ),
    }
    for index in range(listeners):
        found[f"Listener{index}"] = (
            "Listener",
            {
                "ServiceIdentifier": ref("Orders"),
                "Protocol": "HTTP",
                "Port": 8000 + index,
                "DefaultAction": NOT_FOUND,
            },
        )
    for index in range(groups):
        config = {"VpcIdentifier": "vpc-1", "Protocol": "HTTP", "Port": 80}
        found[f"Group{index}"] = ("TargetGroup", {"Type": "IP", "Config": config})
    for index in range(rules):
        forward = {"Forward": {"TargetGroups": [{"TargetGroupIdentifier": ref(f"Group{index}")}]}}
        path = {"CaseSensitive": True, "Match": {"Exact": f"/{index}"}}
        found[f"Rule{index}"] = (
            "Rule",
            {
                "ServiceIdentifier": ref("Orders"),
                "ListenerIdentifier": ref("Listener0"),
                "Priority": index + 1,
                "Match": {"HttpMatch": {"PathMatch": path}},
                "Action": forward if index < groups else NOT_FOUND,
            },
        )
    return found


@pytest.mark.parametrize(
    ("numbers", "found"),
    [
        ({"listeners": 2, "rules": 10, "groups": 10}, []),
        ({"listeners": 3}, ["orders has 3 listeners"]),
        ({"rules": 11, "groups": 10}, ["http-8000 has 11 rules"]),
        (
            {"rules": 11, "groups": 11},
            ["orders has 11 target groups", "http-8000 has 11 rules"],
        ),
    ],
)
def test_more_than_the_default_quota_is_told(
    numbers: dict[str, int], found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html"""
    (tmp_path / "stack.json").write_text(stack(**service(**numbers)))

    told = [each.message for each in findings_in(tmp_path) if each.code.startswith("LTC5")]

    assert [message.partition(";")[0] for message in told] == found


@pytest.mark.parametrize(("number", "found"), [(50, []), (51, ["LTC501"])])
def test_the_networks_of_a_region_are_counted(number: int, found: list[str], tmp_path: Path) -> None:
    networks = {f"N{index}": ("ServiceNetwork", {"Name": f"network-{index}"}) for index in range(number)}

    assert codes_of(stack(**networks), tmp_path, "LTC5", "LTC9", file="stack.json") == found


def policy(text_length: int) -> dict[str, Any]:
    statement = {
        "Sid": "a" * text_length,
        "Effect": "Allow",
        "Principal": "*",
        "Action": "*",
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


FITTING = 10_240 - len(json.dumps(policy(0), separators=(",", ":")))


@pytest.mark.parametrize(("length", "found"), [(FITTING, []), (FITTING + 1, ["LTC506"])])
@pytest.mark.parametrize("is_text", [False, True])
def test_an_auth_policy_has_at_most_ten_kilobytes(
    length: int, found: list[str], tmp_path: Path, *, is_text: bool
) -> None:
    document: Any = policy(length)
    properties = {
        "ResourceIdentifier": ref("Orders"),
        "Policy": json.dumps(document) if is_text else document,
    }
    resources = {**service(), "Policy": ("AuthPolicy", properties)}
    resources["Orders"] = ("Service", {"Name": "orders", "AuthType": "AWS_IAM"})

    codes = codes_of(stack(**resources), tmp_path, "LTC5", "LTC9", file="stack.json")

    assert [code for code in codes if code in ("LTC506", "LTC901")] == found


def test_an_auth_policy_of_a_cluster_has_at_most_ten_kilobytes(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text(
        "apiVersion: application-networking.k8s.aws/v1alpha1\n"
        "kind: IAMAuthPolicy\n"
        "metadata: {name: orders}\n"
        "spec:\n"
        "  targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: orders}\n"
        f"  policy: '{json.dumps(policy(FITTING + 1))}'\n"
    )

    told = [(each.code, each.place.line) for each in findings_in(tmp_path)]

    assert [each for each in told if each[0] in ("LTC506", "LTC901")] == [("LTC506", 6)]


@pytest.mark.parametrize(("number", "found"), [(5, []), (6, ["LTC506"])])
def test_an_association_has_at_most_five_security_groups(
    number: int, found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html"""
    groups = [f"sg-{index}" for index in range(number)]
    association = {
        "VpcIdentifier": "vpc-1",
        "ServiceNetworkIdentifier": ref("Shop"),
        "SecurityGroupIds": groups,
    }
    resources = {**service(), "ShopVpc": ("ServiceNetworkVpcAssociation", association)}

    assert codes_of(stack(**resources), tmp_path, "LTC5", "LTC9", file="stack.json") == found
