"""A permission whose principal is not VPC Lattice's, or whose action invokes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.permissions import ACTION, PRINCIPAL, Permission, permissions

_INVOKING = (ACTION.lower(), "lambda:*", "*")


def _check(material: Material) -> Iterator[Found]:
    for each in permissions(material.definitions):
        if each.is_meant_for_lattice:
            yield from _wrong_principal(each)
            yield from _wrong_action(each)


def _wrong_principal(permission: Permission) -> Iterator[Found]:
    given = permission.resource.get("Principal")
    if isinstance(given, str) and given != "*" and not permission.is_of_lattice:
        message = f"VPC Lattice does not invoke functions as {given}: write Principal: {PRINCIPAL}."
        yield _found(permission, "Principal", PRINCIPAL, message)


def _wrong_action(permission: Permission) -> Iterator[Found]:
    given = permission.resource.get("Action")
    if isinstance(given, str) and given.lower() not in _INVOKING:
        message = f"{given} does not let VPC Lattice invoke the function: write Action: {ACTION}."
        yield _found(permission, "Action", ACTION, message)


def _found(permission: Permission, key: str, right: str, message: str) -> Found:
    resource = permission.resource
    edit = Edit(place=resource.place(key), name=key, value=right)
    return found_in(resource, key, message=message, edits=(edit,))


RULE = Rule(
    code="LTC009",
    name="permission-mistyped",
    severity="error",
    reason="A permission for VPC Lattice names another principal or action.",
    why="VPC Lattice invokes functions as the principal vpc-lattice.amazonaws.com, with lambda:InvokeFunction. Lambda takes other names without a word, and the permission then holds for nobody, or for another service.",
    fix="The permission of a target group has Principal: vpc-lattice.amazonaws.com and Action: lambda:InvokeFunction.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",),
    wrong="""\
Resources:
  OrdersPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: orders
      Action: lambda:InvokeFunction
      Principal: vpclattice.amazonaws.com
      SourceArn: arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0123456789abcdef0
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
    fix_changes="groups",
)
