"""Parts of a rule that the controller never reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import Keys, backends, routes, rules
from lattice_events.definitions.values import ManifestObject

_OF_RULES = ("filters", "timeouts", "retry", "sessionPersistence")


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for path, rule in rules(route):
            for key in _OF_RULES:
                if rule.get(key):
                    yield _found(route, (*path, key), _said(key, rule))
        for backend in backends(route):
            if backend.value.get("filters"):
                yield _found(route, (*backend.path, "filters"), f"filters of backend {backend.name}")


def _found(route: ManifestObject, path: Keys, what: str) -> Found:
    message = f"The controller ignores {what} in {route.kind} {route.name}: it forwards requests as if that were not there."
    if not route.get(*path[:3], "backendRefs"):
        message = f"The controller ignores {what} in {route.kind} {route.name}; the rule has no backendRefs, so VPC Lattice answers 500."
    return Found(place=route.locate(path), message=message)


def _said(key: str, rule: Mapping[str, Any]) -> str:
    """The part of a rule, filters with their types."""
    filters = rule.get(key)
    if key != "filters" or not isinstance(filters, list):
        return key
    types = [str(each.get("type")) for each in filters if isinstance(each, dict)]
    return f"filters ({', '.join(types)})"


RULE = Rule(
    code="LTC602",
    name="ignored-fields",
    severity="warning",
    reason="A route has filters, timeouts, retries or session persistence, which the controller ignores.",
    why="The controller reads the matches and the backendRefs of a rule, and nothing else of it. Redirects, rewrites, mirrors and header changes do not happen, and nothing says so: the route is accepted. A redirect without backendRefs becomes a 500.",
    fix="Do it in the pod or in a Lambda function, or leave it out. VPC Lattice has its own timeouts, which no route changes.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/model/core/httproute.go",
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_rule.go",
    ),
    form="manifests",
    wrong=BOTH
    + ROUTE
    + """\
      filters:
        - type: RequestHeaderModifier
          requestHeaderModifier:
            remove: [x-internal]
""",
    right=BOTH + ROUTE,
    check=_check,
)
