"""A health check of a target group that has none: of a function, or of a load balancer, which checks its own targets."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.config import without
from lattice_events.definitions.types import TARGET_GROUP
from lattice_events.definitions.values import Unknown

_WITHOUT = ("LAMBDA", "ALB")


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        kind = group.get("Type")
        check = group.get("Config", "HealthCheck")
        if kind in _WITHOUT and check is not None and not isinstance(check, Unknown):
            message = f"{group.name} is a target group of type {kind}, which has no health check."
            yield found_in(
                group, "Config", "HealthCheck", message=message, edits=(without(group, "HealthCheck"),)
            )


RULE = Rule(
    code="LTC002",
    name="health-check-of-function",
    severity="error",
    reason="A target group of a function or of a load balancer has a health check.",
    why="The API supports a health check for targets of type IP and INSTANCE only. A function is never checked: there are no requests of VPC Lattice to tell apart in its code.",
    fix="Remove HealthCheck.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_TargetGroupConfig.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-group-health-checks.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
        HealthCheck:
          Enabled: true
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
""",
    check=_check,
    is_fixable=True,
)
