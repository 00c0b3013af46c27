"""Two associations of one VPC, which has room for one."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import VPC_ASSOCIATION
from lattice_events.definitions.values import Resource, Unknown


def _check(material: Material) -> Iterator[Found]:
    first: dict[object, Resource] = {}
    for association in material.definitions.of_type(VPC_ASSOCIATION):
        vpc = association.get("VpcIdentifier")
        if not isinstance(vpc, str | Unknown):
            continue
        other = first.setdefault(vpc, association)
        if other is not association:
            message = f"{other.name} ({other.origin}) associates this VPC already, and a VPC has one association with one service network."
            yield found_in(association, "VpcIdentifier", message=message)


RULE = Rule(
    code="LTC411",
    name="vpc-in-two-networks",
    severity="error",
    reason="One VPC is associated twice, but a VPC can be associated with one service network only.",
    why="AWS refuses the second association. A VPC reaches further service networks by VPC endpoints of type service network.",
    fix="Associate the services with one service network, or make an AWS::EC2::VPCEndpoint of VpcEndpointType ServiceNetwork for the other.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-networks.html",),
    wrong="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
  BackOfficeVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-fedcba98765432100
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
""",
    right="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
  BackOffice:
    Type: AWS::EC2::VPCEndpoint
    Properties:
      VpcEndpointType: ServiceNetwork
      ServiceNetworkArn: arn:aws:vpc-lattice:us-east-1:123456789012:servicenetwork/sn-fedcba98765432100
      VpcId: vpc-0123456789abcdef0
      SubnetIds: [subnet-0123456789abcdef0]
      SecurityGroupIds: [sg-0123456789abcdef0]
""",
    check=_check,
)
