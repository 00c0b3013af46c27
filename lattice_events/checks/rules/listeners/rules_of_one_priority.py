"""Two rules of one listener that have the same priority."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.numbers import whole
from lattice_events.definitions.types import LISTENER
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    first: dict[tuple[str, int], Resource] = {}
    for each in material.definitions.of_type(LISTENER_RULE):
        named = each.get("ListenerIdentifier")
        found = material.definitions.find(named, LISTENER)
        listener = found.arn if found else named
        priority = whole(each.get("Priority"))
        if not isinstance(listener, str) or priority is None:
            continue
        other = first.setdefault((listener, priority), each)
        if other is not each:
            message = f"{each.name} has the priority {priority} of {other.name} ({other.origin}), but each rule of a listener has its own."
            yield found_in(each, message=message)


_TWO = rule("Method: GET\n") + rule("Method: PUT\n").removeprefix("Resources:\n").replace("Orders", "Returns")

RULE = Rule(
    code="LTC106",
    name="rules-of-one-priority",
    severity="error",
    reason="Two rules of a listener have the same priority.",
    why="VPC Lattice tries the rules of a listener by their priority, so each has its own; the second one is refused when it is created.",
    fix="Give each rule of the listener a priority of its own; the lowest is tried first.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateRule.html",),
    wrong=_TWO,
    right="20".join(_TWO.rsplit("10", 1)),
    check=_check,
)
