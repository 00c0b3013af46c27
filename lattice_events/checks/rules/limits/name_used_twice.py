"""Two things that have one name, of which AWS takes one."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import SERVICE, SERVICE_ASSOCIATION, SERVICE_NETWORK, TARGET_GROUP
from lattice_events.definitions.values import Resource, Unknown


def _check(material: Material) -> Iterator[Found]:
    first: dict[tuple[str, ...], Resource] = {}
    for resource in material.definitions.of_type(SERVICE_NETWORK, SERVICE, TARGET_GROUP):
        name = resource.get("Name")
        if not isinstance(name, str):
            continue
        other = first.setdefault((resource.type, name, resource.region, resource.account), resource)
        if other is not resource:
            message = f"{other.name} ({other.origin}) is called {name}, too, and AWS takes one of each name."
            yield found_in(resource, message=message)
    yield from _domains(material.definitions)


def _domains(definitions: Definitions) -> Iterator[Found]:
    """Services of one service network that have one custom domain name."""
    first: dict[tuple[object, str], Resource] = {}
    for association in definitions.of_type(SERVICE_ASSOCIATION):
        service = definitions.find(association.get("ServiceIdentifier"), SERVICE)
        domain = service.get("CustomDomainName") if service else None
        network = association.get("ServiceNetworkIdentifier")
        if service is None or not isinstance(domain, str) or not isinstance(network, str | Unknown):
            continue
        named = definitions.find(network)
        key = (named.origin if named else network, domain.lower())
        other = first.setdefault(key, service)
        if other is not service:
            message = f"{other.name} ({other.origin}) has the custom domain name {domain} on the same service network, and AWS takes one of each."
            yield found_in(service, "CustomDomainName", message=message)


RULE = Rule(
    code="LTC504",
    name="name-used-twice",
    severity="error",
    reason="Two services, service networks or target groups have one name, or two services of a network one custom domain name.",
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
