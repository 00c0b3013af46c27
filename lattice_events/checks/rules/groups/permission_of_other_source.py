"""A permission whose SourceArn is not the target group that has the function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.groups.functions import (
    functions_by_name,
    has_unknown_name,
    qualified,
    targets_of,
)
from lattice_events.checks.rules.groups.permissions import Permission, permissions
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import TARGET_GROUP
from lattice_events.definitions.values import Resource

_OTHER_ARN = re.compile(
    r"arn:[^:*?]+:(?!vpc-lattice:)[^:*?]+:.*|arn:[^:*?]+:vpc-lattice:[^:]*:[^:]*:(?!targetgroup|[*?]).*"
)


def _check(material: Material) -> Iterator[Found]:
    functions = functions_by_name(material.definitions)
    for each in permissions(material.definitions):
        wrong = _wrong(material.definitions, functions, each) if each.is_of_lattice else ""
        if wrong:
            message = f"{wrong}, so the permission holds for no request: SourceArn must be the ARN of the target group that has the function."
            yield found_in(each.resource, "SourceArn", message=message)


def _wrong(definitions: Definitions, functions: Mapping[str, Resource], permission: Permission) -> str:
    """What the source is instead of the target group; empty where it may be right."""
    given = permission.resource.get("SourceArn")
    found = definitions.find(given)
    if found is not None and found.type != TARGET_GROUP:
        return f"{found.name} is of type {found.type}"
    if isinstance(given, str) and not given.startswith("arn:") and "*" not in given:
        return f"{given} is no ARN"
    if found is not None:
        may_have = _may_have(definitions, functions, found, permission)
        return "" if may_have else f"{found.name} has another function"
    is_other = isinstance(given, str) and _OTHER_ARN.fullmatch(given) is not None
    return f"{given} is no target group" if is_other else ""


def _may_have(
    definitions: Definitions, functions: Mapping[str, Resource], group: Resource, permission: Permission
) -> bool:
    """Whether a target of a group may be the function of a permission, as whatever version or alias."""
    targets = targets_of(group)
    if permission.function is None or not targets:
        return True
    ids = [target.get("Id") if isinstance(target, dict) else None for target in targets]
    return any(
        each is None or each.name == permission.function.name or has_unknown_name(functions, each)
        for each in (qualified(definitions, id_) for id_ in ids)
    )


RULE = Rule(
    code="LTC015",
    name="permission-of-other-source",
    severity="error",
    reason="The SourceArn of a permission is not the target group of the function.",
    why="VPC Lattice invokes a function in the name of a target group. A permission whose SourceArn is a service, an id or the target group of another function never holds.",
    fix="Set SourceArn to the ARN of the target group that has the function.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/lambda-functions.html",),
    wrong="""\
Resources:
  OrdersPermission:
    Type: AWS::Lambda::Permission
    Properties:
      FunctionName: orders
      Action: lambda:InvokeFunction
      Principal: vpc-lattice.amazonaws.com
      SourceArn: arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-0123456789abcdef0
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
)
