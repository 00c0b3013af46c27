"""A function of another account or Region than its target group."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.arn import Arn
from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import LambdaTarget, lambda_targets
from lattice_events.checks.rules.homes import Home, home_of
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import FUNCTION


def _check(material: Material) -> Iterator[Found]:
    homes: dict[str, Home] = {}
    for target in lambda_targets(material.definitions):
        group = target.group
        there = _home_of_function(material.definitions, target)
        # What states no Region is where its first function is: all groups of a stack are in one.
        here = homes.get(group.stack, home_of(group))
        homes[group.stack] = here.or_else(there)
        if there.differs(here):
            message = f"The function {target.id} is in {there}, but {group.name} in {here}: both must be in one account and Region."
            yield found_in(group, "Targets", target.position, "Id", message=message)


def _home_of_function(definitions: Definitions, target: LambdaTarget) -> Home:
    """Where a function is, as far as it is known."""
    function = definitions.find(target.id, FUNCTION)
    if function is not None:
        return home_of(function)
    arn = Arn.parse(target.id) if isinstance(target.id, str) else None
    return Home(arn.region, arn.account) if arn else Home()


RULE = Rule(
    code="LTC010",
    name="function-elsewhere",
    severity="error",
    reason="A function is in another account or Region than its target group.",
    why="A Lambda function and its target group must be in the same account and the same Region; a service of another account is reached through a shared service network instead.",
    fix="Make the target group, and the service that forwards to it, where the function is.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:111122223333:function:orders
  Returns:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:444455556666:function:returns
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:111122223333:function:orders
  Returns:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:111122223333:function:returns
""",
    check=_check,
)
