"""More of something than an account may have unless AWS has raised its quota."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.limits import quotas
from lattice_events.checks.rules.limits.quotas import Quota
from lattice_events.network.model import (
    ForwardAction,
    Listener,
    Network,
    Service,
    ServiceNetwork,
    TargetGroup,
)

_Thing = Service | Listener | TargetGroup | ServiceNetwork


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many of what a thing has.

    Attributes:
        arn: Of the thing.
        name: Likewise.
        origin: Likewise.
        quota: Of what is counted.
        number: That there are.
    """

    arn: str
    name: str
    origin: str
    quota: Quota
    number: int


def _check(material: Material) -> Iterator[Found]:
    if material.network is None:
        return
    for each in (
        *_of_services(material.network),
        *_of_networks(material.network),
        *_of_regions(material.network),
    ):
        if each.number > each.quota.default:
            message = f"{each.name} has {each.number} {each.quota.what}; the default quota is {each.quota.default}. Have it raised, or the deploy fails."
            resource = material.definitions.find(each.arn)
            yield Found(place=each.origin, message=message, resource=resource)


def _of_services(network: Network) -> Iterator[Count]:
    for service in network.services:
        yield _count(service, quotas.LISTENERS, len(service.listeners))
        yield _count(service, quotas.TARGET_GROUPS, len(_groups(service)))
        for listener in service.listeners:
            yield _count(listener, quotas.RULES, len(listener.rules))
    for group in network.target_groups:
        yield _count(group, quotas.TARGETS, len(group.targets))


def _groups(service: Service) -> set[str]:
    """The target groups of a service."""
    actions = (
        action
        for listener in service.listeners
        for action in (listener.default_action, *(rule.action for rule in listener.rules))
    )
    forwards = (each for each in actions if isinstance(each, ForwardAction))
    return {group.target_group_arn for each in forwards for group in each.target_groups}


def _of_networks(network: Network) -> Iterator[Count]:
    services = Counter(arn for each in network.services for arn in each.service_network_arns)
    for each in network.service_networks:
        yield _count(each, quotas.SERVICES_ON_NETWORK, services[each.arn])
        yield _count(each, quotas.VPCS_ON_NETWORK, len(each.vpc_ids))


def _of_regions(network: Network) -> Iterator[Count]:
    """What each account has in each Region, at the last of it."""
    for things, quota in ((network.services, quotas.SERVICES), (network.service_networks, quotas.NETWORKS)):
        numbers = Counter(_region(each.arn) for each in things)
        last = {_region(each.arn): each for each in things}
        for region, number in numbers.items():
            thing = last[region]
            yield Count(
                arn=thing.arn,
                name="The account {} in {}".format(*region),
                origin=thing.origin,
                quota=quota,
                number=number,
            )


def _count(thing: _Thing, quota: Quota, number: int) -> Count:
    return Count(arn=thing.arn, name=thing.name, origin=thing.origin, quota=quota, number=number)


def _region(arn: str) -> tuple[str, str]:
    """The account and the Region of an ARN."""
    _, _, _, region, account, _ = arn.split(":", 5)
    return account, region


_SERVICE = """\
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
"""
_LISTENER = """\
  Listener{port}:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTPS
      Port: {port}
      DefaultAction:
        FixedResponse:
          StatusCode: 404
"""


RULE = Rule(
    code="LTC501",
    name="quota-exceeded",
    severity="warning",
    reason="There is more of something than the default quota of an account.",
    why="Every account starts with the same quotas: 2 listeners of a service, 10 rules of a listener, 10 target groups of a service, 1,000 targets of a group, 500 services and 500 VPCs on a service network, 2,000 services and 50 service networks in a Region. AWS raises each of these when it is asked to; until then the deploy fails at the first that is too much.",
    fix="Ask for more in Service Quotas (VPC Lattice), or put it into another service. If your quota has been raised, ignore the rule there, with that as the reason.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/quotas.html",),
    wrong=_SERVICE + "".join(_LISTENER.format(port=port) for port in (443, 8443, 9443)),
    right=_SERVICE + "".join(_LISTENER.format(port=port) for port in (443, 8443)),
    check=_check,
)
