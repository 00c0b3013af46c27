"""A fixed response with a status that VPC Lattice does not support."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import listener
from lattice_events.checks.rules.listeners.forwards import actions
from lattice_events.checks.rules.numbers import whole
from lattice_events.definitions.lattice_schema import FIXED_STATUSES


def _check(material: Material) -> Iterator[Found]:
    for resource, key, _ in actions(material.definitions):
        path = (key, "FixedResponse", "StatusCode")
        status = whole(resource.get(*path))
        if status is not None and status not in FIXED_STATUSES:
            message = f"{resource.name} answers with {status}, but VPC Lattice supports 404 and 500 only."
            yield found_in(resource, *path, message=message)


RULE = Rule(
    code="LTC112",
    name="fixed-status",
    severity="error",
    reason="A fixed response has another status than 404 and 500.",
    why="The API supports 404 and 500 only, while its model and CloudFormation's schema let 100 to 599 stand. Whether AWS refuses another status or answers with something else is not documented.",
    fix="Answer with 404 or 500, or forward to a function that answers with the status.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_FixedResponseAction.html",),
    wrong=listener("FixedResponse:\n  StatusCode: 503\n"),
    right=listener("FixedResponse:\n  StatusCode: 500\n"),
    check=_check,
)
