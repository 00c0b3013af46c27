"""A function with a role that it cannot have: of another account, or no role at all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.definitions.types import FUNCTION

_ROLE = re.compile(r"arn:[^:]+:iam::(\d{12}):role/.+")


def _check(material: Material) -> Iterator[Found]:
    first: dict[str, tuple[str, str]] = {}  # of a stack: the account of the first role, and whose it is
    for function in material.definitions.of_type(FUNCTION):
        role = function.get("Role")
        if not isinstance(role, str):
            continue
        named = _ROLE.fullmatch(role)
        if named is None:
            message = f"The role of {function.name} is {role}, which is not the ARN of a role: arn:aws:iam::ACCOUNT:role/NAME."
            yield found_in(function, "Role", message=message)
        elif named[1] != MADE_UP_ACCOUNT:
            account, other = first.setdefault(function.stack, (named[1], function.name))
            if named[1] != account:
                message = f"{function.name} has a role of account {named[1]}, {other} of the same stack one of {account}: a function and its role are in one account."
                yield found_in(function, "Role", message=message)


RULE = Rule(
    code="LTC304",
    name="role-of-another-account",
    severity="error",
    reason="A function has a role of another account, or what is no role.",
    why="Lambda takes the ARN of a role of the function's own account only. The functions of one stack are in one account, so roles of two accounts cannot both be right.",
    fix="Give the function a role of its own account. To call as another account's role, assume that in the code.",
    source=(
        "https://docs.aws.amazon.com/lambda/latest/dg/lambda-intro-execution-role.html",
        "https://docs.aws.amazon.com/lambda/latest/api/API_CreateFunction.html",
    ),
    wrong="""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::111122223333:role/orders
      Code: {ZipFile: "def handler(event, context): return None"}
  Beta:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::444455556666:role/beta
      Code: {ZipFile: "def handler(event, context): return None"}
""",
    right="""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::111122223333:role/orders
      Code: {ZipFile: "def handler(event, context): return None"}
  Beta:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handler
      Role: arn:aws:iam::111122223333:role/beta
      Code: {ZipFile: "def handler(event, context): return None"}
""",
    check=_check,
)
