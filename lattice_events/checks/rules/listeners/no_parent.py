"""A listener that names no service, or a rule that names no listener or service."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.listeners.examples import FORWARD, listener
from lattice_events.definitions.types import LISTENER
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource

_KEYS = {LISTENER: ("ServiceIdentifier",), LISTENER_RULE: ("ListenerIdentifier", "ServiceIdentifier")}


def _check(material: Material) -> Iterator[Found]:
    for resource in material.definitions.of_type(LISTENER, LISTENER_RULE):
        missing = [
            key for key in _KEYS[resource.type] if resource.get(key) is None and not _is_open(resource, key)
        ]
        if missing:
            message = f"{resource.name} has no {' and no '.join(missing)}."
            yield Found(place=resource.place(), message=message, resource=resource, path=("Properties",))


def _is_open(resource: Resource, key: str) -> bool:
    """Whether what makes the resource knows a rule's service anyway."""
    return resource.is_of_terraform and key == "ServiceIdentifier" and resource.type == LISTENER_RULE


RULE = Rule(
    code="LTC103",
    name="no-parent",
    severity="error",
    reason="A listener names no service, or a rule no listener or service.",
    why="CloudFormation's schema requires neither, so that validation is silent; the API needs both, and AWS's handler of the type refuses the resource when it is created. A rule needs its service even where the ARN of its listener contains it.",
    fix="Set ServiceIdentifier, and ListenerIdentifier of a rule.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateListener.html",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateRule.html",
        "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-vpc-lattice",
    ),
    wrong=listener(FORWARD).replace("      ServiceIdentifier: svc-0123456789abcdef0\n", ""),
    right=listener(FORWARD),
    check=_check,
)
