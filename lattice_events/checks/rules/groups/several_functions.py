"""Several functions, or several load balancers, in one target group."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import targets_of
from lattice_events.definitions.types import TARGET_GROUP

_OF_ONE = {"LAMBDA": "function", "ALB": "load balancer"}


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        kind = group.get("Type")
        what = _OF_ONE.get(kind) if isinstance(kind, str) else None
        count = sum(isinstance(target, dict) for target in targets_of(group))
        if what and count > 1:
            message = f"{group.name} has {count} targets, but a target group of type {kind} has one {what}. Make a target group for each."
            yield found_in(group, "Targets", message=message)


RULE = Rule(
    code="LTC004",
    name="several-functions",
    severity="error",
    reason="A target group has several functions or load balancers.",
    why="A target group of type LAMBDA or ALB has one target. AWS's handler of the type refuses more, after it has made the group.",
    fix="Make a target group for each function, and give them weights in the forward action.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_RegisterTargets.html",
        "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-vpc-lattice",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:blue
        - Id: arn:aws:lambda:us-east-1:123456789012:function:green
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
        - Id: arn:aws:lambda:us-east-1:123456789012:function:blue
  OrdersGreen:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: arn:aws:lambda:us-east-1:123456789012:function:green
""",
    check=_check,
)
