"""A function behind a target group that no permission lets VPC Lattice invoke."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import (
    LambdaTarget,
    Qualified,
    functions_by_name,
    has_unknown_name,
    lambda_targets,
    qualified,
)
from lattice_events.checks.rules.groups.permissions import Permission, groups_of, permissions
from lattice_events.definitions.collection import Definitions


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    given = _given(definitions)
    if given is None:
        return
    functions = functions_by_name(definitions)
    has_strangers = any(name not in functions for name in given)
    for target in lambda_targets(definitions):
        asked = qualified(definitions, target.id)
        if target.position or asked is None or asked.name not in functions:  # only the first can be meant
            continue
        if has_strangers and has_unknown_name(functions, asked):
            continue
        own = given.get(asked.name, ())
        if not any(_holds(definitions, each, target, asked) for each in own):
            message = f"No AWS::Lambda::Permission lets VPC Lattice invoke {asked} for {target.group.name}.{_near(own, asked)}"
            yield found_in(target.group, "Targets", target.position, "Id", message=message)


def _given(definitions: Definitions) -> Mapping[str, Sequence[Permission]] | None:
    """The permissions that may be meant for VPC Lattice, by the name of their function; ``None`` if one is not known."""
    found: dict[str, list[Permission]] = {}
    for each in permissions(definitions):
        if each.may_let_in and each.function is None:
            return None
        if each.may_let_in and each.function is not None:
            found.setdefault(each.function.name, []).append(each)
    return found


def _holds(definitions: Definitions, permission: Permission, target: LambdaTarget, asked: Qualified) -> bool:
    """Whether a permission may be meant for a target; what is wrong with that one is not said here."""
    source = permission.source
    if permission.function != asked:
        return False
    # It may rightly be for another target group of the same function.
    return (
        source is None
        or source is target.group
        or not any(each.group is source for each in groups_of(definitions, asked.name))
    )


def _near(given: Sequence[Permission], asked: Qualified) -> str:
    """What a permission that is nearly right allows."""
    if not given:
        return ""
    first, *_ = given
    if first.function == asked:
        return f" {first.resource.name} is for another target group."
    return f" {first.resource.name} is for {first.function}, which is another ARN: a permission of a function does not hold for its aliases and versions, nor theirs for it."


RULE = Rule(
    code="LTC007",
    name="permission-missing",
    severity="warning",
    reason="No permission lets VPC Lattice invoke the function of a target group.",
    why="VPC Lattice invokes a function only if its resource policy lets it. The console and the CLI add that permission when the function is registered. Whether a deployment by CloudFormation or Terraform does is not documented, and AWS's own samples and its Terraform module state it. A permission of a function does not hold for its aliases and versions, nor theirs for it. Without one, every request to the group fails with a 5xx.",
    fix="Add an AWS::Lambda::Permission of what the target group names (the alias, if it names one), with the principal vpc-lattice.amazonaws.com and the target group as SourceArn.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",
        "https://docs.aws.amazon.com/lambda/latest/dg/using-aliases.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code:
        ZipFile: |
          def handler(event, context):
              return {"statusCode": 200, "body": "order"}
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: !GetAtt Orders.Arn
""",
    right="""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::123456789012:role/orders
      Code:
        ZipFile: |
          def handler(event, context):
              return {"statusCode": 200, "body": "order"}
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: !GetAtt Orders.Arn
  OrdersPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: !GetAtt Orders.Arn
      Action: lambda:InvokeFunction
      Principal: vpc-lattice.amazonaws.com
      SourceArn: !GetAtt OrdersGroup.Arn
""",
    check=_check,
)
