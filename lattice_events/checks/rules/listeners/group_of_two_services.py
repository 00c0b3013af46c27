"""A target group that two services forward to."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.forwards import Forward, forwards
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import LISTENER, SERVICE


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    first: dict[str, str] = {}
    for each in forwards(definitions):
        service = _service_of(definitions, each)
        group = each.group.arn if each.group else each.identifier
        if service is None or not isinstance(group, str):
            continue
        other = first.setdefault(group, service)
        if other != service:
            called = each.group.name if each.group else group
            message = f"{each.resource.name} forwards to {called}, which is behind the service {_shown(definitions, other)} already: a target group is of one service."
            yield found_in(each.resource, *each.path, message=message)


def _service_of(definitions: Definitions, forward: Forward) -> str | None:
    """The ARN or the id of the service that forwards; ``None`` where it cannot be known."""
    resource = forward.resource
    listener = definitions.find(resource.get("ListenerIdentifier"), LISTENER)
    named = (listener or resource).get("ServiceIdentifier")
    found = definitions.find(named, SERVICE)
    if found is not None:
        return found.arn
    return named if isinstance(named, str) else None


def _shown(definitions: Definitions, service: str) -> str:
    found = definitions.find(service, SERVICE)
    return found.name if found else service


_TEMPLATE = """\
Resources:
  Orders:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
  OrdersListener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Orders
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref OrdersGroup
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:orders
"""
_SECOND = (
    _TEMPLATE.removeprefix("Resources:\n")
    .replace("  Orders", "  Returns")
    .replace("Ref Orders\n", "Ref Returns\n")
    .replace("Name: orders", "Name: returns")
)

RULE = Rule(
    code="LTC119",
    name="group-of-two-services",
    severity="error",
    reason="Two services forward to the same target group.",
    why="The listeners and rules that forward to a target group must belong to one service. The second one is refused when it is created: the group is associated with another service.",
    fix="Make a target group for each service; the same function or servers may be in several.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/create-target-group.html",
        "https://github.com/aws/aws-application-networking-k8s/issues/77",
    ),
    wrong=_TEMPLATE + _SECOND.partition("  ReturnsGroup")[0],
    right=_TEMPLATE + _SECOND.replace("Ref OrdersGroup", "Ref ReturnsGroup"),
    check=_check,
)
