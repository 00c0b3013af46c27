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
