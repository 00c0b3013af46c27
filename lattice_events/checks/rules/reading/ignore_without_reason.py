"""An ignore that does not say why."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.reading.ignoring import SOURCE, told_when_ignoring

RULE = Rule(
    code="LTC903",
    name="ignore-without-reason",
    severity="warning",
    reason="An ignore gives no reason, so it does not count.",
    why="Who reads the definition later must know whether the finding still may be ignored. An ignore without a reason changes nothing: what it is about is told as before.",
    fix="Write the reason after a colon, LTC001: the function is written for V1 events, or take the ignore away.",
    source=SOURCE,
    wrong="""\
Resources:
  Orders:  # lattice: ignore LTC001
    Type: AWS::VpcLattice::TargetGroup
    Properties:
      Type: LAMBDA
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
