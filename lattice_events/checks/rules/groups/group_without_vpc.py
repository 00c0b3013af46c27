"""A target group of servers that does not say in which VPC they are."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.types import TARGET_GROUP

_IN_VPC = ("IP", "INSTANCE", "ALB")


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        if group.get("Type") in _IN_VPC and group.get("Config", "VpcIdentifier") is None:
            path = () if group.get("Config") is None else ("Config",)
            message = f"{group.name} does not say the VPC of its targets: Config with VpcIdentifier, Port and Protocol is due."
            yield found_in(group, *path, message=message)


RULE = Rule(
    code="LTC006",
    name="group-without-vpc",
    severity="error",
    reason="A target group of servers has no Config, or none with a VPC.",
    why="Targets of type IP, INSTANCE and ALB are in a VPC, with a port and a protocol; CloudFormation's schema lets all of it be missing since there are groups of functions, so the deployment is what fails.",
    fix="State VpcIdentifier, Port and Protocol in the Config of the target group.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/create-target-group.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: IP
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: IP
      Config:
        VpcIdentifier: vpc-0123456789abcdef0
        Port: 8080
        Protocol: HTTP
""",
    check=_check,
)
