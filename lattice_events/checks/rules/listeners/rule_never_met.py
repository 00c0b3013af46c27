"""A rule whose requests an earlier rule of its listener takes."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.covering import covers
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.network.model import Listener
from lattice_events.network.model import Rule as ListenerRule


def _check(material: Material) -> Iterator[Found]:
    for service in material.network.services if material.network else ():
        for listener in service.listeners:
            for each, earlier in _never_met(listener):
                written = material.definitions.find(each.arn, LISTENER_RULE)
                if written is not None:  # those of routes have a rule of their own
                    message = f"{written.name} never gets a request: {earlier.name} (priority {earlier.priority}, {earlier.origin}) takes each one that it matches."
                    yield found_in(written, message=message)


def _never_met(listener: Listener) -> Iterator[tuple[ListenerRule, ListenerRule]]:
    """Each rule that never gets a request, with the first one that takes what it matches."""
    rules = listener.rules_by_priority
    for index, each in enumerate(rules):
        # Whether a prefix ends at a path element is not documented; what is taken then is taken either way.
        taken = (
            other
            for other in rules[:index]
            if other.priority < each.priority and covers(other.match, each.match, by_element=True)
        )
        first = next(taken, None)
        if first is not None:
            yield each, first


_PREFIX = "PathMatch:\n  CaseSensitive: true\n  Match:\n    Prefix: {}\n"
_WIDE, _NARROW = rule(_PREFIX.format("/orders")), rule(_PREFIX.format("/orders/archive"))


def _both(first: str, second: str) -> str:
    """A service with two rules, the first at priority 10."""
    service = """\
Resources:
  Service:
    Type: AWS::VpcLattice::Service
    Properties:
      Name: shop
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: !Ref Service
      Protocol: HTTPS
      DefaultAction:
        FixedResponse:
          StatusCode: 404
"""
    second = second.replace("OrdersRule", "SecondRule").replace("Priority: 10", "Priority: 20")
    rules = (first + second).replace("Resources:\n", "")
    return service + rules.replace("svc-0123456789abcdef0", "!Ref Service").replace(
        "listener-0123456789abcdef0", "!Ref Listener"
    )


RULE = Rule(
    code="LTC107",
    name="rule-never-met",
    severity="warning",
    reason="An earlier rule of the listener takes every request that a rule matches.",
    why="VPC Lattice tries the rules of a listener by ascending priority, and the first that matches wins: a longer path does not. A rule whose path, method and headers are all within those of an earlier one gets no request, and nothing says so. Whether a prefix ends at an element of the path is not documented; only what holds either way is found here.",
    fix="Give the more specific rule the lower priority number, or remove it.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/ug/listener-rules.html",),
    wrong=_both(_WIDE, _NARROW),
    right=_both(_NARROW, _WIDE),
    check=_check,
)
