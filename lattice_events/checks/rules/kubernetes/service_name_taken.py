"""Two routes that would be one service, since their names are cut or their kind does not count."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import annotations_of, routes
from lattice_events.definitions.kubernetes import service_name
from lattice_events.definitions.values import ManifestObject


def _check(material: Material) -> Iterator[Found]:
    first: dict[str, ManifestObject] = {}
    for route in sorted(
        routes(material.definitions), key=lambda each: (each.kind, each.namespace, each.name)
    ):
        name = service_name(route.name, route.namespace, annotations_of(route))
        other = first.setdefault(name, route)
        if other is not route:
            yield Found(
                place=route.origin,
                message=f"{route.kind} {route.shown} and {other.kind} {other.shown} ({other.origin}) both become the service {name}; the one that comes second fails.",
            )


_LONG = "orders-of-the-old-shop-{}"

RULE = Rule(
    code="LTC618",
    name="service-name-taken",
    severity="error",
    reason="Two routes have the same service name.",
    why="The name of a service is the first 20 characters of the route's name and the first 18 of its namespace; the kind of the route does not count. A route whose service belongs to another one gets the condition Conflicted, and nothing is made of it.",
    fix="Give one of them another name in its first 20 characters, or the annotation application-networking.k8s.aws/service-name-override.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/deploy/lattice/service_manager.go",
        f"{CONTROLLER_SOURCE}/pkg/utils/common.go",
        f"{CONTROLLER_SOURCE}/docs/guides/service-name-override.md",
    ),
    form="manifests",
    wrong=BOTH
    + ROUTE.replace("name: orders\nspec", f"name: {_LONG.format(1)}\nspec")
    + "---\n"
    + ROUTE.replace("name: orders\nspec", f"name: {_LONG.format(2)}\nspec"),
    right=BOTH
    + ROUTE.replace("name: orders\nspec", "name: old-orders-1\nspec")
    + "---\n"
    + ROUTE.replace("name: orders\nspec", "name: old-orders-2\nspec"),
    check=_check,
)
