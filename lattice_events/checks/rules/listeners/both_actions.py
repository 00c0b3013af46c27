"""An action that both forwards and answers."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.listeners.forwards import actions


def _check(material: Material) -> Iterator[Found]:
    for resource, key, value in actions(material.definitions):
        if isinstance(value, dict) and {"Forward", "FixedResponse"} <= set(value):
            message = (
                f"{key} of {resource.name} has both Forward and FixedResponse: an action has one of them."
            )
            yield found_in(resource, key, message=message)


RULE = Rule(
    code="LTC101",
    name="both-actions",
    severity="error",
    reason="An action has both Forward and FixedResponse.",
    why="A listener or a rule either forwards a request or answers it. CloudFormation's schema lets both stand; AWS's handler of the type then refuses to create it.",
    fix="Remove Forward or FixedResponse.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_RuleAction.html",
        "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-vpc-lattice",
    ),
    wrong=listener("FixedResponse:\n  StatusCode: 404\n" + FORWARD),
    right=listener(FORWARD),
    check=_check,
)
