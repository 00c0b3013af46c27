"""A function behind a target group that no permission lets VPC Lattice invoke."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

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
    functions = functions_by_name(definitions)
    given = [each for each in permissions(definitions) if each.may_let_in]
    for target in lambda_targets(definitions):
        asked = qualified(definitions, target.id)
        if target.position or asked is None or asked.name not in functions:  # only the first can be meant
            continue
        if _is_let_in(definitions, given, target, asked):
            continue
        strangers = [each for each in given if each.function and each.function.name not in functions]
        if strangers and has_unknown_name(functions, asked):
            continue
        message = f"No AWS::Lambda::Permission lets VPC Lattice invoke {asked} for {target.group.name}.{_near(given, asked)}"
        yield found_in(target.group, "Targets", target.position, "Id", message=message)


def _is_let_in(
    definitions: Definitions, given: Sequence[Permission], target: LambdaTarget, asked: Qualified
) -> bool:
    """Whether a permission may be meant for a target; what is wrong with that one is not said here."""
    return any(
        each.function is None
        or (each.function == asked and not _is_for_other(definitions, each, target, asked))
        for each in given
    )


def _is_for_other(
    definitions: Definitions, permission: Permission, target: LambdaTarget, asked: Qualified
) -> bool:
    """Whether a permission is rightly for another target group of the same function."""
    source = permission.source
    if source is None or source is target.group:
        return False
    return any(each.group is source for each in groups_of(definitions, asked.name))


def _near(given: Sequence[Permission], asked: Qualified) -> str:
    """What a permission that is nearly right allows."""
    for each in given:
        if each.function is not None and each.function.name == asked.name:
            if each.function != asked:
                return f" {each.resource.name} is for {each.function}, which is another ARN: a permission of a function does not hold for its aliases and versions, nor theirs for it."
            return f" {each.resource.name} is for another target group."
    return ""


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
