"""An ignore of what is not found."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.reading.ignoring import SOURCE, told_when_ignoring

RULE = Rule(
    code="LTC904",
    name="unused-ignore",
    severity="warning",
    reason="An ignore is about a finding that is not there.",
    why="The mistake is mended, or the ignore stands at another line than the finding: a comment is about its own line, or about the next one if it stands alone. Left where it is, it would hide the same mistake when somebody makes it again. This is told only where every rule could run.",
    fix="Take the ignore away, or write it on the line that the finding names.",
    source=SOURCE,
    wrong="""\
Resources:
  # lattice: ignore LTC001: the function is written for V1 events
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
      Config:
        LambdaEventStructureVersion: V2
""",
    right="""\
Resources:
  # lattice: ignore LTC001: the function is written for V1 events
  Orders:
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
""",
    check=told_when_ignoring,
)
