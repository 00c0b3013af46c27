"""A backend for whose Service the controller makes no target group."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import backends, find_backend, routes
from lattice_events.definitions.kubernetes import unusable


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for backend in backends(route):
            service = find_backend(backend, material.definitions)
            reason = unusable(service.value) if service is not None and backend.kind == "Service" else None
            if service is not None and reason:
                message = f"Service {service.shown} {reason}; {route.kind} {route.name} fails."
                yield Found(place=backend.place(), message=message)


RULE = Rule(
    code="LTC615",
    name="service-unusable",
    severity="error",
    reason="A backend is a Service of two IP families or of type ExternalName.",
    why="The controller registers the addresses of pods in target groups of one IP family. It refuses a route with a dual-stack Service, and an ExternalName has no pods.",
    fix="Give the Service one entry in ipFamilies, or name a Service of type ClusterIP.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/controllers/route_controller.go",
        f"{CONTROLLER_SOURCE}/docs/api-types/service.md",
        f"{CONTROLLER_SOURCE}/docs/guides/advanced-configurations.md",
    ),
    form="manifests",
    wrong=BOTH.replace("  selector:", "  ipFamilyPolicy: RequireDualStack\n  selector:") + ROUTE,
    right=BOTH.replace("  selector:", "  ipFamilyPolicy: SingleStack\n  selector:") + ROUTE,
    check=_check,
)
