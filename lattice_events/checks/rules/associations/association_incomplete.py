"""An association or an access log subscription that lacks what it ties together, or names a thing of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import (
    ACCESS_LOG_SUBSCRIPTION,
    LATTICE,
    RESOURCE_CONFIGURATION,
    SERVICE,
    SERVICE_ASSOCIATION,
    SERVICE_NETWORK,
    VPC,
    VPC_ASSOCIATION,
)
from lattice_events.definitions.values import Resource, Unknown

_NETWORK = {"ServiceNetworkIdentifier": (SERVICE_NETWORK,)}
# Each end, and the types that it may be of.
_ENDS: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    SERVICE_ASSOCIATION: {"ServiceIdentifier": (SERVICE,), **_NETWORK},
    VPC_ASSOCIATION: {"VpcIdentifier": (VPC,), **_NETWORK},
    ACCESS_LOG_SUBSCRIPTION: {"ResourceIdentifier": (SERVICE, SERVICE_NETWORK, RESOURCE_CONFIGURATION)},
}


def _check(material: Material) -> Iterator[Found]:
    for association in material.definitions.of_type(*_ENDS):
        ends = _ENDS[association.type]
        missing = [key for key in ends if association.get(key) is None]
        if missing:
            yield Found(
                place=association.place(),
                message=f"{association.name} ties nothing together: it has no {' and no '.join(missing)}.",
                resource=association,
                path=("Properties",),
            )
        for key, types in ends.items():
            named = _named(material, association.get(key))
            if named is not None and named.type not in types:
                word = types[0].rpartition("::")[2]
                message = (
                    f"{key} of {association.name} must name a {word}, but {named.name} is a {named.type}."
                )
                yield found_in(association, key, message=message)


def _named(material: Material, value: object) -> Resource | None:
    """The resource that an end surely is, by its ``Ref`` or its ARN; an attribute of it may be something else."""
    found = material.definitions.find(value)
    if found is None or (isinstance(value, Unknown) and value.name != f"Ref {found.name}"):
        return None
    return found if found.type.startswith((LATTICE, "AWS::EC2::")) else None


RULE = Rule(
    code="LTC402",
    name="association-incomplete",
    severity="error",
    reason="An association or an access log subscription lacks what it ties together.",
    why="CloudFormation's schema requires none of these properties, so no linter of schemas minds; the API needs all of them, and the deploy fails half-way.",
    fix="Give the association both of its ends: the service or the VPC, and the service network. Give an access log subscription its ResourceIdentifier.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkServiceAssociation.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateServiceNetworkVpcAssociation.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateAccessLogSubscription.html",
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
""",
    check=_check,
)
