"""Two things that have one name, of which AWS takes one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import SERVICE, SERVICE_NETWORK, TARGET_GROUP
from lattice_events.definitions.values import Resource

_NAMES: Mapping[str, tuple[str, ...]] = {
    SERVICE_NETWORK: ("Name",),
    SERVICE: ("Name", "CustomDomainName"),
    TARGET_GROUP: ("Name",),
}


def _check(material: Material) -> Iterator[Found]:
    first: dict[tuple[str, ...], Resource] = {}
    for resource in material.definitions.of_type(*_NAMES):
        for key in _NAMES[resource.type]:
            name = resource.get(key)
            if not isinstance(name, str):
                continue
            other = first.setdefault((resource.type, key, name, resource.region, resource.account), resource)
            if other is not resource:
                message = (
                    f"{other.name} ({other.origin}) has the {key} {name}, too, and AWS takes one of each."
                )
                yield found_in(resource, message=message)


RULE = Rule(
    code="LTC504",
    name="name-used-twice",
    severity="error",
    reason="Two services, service networks or target groups have one name.",
    why="A name stands for one service, service network or target group in an account and a Region, and a custom domain name for one service of a service network. The second is refused.",
    fix="Give one of them another name, the stage in it for example. Target groups need none.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateService.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-custom-domain-name.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  NextOrders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  NextOrders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders-next
""",
    check=_check,
)
