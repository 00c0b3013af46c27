"""A rule of a route that gives every backend the weight 0."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import routes, rules


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for path, _ in rules(route):
            weights = [each.get("weight", 1) for each in route.items(*path, "backendRefs")]
            if weights and all(str(each) == "0" for each in weights):
                message = f"A rule of {route.kind} {route.name} gives every backend the weight 0, so none gets requests."
                yield Found(place=route.locate((*path, "backendRefs")), message=message)


RULE = Rule(
    code="LTC623",
    name="backend-weights-of-zero",
    severity="warning",
    reason="All backends of a rule have the weight 0.",
    why="By the Gateway API such a rule answers 500. The controller passes the weights on, and what VPC Lattice answers when they are all 0 is not documented.",
    fix="Give at least one backend a weight above 0, or take the rule away.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/deploy/lattice/rule_manager.go",
        "https://gateway-api.sigs.k8s.io/reference/spec/#httpbackendref",
    ),
    form="manifests",
    wrong=BOTH + ROUTE + "          weight: 0\n",
    right=BOTH + ROUTE + "          weight: 1\n",
    check=_check,
)
