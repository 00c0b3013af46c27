"""A service that nothing puts on a service network."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.associations.elsewhere import is_handed_over
from lattice_events.definitions.types import SERVICE, SERVICE_ASSOCIATION


def _check(material: Material) -> Iterator[Found]:
    definitions, network = material.definitions, material.network
    associated = [each.get("ServiceIdentifier") for each in definitions.of_type(SERVICE_ASSOCIATION)]
    if network is None or any(definitions.find(each, SERVICE) is None for each in associated):
        return
    alone = {each.arn for each in network.services if not each.service_network_arns}
    for service in definitions.of_type(SERVICE):
        if service.arn in alone and not is_handed_over(definitions, service):
            message = f"{service.name} is on no service network, so no client reaches it."
            yield found_in(service, message=message)


RULE = Rule(
    code="LTC401",
    name="service-on-no-network",
    severity="warning",
    reason="A service is associated with no service network.",
    why="Clients reach a service only through a service network that it is associated with: until then its domain name answers nobody. Nothing that was read associates this one, nor hands it to others by an output, a share or a parameter.",
    fix="Add an AWS::VpcLattice::ServiceNetworkServiceAssociation for it. If it is made elsewhere, name that definition to lattice check, too.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-associations.html",),
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
""",
    right="""\
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
""",
    check=_check,
)
