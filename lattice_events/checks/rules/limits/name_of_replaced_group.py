"""A name of a target group that a change of its event structure version replaces."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import REMOVED, Edit, Found, Material, Rule, found_in
from lattice_events.definitions.types import TARGET_GROUP


def _check(material: Material) -> Iterator[Found]:
    for group in material.definitions.of_type(TARGET_GROUP):
        version = group.get("Config", "LambdaEventStructureVersion")
        is_to_change = group.get("Type") == "LAMBDA" and version in (None, "V1")
        # Terraform deletes a group before it makes its successor.
        if group.get("Name") is not None and is_to_change and not group.is_of_terraform:
            message = f"When {group.name} changes to V2, CloudFormation makes its successor first, whose name this one still has: the deploy fails."
            edit = Edit(place=group.place("Name"), name="Name", value=REMOVED)
            yield found_in(group, "Name", message=message, edits=(edit,))


RULE = Rule(
    code="LTC503",
    name="name-of-replaced-group",
    severity="note",
    reason="A target group with V1 events has a name, which stands in the way of its successor.",
    why="The event structure version of a target group cannot be changed: CloudFormation makes another group and deletes the old one after that. Two target groups of an account and a Region cannot have one name, so the step to V2 fails as long as the group has one.",
    fix="Leave Name away: CloudFormation gives each group a name of its own.",
    source=(
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-vpclattice-targetgroup.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Name: orders
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V1
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V1
""",
    check=_check,
    is_fixable=True,
)
