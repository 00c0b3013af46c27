"""A weight that VPC Lattice does not take, though the Gateway API does."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import backends, routes
from lattice_events.definitions.lattice_schema import SHAPES

_MOST = SHAPES["TargetGroupWeight"].high


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for backend in backends(route):
            weight = backend.value.get("weight")
            if isinstance(weight, int) and weight > _MOST:
                yield Found(
                    place=backend.place("weight"),
                    message=f"Backend {backend.name} has weight {weight}; VPC Lattice takes 0 to {_MOST}, so the controller cannot make the rules of {route.kind} {route.name}.",
                )


RULE = Rule(
    code="LTC612",
    name="backend-weight",
    severity="error",
    reason="A backend has a weight above 999.",
    why="The Gateway API takes weights up to 1,000,000, VPC Lattice up to 999. The controller passes them on, so the rule is refused after the service and its listeners were made.",
    fix="Use weights from 0 to 999; only their ratio counts.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_WeightedTargetGroup.html",
        f"{CONTROLLER_SOURCE}/pkg/deploy/lattice/rule_manager.go",
    ),
    form="manifests",
    wrong=BOTH + ROUTE + "          weight: 1000\n",
    right=BOTH + ROUTE + "          weight: 100\n",
    check=_check,
)
