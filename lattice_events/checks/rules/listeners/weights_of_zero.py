"""An action whose weights are all 0."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.checks.rules.listeners.forwards import actions
from lattice_events.checks.rules.numbers import whole


def _check(material: Material) -> Iterator[Found]:
    for resource, key, _ in actions(material.definitions):
        path = (key, "Forward", "TargetGroups")
        groups = resource.get(*path)
        weights = [
            whole(each.get("Weight")) if isinstance(each, dict) else None
            for each in (groups if isinstance(groups, list) else ())
        ]
        if weights and all(each == 0 for each in weights):
            message = (
                f"{key} of {resource.name} gives every target group the weight 0, so none gets requests."
            )
            yield found_in(resource, *path, message=message)


RULE = Rule(
    code="LTC105",
    name="weights-of-zero",
    severity="warning",
    reason="All weights of an action are 0.",
    why="A target group gets its weight's share of the sum of weights. Where the sum is 0 there is no share; what VPC Lattice answers then is not documented.",
    fix="Give at least one target group a weight above 0.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_WeightedTargetGroup.html",),
    wrong=listener(FORWARD + "      Weight: 0\n"),
    right=listener(FORWARD + "      Weight: 100\n"),
    check=_check,
)
