"""A function whose handler is not in its code; AWS deploys it, and every request fails."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.definitions.types import FUNCTION


def _check(material: Material) -> Iterator[Found]:
    functions = {each.place("Handler"): each for each in material.definitions.of_type(FUNCTION)}
    for problem in material.lost_handlers:
        function = functions.get(problem.origin)
        path = ("Properties", "Handler") if function else ()
        yield Found(place=problem.origin, message=problem.message, resource=function, path=path)


RULE = Rule(
    code="LTC011",
    name="handler-lost",
    severity="error",
    reason="The handler of a function is not in its code.",
    why="Lambda deploys such a function, and its runtime cannot start it: each invocation ends with Runtime.ImportModuleError or Runtime.HandlerNotFound, and VPC Lattice answers the client with a 5xx.",
    fix="Name the module and the function as they stand in the code: folder/module.function.",
    source=("https://docs.aws.amazon.com/lambda/latest/dg/python-handler.html",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::Lambda::Function
    Properties:
      Runtime: python3.12
      Handler: index.handle
      Role: arn:aws:iam::123456789012:role/orders
      Code:
        ZipFile: |
          def handler(event, context):
              return {"statusCode": 200, "body": "order"}
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
""",
    check=_check,
)
