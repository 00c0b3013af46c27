"""A backend that is not given, where another is that is likely meant."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.names import Names
from lattice_events.checks.rules.kubernetes.routes import BackendRef, backends, find_backend, routes
from lattice_events.definitions.collection import Definitions


def _check(material: Material) -> Iterator[Found]:
    names = Names(material.definitions)
    for route in routes(material.definitions):
        for backend in backends(route):
            meant = _meant(backend, names, material.definitions)
            if meant:
                message = f"{route.kind} {route.shown} forwards to nothing: {meant}. The controller drops such a backend, and a rule without any other answers 500."
                yield Found(place=backend.place(), message=message)


def _meant(backend: BackendRef, names: Names, definitions: Definitions) -> str:
    if find_backend(backend, definitions) is not None or backend.kind != "Service":
        return ""
    return names.meant_instead(backend.kind, backend.namespace, backend.name)


RULE = Rule(
    code="LTC620",
    name="backend-mistyped",
    severity="error",
    reason="A backend's Service does not exist, but one of nearly the same name, or in another namespace.",
    why="A backend without a namespace is looked for in the namespace of the route. The controller drops one that does not exist; if no other is left, VPC Lattice answers 500. A Service that is only not among the manifests is no mistake.",
    fix="Write the name as the Service has it, with its namespace if it is another than the route's.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_targetgroup.go",
        f"{CONTROLLER_SOURCE}/pkg/deploy/lattice/rule_manager.go",
    ),
    form="manifests",
    wrong=BOTH + ROUTE.replace("        - name: orders", "        - name: oders"),
    right=BOTH + ROUTE,
    check=_check,
)
