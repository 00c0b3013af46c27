"""A key that is in one mapping twice."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule


def _check(material: Material) -> Iterator[Found]:
    for each in material.repetitions:
        yield Found(place=each.origin, message=each.message)


RULE = Rule(
    code="LTC902",
    name="repeated-key",
    severity="warning",
    reason="A key is in one mapping twice, and only the last one counts.",
    why="CloudFormation, and kubectl without strict validation, take the last value of a key and drop the others without a word: a resource whose logical id is used again is not created. Other tools refuse the file.",
    fix="Give each a name of its own, or take one away.",
    source=("https://yaml.org/spec/1.2.2/#3213-node-comparison",),
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: orders
      Name: shop
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::ServiceNetwork
    Properties:
      Name: shop
""",
    check=_check,
)
