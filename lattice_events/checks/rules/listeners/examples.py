"""What the examples of this family have around what they show."""

from __future__ import annotations

_TARGET_GROUP = "arn:aws:vpc-lattice:us-east-1:123456789012:targetgroup/tg-0123456789abcdef0"
_LISTENER = """\
Resources:
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      Protocol: HTTPS
      DefaultAction:
"""
_RULE = """\
Resources:
  OrdersRule:
    Type: AWS::VpcLattice::Rule
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      ListenerIdentifier: listener-0123456789abcdef0
      Priority: 10
"""
_ACTION = """\
      Action:
        FixedResponse:
          StatusCode: 404
"""
_MATCH = """\
      Match:
        HttpMatch:
"""
FORWARD = f"""\
Forward:
  TargetGroups:
    - TargetGroupIdentifier: {_TARGET_GROUP}
"""


def listener(default_action: str) -> str:
    """A listener with a default action."""
    return _LISTENER + indented(default_action, 8)


def rule(http_match: str) -> str:
    """A rule with a match."""
    return _RULE + _MATCH + indented(http_match, 10) + _ACTION


def indented(text: str, width: int) -> str:
    """A text whose lines begin further to the right."""
    return "".join(f"{' ' * width}{line}\n" for line in text.splitlines())
