"""A service that listens nowhere."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.sharing import is_known_elsewhere
from lattice_events.definitions.types import FUNCTION, LISTENER, SERVICE
from lattice_events.definitions.values import Resource

_CALLERS = (FUNCTION, "AWS::IAM::", "AWS::Route53::")
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    named = [
        definitions.find(each.get("ServiceIdentifier"), SERVICE) for each in definitions.of_type(LISTENER)
    ]
    if None in named:  # it may be of any service
        return
    heard = {each.arn for each in named if each}
    for service in definitions.of_type(SERVICE):
        is_heard = service.arn in heard or _has_route(material, service)
        if not is_heard and not is_known_elsewhere(definitions, service, *_CALLERS):
            message = f"{service.name} has no listener in what was read, so no client can connect to it."
            yield found_in(service, message=message)


def _has_route(material: Material, service: Resource) -> bool:
    """Whether the controller may give a service the listeners of its Gateway."""
    if material.network is None:
        return bool(material.definitions.of_kind(*_ROUTES))
    return any(each.arn == service.arn and each.listeners for each in material.network.services)


RULE = Rule(
    code="LTC104",
    name="service-without-listener",
    severity="warning",
    reason="A service has no listener.",
    why="A service takes connections only on the ports of its listeners. AWS creates one without any, with a domain name that resolves, and clients time out.",
    fix="Add an AWS::VpcLattice::Listener with the service as ServiceIdentifier. If another stack has it, put the service's ARN out.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/listeners.html",),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
""",
    right="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
"""
    + listener(FORWARD).removeprefix("Resources:\n").replace("svc-0123456789abcdef0\n", "!Ref Service\n"),
    check=_check,
)
