"""An ignore that names no rule."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.reading.ignoring import SOURCE, told_when_ignoring

RULE = Rule(
    code="LTC905",
    name="unknown-ignore",
    severity="warning",
    reason="An ignore names a rule that there is not.",
    why="The code is mistyped, so what it was meant for is told as before. An ignore names one rule, or several with commas, by code or by name: never the beginning of codes, which would hide rules that do not exist yet.",
    fix="Write the code of the finding.",
    source=SOURCE,
    wrong="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Metadata:
      lattice:
        ignore:
          - LTC01: the function is written for V1 events
    Properties:
      Type: LAMBDA
""",
    right="""\
Resources:
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Metadata:
      lattice:
        ignore:
          - LTC001: the function is written for V1 events
    Properties:
      Type: LAMBDA
""",
    check=told_when_ignoring,
)
