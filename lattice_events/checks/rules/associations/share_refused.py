"""A share of what cannot be shared."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import (
    LATTICE,
    RESOURCE_CONFIGURATION,
    RESOURCE_SHARE,
    SERVICE,
    SERVICE_NETWORK,
)

_SHAREABLE = (SERVICE, SERVICE_NETWORK, RESOURCE_CONFIGURATION)


def _check(material: Material) -> Iterator[Found]:
    for share in material.definitions.of_type(RESOURCE_SHARE):
        arns = share.get("ResourceArns")
        for index, arn in enumerate(arns if isinstance(arns, list) else ()):
            shared = material.definitions.find(arn)
            if shared is None or not shared.type.startswith(LATTICE):
                continue
            if shared.type not in _SHAREABLE:
                message = f"{share.name} shares {shared.name}, a {shared.type}, which cannot be shared."
                yield found_in(share, "ResourceArns", index, message=message)
            elif str(shared.get("SharingConfig", "enabled")).lower() == "false":
                message = f"{share.name} shares {shared.name}, whose SharingConfig does not allow it."
                yield found_in(share, "ResourceArns", index, message=message)


RULE = Rule(
    code="LTC412",
    name="share-refused",
    severity="error",
    reason="A resource share names something of VPC Lattice that cannot be shared.",
    why="Other accounts can be given services, service networks and resource configurations; target groups, listeners and rules stay with the account of their service. Whether a service network may be shared is chosen when it is made, and cannot be changed.",
    fix="Share the service or the service network. Leave SharingConfig away, or make a new service network with enabled: true.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/sharing.html",),
    wrong="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
      SharingConfig:
        enabled: false
  Share:
    Type: AWS::RAM::ResourceShare
    Properties:
      Name: shop
      ResourceArns: [!GetAtt Shop.Arn]
""",
    right="""\
Resources:
  Shop:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
      SharingConfig:
        enabled: true
  Share:
    Type: AWS::RAM::ResourceShare
    Properties:
      Name: shop
      ResourceArns: [!GetAtt Shop.Arn]
""",
    check=_check,
)
