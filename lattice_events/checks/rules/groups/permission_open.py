"""A permission that lets any target group of any account invoke a function."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.permissions import Permission, groups_of, permissions
from lattice_events.definitions.collection import Definitions


def _check(material: Material) -> Iterator[Found]:
    for each in permissions(material.definitions):
        said = each.resource.get("SourceArn"), each.resource.get("SourceAccount")
        if each.is_of_lattice and said == (None, None):
            message = f"{each.resource.name} has no SourceArn, so a target group of any account may have {each.function or 'the function'} invoked."
            yield found_in(each.resource, message=message, edits=_edits(material.definitions, each))


def _edits(definitions: Definitions, permission: Permission) -> tuple[Edit, ...]:
    """States the target group as source, where there is only one of the function, in the same template."""
    resource = permission.resource
    groups = (
        [each.group for each in groups_of(definitions, permission.function.name)]
        if permission.function
        else []
    )
    if len(groups) != 1 or groups[0].stack != resource.stack or resource.is_of_terraform:
        return ()
    value = {"Fn::GetAtt": [groups[0].name, "Arn"]}
    return (Edit(place=resource.place(), name="Properties", inside="SourceArn", value=value),)


RULE = Rule(
    code="LTC008",
    name="permission-open",
    severity="warning",
    reason="A permission for VPC Lattice does not say for which target group.",
    why="Without SourceArn or SourceAccount, the permission holds for VPC Lattice itself, whoever it acts for: whoever knows the ARN of the function can register it in a target group of theirs, and their callers reach it past your auth policies. AWS only advises to limit it.",
    fix="Set SourceArn to the ARN of the target group.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/permissions-function-services.html",
    ),
    wrong="""\
Resources:
  OrdersPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: orders
      Action: lambda:InvokeFunction
      Principal: vpc-lattice.amazonaws.com
""",
    right="""\
Resources:
  OrdersPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: orders
      Action: lambda:InvokeFunction
      Principal: vpc-lattice.amazonaws.com
      SourceArn: arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0123456789abcdef0
""",
    check=_check,
    is_fixable=True,
)
