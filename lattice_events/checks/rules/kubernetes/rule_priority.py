"""Priorities in annotations that VPC Lattice or the controller does not take."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE
from lattice_events.checks.rules.kubernetes.routes import annotations_of, routes, told_at
from lattice_events.definitions.kubernetes import is_priority, priority_key, rule_priorities
from lattice_events.definitions.values import ManifestObject


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions, "HTTPRoute", "GRPCRoute"):
        count = len(route.items("spec", "rules"))
        for index in range(count):
            place = route.locate(("metadata", "annotations", priority_key(index)))
            given = annotations_of(route).get(priority_key(index))
            if given is not None and is_priority(given):
                yield from told_at(material, place)
            elif given is not None:
                message = f"The priority {given!r} of rule {index} is no number, so the controller counts it as {index + 1}."
                yield Found(place=place, message=message)
        yield from _clashes(route, count)


def _clashes(route: ManifestObject, count: int) -> Iterator[Found]:
    """Rules that have the priority of an earlier one."""
    first: dict[int, int] = {}
    for index, priority in enumerate(rule_priorities(annotations_of(route), count)):
        other = first.setdefault(priority, index)
        if other != index:
            counted = "" if priority_key(index) in annotations_of(route) else ", which it counts on to"
            message = f"Rules {other} and {index} of {route.kind} {route.name} both have priority {priority}{counted}; a listener has each priority once."
            yield Found(place=route.locate(("spec", "rules", index)), message=message)


_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
  annotations:
    application-networking.k8s.aws/rule-0-priority: "{}"
    application-networking.k8s.aws/rule-1-priority: "20"
spec:
  parentRefs:
    - name: shop
  rules:
    - matches:
        - path:
            value: /orders
      backendRefs:
        - name: orders
          port: 80
    - backendRefs:
        - name: orders
          port: 80
"""

RULE = Rule(
    code="LTC613",
    name="rule-priority",
    severity="error",
    reason="A priority in an annotation is no number, out of range, or that of another rule.",
    why="The annotation rule-N-priority gives the rule with the index N (from 0) its priority. The controller counts a text that is no number as N + 1. Rules without an annotation count on from the annotated rule before them in the list, not from the highest, so they may come to a priority that is taken; VPC Lattice refuses a second rule of one priority.",
    fix="Give each rule of the route its own whole number from 1 up; the lowest is asked first.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_rule.go",
        f"{CONTROLLER_SOURCE}/docs/guides/advanced-configurations.md",
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_CreateRule.html",
    ),
    form="manifests",
    wrong=BOTH + _ROUTE.format("20"),
    right=BOTH + _ROUTE.format("10"),
    check=_check,
)
