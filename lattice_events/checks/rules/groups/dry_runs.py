"""What rules share that look at the answers of functions."""

from __future__ import annotations

from lattice_events.checks.rule import DryRun, Found, Material
from lattice_events.definitions.types import FUNCTION

_EXAMPLE = """\
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
              {code}
  OrdersGroup:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
      Targets:
        - Id: !GetAtt Orders.Arn
"""


def example(code: str) -> str:
    """A function in a target group whose handler is one statement."""
    return _EXAMPLE.replace("{code}", code)


def found_in_handler(material: Material, run: DryRun, message: str) -> Found:
    """A mistake of a function, at its Handler."""
    resource = material.definitions.find(run.function.arn, FUNCTION)
    text = f"{run.function.name} {message} (asked for {run.request} with a {run.version} event)."
    if resource is None:  # a version or an alias of one
        return Found(place=run.function.origin, message=text)
    path = ("Properties", "Handler")
    return Found(place=resource.locate(path), message=text, resource=resource, path=path)
