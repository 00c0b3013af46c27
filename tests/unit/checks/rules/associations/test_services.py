"""A service is on a service network, or others may put it on one."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.checking import codes_of, findings_in
from tests.unit.readers.test_terraform import planned

SERVICE = """\
Parameters:
  Given: {Type: String}
Resources:
  Orders: {Type: AWS::VpcLattice::Service, Properties: {Name: orders}}
  Stock: {Type: AWS::VpcLattice::Service, Properties: {Name: stock}}
  StockOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties: {ServiceIdentifier: !Ref Stock, ServiceNetworkIdentifier: sn-0123456789abcdef0}
"""

ARN = "arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0"
REFERENCE = {"references": ["aws_vpclattice_service.a.arn", "aws_vpclattice_service.a"]}


def resource(kind: str, properties: str) -> str:
    return f"  More: {{Type: '{kind}', Properties: {properties}}}\n"


@pytest.mark.parametrize(
    ("more", "found"),
    [
        pytest.param("", ["LTC401"], id="nothing"),
        pytest.param(resource("AWS::VpcLattice::ServiceNetworkServiceAssociation", "{ServiceIdentifier: !Ref Orders, ServiceNetworkIdentifier: !Ref Given}"), [], id="on a network of another stack"),
        pytest.param(resource("AWS::VpcLattice::ServiceNetworkServiceAssociation", "{ServiceIdentifier: !Ref Given, ServiceNetworkIdentifier: sn-0123456789abcdef0}"), [], id="an association of what is not known"),
        pytest.param("Outputs: {Arn: {Value: !GetAtt Orders.Arn}}\n", [], id="an output with the ARN"),
        pytest.param("Outputs: {Id: {Value: !Sub 'service=${Orders.Id}', Export: {Name: orders}}}\n", [], id="an export with the id"),
        pytest.param("Outputs: {Other: {Value: !GetAtt Stock.Arn}}\n", ["LTC401"], id="an output of another service"),
        pytest.param("Outputs: {Domain: {Value: !GetAtt Orders.DnsEntry.DomainName}}\n", ["LTC401"], id="an output with the domain name"),
        pytest.param("Outputs: {Stage: {Value: !Ref Given}}\n", ["LTC401"], id="an output of a parameter"),
        pytest.param(resource("AWS::RAM::ResourceShare", "{Name: a, ResourceArns: [!GetAtt Orders.Arn]}"), [], id="a share"),
        pytest.param(resource("AWS::SSM::Parameter", "{Type: String, Value: !Ref Orders}"), [], id="a parameter"),
        pytest.param(resource("AWS::CloudFormation::Stack", "{TemplateURL: https://example.com/t, Parameters: {Service: !Ref Orders}}"), [], id="a stack that is not read"),
        pytest.param(resource("Custom::Associate", "{ServiceToken: a, Services: [{Id: !GetAtt Orders.Id}]}"), [], id="a custom resource"),
        pytest.param(resource("AWS::SNS::Topic", "{DisplayName: !GetAtt Orders.Id}"), ["LTC401"], id="what hands nothing over"),
    ],
)  # fmt: skip
def test_a_service_is_on_a_network_or_others_know_of_it(more: str, found: list[str], tmp_path: Path) -> None:
    """Source: https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-associations.html"""
    assert codes_of(SERVICE + more, tmp_path, "LTC4", "LTC9") == found


@pytest.mark.parametrize(
    ("outputs", "configuration", "found"),
    [
        ({}, {}, ["LTC401"]),
        ({"stage": {"value": "dev"}}, {}, ["LTC401"]),
        ({"arn": {"value": ARN}}, {}, []),
        ({}, {"outputs": {"arn": {"expression": REFERENCE}}}, []),
        ({}, {"resources": [{"type": "aws_ssm_parameter", "expressions": {"value": REFERENCE}}]}, []),
        ({}, {"resources": [{"type": "aws_iam_policy", "expressions": {"policy": REFERENCE}}]}, ["LTC401"]),
    ],
)
def test_an_output_of_terraform_may_be_the_service(
    outputs: dict[str, Any], configuration: dict[str, Any], found: list[str], tmp_path: Path
) -> None:
    plan = planned([("aws_vpclattice_service.a", {"name": "orders", "arn": ARN}, {})], configuration)
    plan["planned_values"]["outputs"] = outputs

    assert codes_of(json.dumps(plan), tmp_path, "LTC4", "LTC9", file="plan.json") == found


def test_a_service_of_a_route_is_on_the_network_of_its_gateway(tmp_path: Path) -> None:
    """A route that claims a service puts it on the service network of its Gateway."""
    (tmp_path / "route.yaml").write_text(
        "apiVersion: gateway.networking.k8s.io/v1\n"
        "kind: Gateway\n"
        "metadata: {name: shop}\n"
        "spec: {gatewayClassName: amazon-vpc-lattice, listeners: [{name: http, protocol: HTTP, port: 80}]}\n"
        "---\n"
        "apiVersion: gateway.networking.k8s.io/v1\n"
        "kind: HTTPRoute\n"
        "metadata: {name: orders, annotations: {application-networking.k8s.aws/service-name-override: orders}}\n"
        "spec: {parentRefs: [{name: shop}], rules: []}\n"
    )
    (tmp_path / "stack.yaml").write_text(SERVICE)

    assert [each.code for each in findings_in(tmp_path) if each.code == "LTC401"] == []
