"""A target group that no listener and no rule forwards to."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.forwards import forwards, has_unknown
from lattice_events.checks.rules.sharing import is_known_elsewhere
from lattice_events.definitions.types import LISTENER, TARGET_GROUP
from lattice_events.definitions.types import RULE as LISTENER_RULE


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    if has_unknown(definitions) or definitions.of_kind("ServiceImport"):  # each may mean any group
        return
    used = {each.group.arn for each in forwards(definitions) if each.group}
    # A stack without any listener or rule has its groups for others.
    routing = {each.stack for each in definitions.of_type(LISTENER, LISTENER_RULE)}
    for group in definitions.of_type(TARGET_GROUP):
        if group.arn not in used and group.stack in routing and not is_known_elsewhere(definitions, group):
            message = f"No listener and no rule forwards to {group.name}, so its targets get no request."
            yield found_in(group, message=message)


RULE = Rule(
    code="LTC014",
    name="group-unused",
    severity="warning",
    reason="Nothing forwards to a target group.",
    why="Targets get requests through the action of a listener or a rule only. AWS creates a target group that nothing uses without a word, and shows its targets as UNUSED.",
    fix="Name the target group in the action of a rule, or remove it. If another stack forwards to it, put its ARN out.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-groups.html",),
    wrong="""\
Resources:
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      Protocol: HTTPS
      DefaultAction:
        FixedResponse:
          StatusCode: 404
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:orders
""",
    right="""\
Resources:
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      Protocol: HTTPS
      DefaultAction:
        Forward:
          TargetGroups:
            - TargetGroupIdentifier: !Ref Orders
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:orders
""",
    check=_check,
)
