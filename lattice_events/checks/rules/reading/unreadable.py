"""What a reader refuses: no network can be made of it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.errors import Question


def _check(material: Material) -> Iterator[Found]:
    for problem in material.problems:
        if not isinstance(problem, Question):
            yield Found(place=problem.origin, message=problem.message)


RULE = Rule(
    code="LTC901",
    name="unreadable",
    severity="error",
    reason="A definition cannot be read, or AWS would refuse it.",
    why="The file is not what it should be, or a value in it is none that VPC Lattice takes. Rules about the network as a whole do not run while this is so.",
    fix="Do what the message says, and check again: until then, rules about the network as a whole find nothing.",
    source=("https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/AWS_VpcLattice.html",),
    wrong="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthTyp: NONE
""",
    right="""\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: orders
      AuthType: NONE
""",
    check=_check,
)
