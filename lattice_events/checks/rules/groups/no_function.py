"""A Lambda target group that nobody gives a function."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import lambda_groups
from lattice_events.checks.rules.sharing import is_known_elsewhere


def _check(material: Material) -> Iterator[Found]:
    for group in lambda_groups(material.definitions):
        if group.is_of_terraform:  # another state may have what attaches the function
            continue
        if group.get("Targets") in (None, []) and not is_known_elsewhere(material.definitions, group):
            message = f"{group.name} has no target, so no request that is forwarded to it has an answer."
            yield found_in(group, message=message)


RULE = Rule(
    code="LTC005",
    name="no-function",
    severity="warning",
    reason="A Lambda target group has no function.",
    why="CloudFormation creates the target group empty, and nothing fills it: other than containers and instances, a function is never registered by somebody else. What VPC Lattice answers for an empty group is not documented.",
    fix="Name the function in Targets, as its ARN.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/register-targets.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
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
        - Id: arn:aws:lambda:us-east-1:123456789012:function:orders
""",
    check=_check,
)
