"""Names that AWS refuses, and names that are in the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lattice_events.checks.rule import REMOVED
from tests.checking import codes_of, findings_in
from tests.unit.readers.test_terraform import planned


def template(**resources: str) -> str:
    return "Parameters: {Given: {Type: String}}\nResources:\n" + "".join(
        f"  {name}: {{Type: 'AWS::VpcLattice::{kind}', Properties: {{{properties}}}}}\n"
        for name, (kind, _, properties) in ((name, each.partition(" ")) for name, each in resources.items())
    )


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        ("ServiceNetwork Name: a-1", []),
        ("ServiceNetwork Name: !Ref Given", []),
        ("ServiceNetwork Name: !Sub 'shop-${AWS::Region}'", []),
        ("ServiceNetwork Name: an", ["LTC502"]),
        ("ServiceNetwork Name: Shop", ["LTC502"]),
        ("ServiceNetwork Name: -shop", ["LTC502"]),
        ("ServiceNetwork Name: shop-", ["LTC502"]),
        ("ServiceNetwork Name: servicenetwork-shop", ["LTC502"]),
        ("ServiceNetwork Name: !Sub 'shop_${AWS::Region}'", ["LTC502"]),
        ("TargetGroup Type: IP, Name: tg-a, Config: {VpcIdentifier: vpc-1, Protocol: HTTP, Port: 80}", ["LTC502"]),
    ],
)  # fmt: skip
def test_a_name_is_one_that_aws_takes(resource: str, found: list[str], tmp_path: Path) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetwork.html"""
    assert codes_of(template(Thing=resource), tmp_path, "LTC5", "LTC9") == found


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("ServiceNetwork Name: shop", "ServiceNetwork Name: shop", ["LTC504"]),
        ("ServiceNetwork Name: shop", "ServiceNetwork Name: shop-2", []),
        ("ServiceNetwork Name: shop", "ServiceNetwork AuthType: NONE", []),
        ("ServiceNetwork Name: !Ref Given", "ServiceNetwork Name: !Ref Given", []),
        ("TargetGroup Type: ALB, Name: a-b", "TargetGroup Type: ALB, Name: a-b", ["LTC504"]),
    ],
)
def test_a_name_stands_for_one_thing(first: str, second: str, found: list[str], tmp_path: Path) -> None:
    codes = codes_of(template(First=first, Second=second), tmp_path, "LTC5", "LTC9")

    assert [code for code in codes if code in ("LTC504", "LTC901")] == found


@pytest.mark.parametrize(
    ("network", "found"),
    [
        ("!Ref Shop", ["LTC504"]),
        ("!GetAtt Shop.Arn", ["LTC504"]),
        ("!Ref Back", []),
        ("!Ref Given", []),
    ],
)
def test_a_custom_domain_name_stands_for_one_service_of_a_network(
    network: str, found: list[str], tmp_path: Path
) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-custom-domain-name.html"""
    definition = template(
        Shop="ServiceNetwork Name: shop",
        Back="ServiceNetwork Name: back",
        One="Service Name: one, CustomDomainName: a.example.com",
        Two="Service Name: two, CustomDomainName: A.example.com",
        OneOn="ServiceNetworkServiceAssociation ServiceIdentifier: !Ref One, ServiceNetworkIdentifier: !Ref Shop",
        TwoOn=f"ServiceNetworkServiceAssociation ServiceIdentifier: !Ref Two, ServiceNetworkIdentifier: {network}",
    )

    assert codes_of(definition, tmp_path, "LTC5", "LTC9") == found


LAMBDA = "TargetGroup Type: LAMBDA, Name: orders"


@pytest.mark.parametrize(
    ("resource", "found"),
    [
        (f"{LAMBDA}, Config: {{LambdaEventStructureVersion: V1}}", ["LTC503"]),
        (f"{LAMBDA}, Config: {{LambdaEventStructureVersion: V2}}", []),
        (f"{LAMBDA}, Config: {{LambdaEventStructureVersion: !Ref Given}}", []),
        (f"{LAMBDA}, Config: !Ref Given", []),
        ("TargetGroup Type: LAMBDA, Config: {LambdaEventStructureVersion: V1}", []),
        ("TargetGroup Type: ALB, Name: orders", []),
    ],
)
def test_a_group_that_v2_replaces_has_no_name(resource: str, found: list[str], tmp_path: Path) -> None:
    codes = codes_of(template(Group=resource), tmp_path, "LTC5", "LTC9")

    assert [code for code in codes if code == "LTC503"] == found


def test_the_name_of_a_group_that_v2_replaces_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(template(Group=f"{LAMBDA}, Config: {{LambdaEventStructureVersion: V1}}"))

    (found,) = [each for each in findings_in(tmp_path) if each.code == "LTC503"]

    assert [(each.place, each.name, each.value) for each in found.edits] == [
        (str(found.place), "Name", REMOVED)
    ]


def test_terraform_deletes_a_group_before_it_makes_its_successor(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "name": "orders",
        "type": "LAMBDA",
        "config": [{"lambda_event_structure_version": "V1"}],
    }
    plan = planned([("aws_vpclattice_target_group.orders", values, {})])

    assert "LTC503" not in codes_of(json.dumps(plan), tmp_path, "LTC5", "LTC9", file="plan.json")
