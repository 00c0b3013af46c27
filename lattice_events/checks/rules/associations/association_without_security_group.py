"""A VPC association without a security group, on a service network that lets everybody in."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import SERVICE_NETWORK, VPC_ASSOCIATION


def _check(material: Material) -> Iterator[Found]:
    for association in material.definitions.of_type(VPC_ASSOCIATION):
        network = material.definitions.find(association.get("ServiceNetworkIdentifier"), SERVICE_NETWORK)
        asks = network is not None and network.get("AuthType") not in (None, "NONE")
        if not association.get("SecurityGroupIds") and not asks:
            message = f"{association.name} has no security group, so everything in the VPC may call every service of the service network."
            yield found_in(association, message=message)


RULE = Rule(
    code="LTC404",
    name="association-without-security-group",
    severity="note",
    reason="A VPC association without a security group lets everything in the VPC call the services of the service network.",
    why="The security groups of the association say which clients of the VPC reach the service network. Without one, and without an auth policy on the network, only the auth policies of the services are left. Once an association has a security group, the last one cannot be removed, so decide before it is used.",
    fix="Name SecurityGroupIds that admit the clients on the listeners' ports, or let the service network ask who calls (AuthType: AWS_IAM).",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/security-groups.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkVpcAssociation.html",
    ),
    wrong="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Shop
      VpcIdentifier: vpc-0123456789abcdef0
""",
    right="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
  ShopVpc:
    Type: AWS::VpcLattice::ServiceNetworkVpcAssociation
    Properties:
      ServiceNetworkIdentifier: !Ref Shop
      VpcIdentifier: vpc-0123456789abcdef0
      SecurityGroupIds: [sg-0123456789abcdef0]
""",
    check=_check,
)
