"""What Terraform has as attributes of its own, and what a plan does not know."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checking import codes_of
from tests.unit.readers.test_terraform import configured, planned

NETWORK = {"name": "shop", "auth_type": "NONE"}
NETWORK_ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-0123456789abcdef0"
VPC = {"service_network_identifier": NETWORK_ARN, "vpc_identifier": "vpc-0123456789abcdef0"}
SERVICE_ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0"
LISTENER = {
    "service_arn": SERVICE_ARN,
    "protocol": "HTTPS",
    "default_action": [{"fixed_response": [{"status_code": 404}]}],
}


@pytest.mark.parametrize(
    ("values", "unknown", "configuration", "found"),
    [
        pytest.param({"security_group_ids": ["sg-1"]}, {}, None, [], id="a group"),
        pytest.param({"security_group_ids": None}, {}, None, ["LTC404"], id="none"),
        pytest.param({"security_group_ids": []}, {}, None, ["LTC404"], id="none of a list"),
        pytest.param({}, {"security_group_ids": True}, configured(), ["LTC404"], id="none that is told after apply"),
        pytest.param({}, {"security_group_ids": True}, configured(security_group_ids=["aws_security_group.a.id"]), [], id="a group that apply makes"),
    ],
)  # fmt: skip
def test_an_association_of_terraform_has_security_groups(
    values: dict[str, Any],
    unknown: dict[str, Any],
    configuration: dict[str, Any] | None,
    found: list[str],
    tmp_path: Path,
) -> None:
    plan = planned(
        [
            ("aws_vpclattice_service_network_vpc_association.a", {**VPC, **values}, unknown),
            ("aws_security_group.a", {}, {}),
        ],
        configuration,
    )

    assert codes_of(json.dumps(plan), tmp_path, "LTC4", "LTC9", file="plan.json") == found


@pytest.mark.parametrize(
    ("certificate", "found"),
    [
        ({"certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/1"}, []),
        ({"certificate_arn": None}, ["LTC408"]),
    ],
)
def test_a_service_of_terraform_has_a_certificate(
    certificate: dict[str, Any], found: list[str], tmp_path: Path
) -> None:
    service = {"name": "site", "custom_domain_name": "www.example.com", "arn": SERVICE_ARN, **certificate}
    association = {"service_identifier": SERVICE_ARN, "service_network_identifier": NETWORK_ARN}
    plan = planned(
        [
            ("aws_vpclattice_service.a", service, {}),
            ("aws_vpclattice_listener.a", LISTENER, {}),
            ("aws_vpclattice_service_network_service_association.a", association, {}),
        ]
    )

    assert codes_of(json.dumps(plan), tmp_path, "LTC4", "LTC9", file="plan.json") == found


@pytest.mark.parametrize(
    ("destination", "found"),
    [("/aws/vendedlogs/site", ["LTC410"]), ("arn:aws:s3:::site", [])],
)
def test_access_logs_of_terraform_go_to_an_arn(destination: str, found: list[str], tmp_path: Path) -> None:
    logs = {"resource_identifier": NETWORK_ARN, "destination_arn": destination}
    plan = planned([("aws_vpclattice_access_log_subscription.a", logs, {})])

    assert codes_of(json.dumps(plan), tmp_path, "LTC4", "LTC9", file="plan.json") == found


# ── security groups ───────────────────────────────────────────────────────────────────────────

URL = "https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
CLIENT = {
    "function_name": "client",
    "role": "arn:aws:iam::123456789012:role/client",
    "runtime": "python3.12",
    "handler": "index.handler",
    "environment": [{"variables": {"URL": URL}}],
    "vpc_config": [{"subnet_ids": ["subnet-1"], "security_group_ids": ["sg-1"]}],
}
GROUP = {"id": "sg-1", "vpc_id": "vpc-1", "ingress": [], "egress": []}
HTTPS = {"from_port": 443, "to_port": 443}
LIST = "pl-0123456789abcdef0"


def of_client(egress: Any, *rules: tuple[str, dict[str, Any], dict[str, Any]], unknown: Any = None) -> str:
    """A plan of a client whose group has some egress rules, with further resources."""
    return json.dumps(
        planned(
            [
                (
                    "aws_vpclattice_service_network_vpc_association.a",
                    {**VPC, "security_group_ids": ["sg-9"]},
                    {},
                ),
                ("aws_lambda_function.client", CLIENT, {}),
                ("aws_security_group.client", {**GROUP, "egress": egress}, {"id": False, **(unknown or {})}),
                *rules,
            ]
        )
    )


@pytest.mark.parametrize(
    ("egress", "found"),
    [
        ([{"protocol": "tcp", **HTTPS, "prefix_list_ids": [LIST]}], []),
        ([{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}], []),
        ([{"protocol": "tcp", **HTTPS, "cidr_blocks": ["10.0.0.0/16"]}], ["LTC405"]),
        ([{"protocol": "tcp", **HTTPS, "security_groups": ["sg-2"], "self": True}], ["LTC405"]),
        ([{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["0.0.0.0/0"]}], ["LTC405"]),
        ([{"protocol": "tcp", **HTTPS, "prefix_list_ids": ["com.amazonaws.us-east-1.vpc-lattice"]}], ["LTC406"]),
        ([], ["LTC405"]),
    ],
)  # fmt: skip
def test_a_group_of_terraform_lets_out_what_its_blocks_say(
    egress: list[dict[str, Any]], found: list[str], tmp_path: Path
) -> None:
    """Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/security_group"""
    assert codes_of(of_client(egress), tmp_path, "LTC4", file="plan.json") == found


OUT = "aws_vpc_security_group_egress_rule.out"
ANY = "aws_security_group_rule.out"


@pytest.mark.parametrize(
    ("rule", "found"),
    [
        pytest.param((OUT, {"security_group_id": "sg-1", "ip_protocol": "tcp", **HTTPS, "prefix_list_id": LIST}, {}), [], id="a rule of its own"),
        pytest.param((OUT, {"security_group_id": "sg-1", "ip_protocol": "tcp", **HTTPS, "cidr_ipv4": "10.0.0.0/8"}, {}), ["LTC405"], id="a rule of its own for the VPC"),
        pytest.param((OUT, {"security_group_id": "sg-1", "ip_protocol": "tcp", **HTTPS}, {"prefix_list_id": True}), [], id="a prefix list that apply tells"),
        pytest.param((OUT, {"ip_protocol": "tcp", **HTTPS, "prefix_list_id": LIST}, {"security_group_id": True}), [], id="a group that apply tells"),
        pytest.param((OUT, {"security_group_id": "sg-2", "ip_protocol": "tcp", **HTTPS, "prefix_list_id": LIST}, {}), [], id="a group that is not here, which may be this one"),
        pytest.param((ANY, {"type": "egress", "security_group_id": "sg-1", "protocol": "tcp", **HTTPS, "prefix_list_ids": [LIST]}, {}), [], id="a rule of both directions"),
        pytest.param((ANY, {"type": "ingress", "security_group_id": "sg-1", "protocol": "tcp", **HTTPS, "prefix_list_ids": [LIST]}, {}), ["LTC405"], id="the other direction"),
        pytest.param((ANY, {"type": "egress", "security_group_id": "sg-1", "protocol": "tcp", **HTTPS, "source_security_group_id": "sg-3"}, {}), ["LTC405"], id="a rule for another group"),
        pytest.param((ANY, {"type": "egress", "security_group_id": "sg-1", "protocol": "tcp", **HTTPS}, {"cidr_blocks": True}), [], id="addresses that apply tells"),
    ],
)  # fmt: skip
def test_a_rule_of_terraform_may_stand_alone(
    rule: tuple[str, dict[str, Any], dict[str, Any]], found: list[str], tmp_path: Path
) -> None:
    """Source: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/vpc_security_group_egress_rule"""
    assert codes_of(of_client([], rule), tmp_path, "LTC4", file="plan.json") == found


def test_rules_that_apply_tells_may_let_out(tmp_path: Path) -> None:
    plan = json.loads(of_client([], unknown={"egress": True}))
    plan["configuration"]["root_module"] = {
        "resources": [
            {
                "address": "aws_security_group.client",
                "expressions": {"egress": {"references": ["aws_vpc.a.cidr_block"]}},
            }
        ]
    }
    plan["planned_values"]["root_module"]["resources"].append(
        {"address": "aws_vpc.a", "mode": "managed", "type": "aws_vpc", "values": {}}
    )

    assert codes_of(json.dumps(plan), tmp_path, "LTC4", file="plan.json") == []
