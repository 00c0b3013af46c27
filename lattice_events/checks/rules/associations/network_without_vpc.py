"""A service network through which functions call, and with which no VPC is associated."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.clients import calls, is_in_no_vpc
from lattice_events.checks.rules.associations.connections import associations_of, networks_of


def _check(material: Material) -> Iterator[Found]:
    told = set()
    for call in calls(material):
        networks = networks_of(material, call.service) if call.service else None
        if not networks or is_in_no_vpc(call.function):
            continue
        if any(True for network in networks for _ in associations_of(material, network)):
            continue
        for network in networks:
            if network.origin not in told:
                told.add(network.origin)
                message = f"No VPC is associated with {network.name}, so {call.function.name} cannot reach {call.called}, which it calls."
                yield found_in(network, message=message)


RULE = Rule(
    code="LTC403",
    name="network-without-vpc",
    severity="warning",
    reason="A function calls through a service network with which no VPC is associated.",
    why="A client reaches the services of a service network only from a VPC that is associated with it, or through a VPC endpoint. Without either, the domain names lead nowhere: calls hang until they time out, with no HTTP status at all. Nothing that was read associates a VPC with this one.",
    fix="Add an AWS::VpcLattice::ServiceNetworkVpcAssociation for the VPC of the function. If it is made elsewhere, name that definition to lattice check, too.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-network-associations.html",),
    wrong="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  OrdersOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceIdentifier: !Ref Orders
      ServiceNetworkIdentifier: !Ref Shop
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
          ORDERS_URL: !Sub https://${Orders.DnsEntry.DomainName}
      VpcConfig:
        SubnetIds: [subnet-0123456789abcdef0]
        SecurityGroupIds: [sg-0123456789abcdef0]
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
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  OrdersOnShop:
    Type: AWS::VpcLattice::ServiceNetworkServiceAssociation
    Properties:
      ServiceIdentifier: !Ref Orders
      ServiceNetworkIdentifier: !Ref Shop
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
          ORDERS_URL: !Sub https://${Orders.DnsEntry.DomainName}
      VpcConfig:
        SubnetIds: [subnet-0123456789abcdef0]
        SecurityGroupIds: [sg-0123456789abcdef0]
""",
    check=_check,
)
