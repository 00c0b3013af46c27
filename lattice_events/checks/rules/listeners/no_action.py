"""An action that does nothing: it is missing or empty, or forwards to no target group."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.listeners.forwards import actions


def _check(material: Material) -> Iterator[Found]:
    for resource, key, value in actions(material.definitions):
        forward = value.get("Forward") if isinstance(value, dict) else None
        if value is None or value == {}:
            message = f"{resource.name} has no {key}: say Forward with target groups, or FixedResponse with a StatusCode."
            yield found_in(resource, key, message=message)
        elif isinstance(forward, dict) and forward.get("TargetGroups") in (None, []):
            message = f"{key} of {resource.name} forwards to no target group."
            yield found_in(resource, key, "Forward", "TargetGroups", message=message)


RULE = Rule(
    code="LTC102",
    name="no-action",
    severity="error",
    reason="A listener or a rule does nothing with requests.",
    why="Each listener has a default action and each rule an action: to forward to one to ten target groups, or to answer with a fixed response. CloudFormation's schema lets the action be empty; the resource is then refused when it is created.",
    fix="State Forward with TargetGroups, or FixedResponse with StatusCode 404 or 500.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateListener.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_RuleAction.html",
    ),
    wrong=listener("{}"),
    right=listener(FORWARD),
    check=_check,
)
