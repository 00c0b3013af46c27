"""A client whose security groups do not let it out to VPC Lattice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.clients import calls
from lattice_events.checks.rules.associations.connections import has_endpoints
from lattice_events.checks.rules.associations.security_groups import (
    INLINE,
    Direction,
    may_be_lattice,
    may_pass,
)
from lattice_events.definitions.types import SECURITY_GROUP_EGRESS, VPC_ASSOCIATION


def _check(material: Material) -> Iterator[Found]:
    egress = Direction(material.definitions, SECURITY_GROUP_EGRESS)
    may_pass_to = may_be_lattice if _are_associated(material) else _is_anybody
    for call in calls(material):
        known = egress.known(call.function.get("VpcConfig", "SecurityGroupIds"))
        if known is None or not call.ports:
            continue
        group, rules = known
        if not any(may_pass(rule, port, may_pass_to) for rule in rules for port in call.ports):
            ports = " or ".join(map(str, sorted(call.ports)))
            message = f"{group.name} lets {call.function.name} out to VPC Lattice on no port {ports}, on which it calls {call.called}, so its calls hang."
            yield found_in(group, INLINE[SECURITY_GROUP_EGRESS], message=message)


def _are_associated(material: Material) -> bool:
    """Whether VPCs are surely associated with service networks; an endpoint would have an address of the VPC."""
    return bool(material.definitions.of_type(VPC_ASSOCIATION)) and not has_endpoints(material)


def _is_anybody(rule: Mapping[str, Any]) -> bool:
    """Whether a rule is about anybody at all; one that names nobody is left out by AWS."""
    return any(each is not None for key, each in rule.items() if key.startswith(("Cidr", "Destination")))


RULE = Rule(
    code="LTC405",
    name="client-group-without-egress",
    severity="error",
    reason="The security group of a client does not let it out to VPC Lattice.",
    why="VPC Lattice answers at addresses of its own, which are in its managed prefix list and in no VPC: a rule for the VPC's address range does not have them. What a security group drops gets no answer, so calls hang until they time out, with no HTTP status at all.",
    fix="Add an egress rule for TCP, the listener's port and the id of the prefix list com.amazonaws.REGION.vpc-lattice (DestinationPrefixListId).",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html",
    ),
    wrong="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
  ClientGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Out to the VPC
      VpcId: vpc-0123456789abcdef0
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          CidrIp: 10.0.0.0/16
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Code:
        ZipFile: "def handler(event, context): return event"
      Environment:
        Variables:
          ORDERS_URL: https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws
      VpcConfig:
        SubnetIds: [subnet-0123456789abcdef0]
        SecurityGroupIds: [!GetAtt ClientGroup.GroupId]
""",
    right="""\
Resources:
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: sn-0123456789abcdef0
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
  ClientGroup:
    Type: AWS::EC2::SecurityGroup
    Properties:
      GroupDescription: Out to VPC Lattice
      VpcId: vpc-0123456789abcdef0
      SecurityGroupEgress:
        - IpProtocol: tcp
          FromPort: 443
          ToPort: 443
          DestinationPrefixListId: pl-0123456789abcdef0
  Client:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/client
      Code:
        ZipFile: "def handler(event, context): return event"
      Environment:
        Variables:
          ORDERS_URL: https://orders-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws
      VpcConfig:
        SubnetIds: [subnet-0123456789abcdef0]
        SecurityGroupIds: [!GetAtt ClientGroup.GroupId]
""",
    check=_check,
)
