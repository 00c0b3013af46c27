"""A rule with several matches, for which the controller fails the whole route."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE
from lattice_events.checks.rules.kubernetes.routes import routes, rules


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        for path, _ in rules(route):
            count = len(route.items(*path, "matches"))
            if count > 1:
                yield Found(
                    place=route.locate((*path, "matches", 1)),
                    message=f"A rule of {route.kind} {route.name} has {count} matches, so the controller makes nothing of the whole route (LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES).",
                )


_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
spec:
  parentRefs:
    - name: shop
  rules:
"""

RULE = Rule(
    code="LTC601",
    name="several-matches",
    severity="error",
    reason="A rule of a route has several matches; the controller takes one.",
    why="The Gateway API means that either match will do, and a VPC Lattice rule has one match. The controller does not make a rule of each: it fails the route with LATTICE_NO_SUPPORT_FOR_MULTIPLE_MATCHES, and what it made before stays as it was.",
    fix="Write a rule for each match, with the same backends.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_rule.go",
        "https://github.com/aws/aws-application-networking-k8s/issues/520",
    ),
    form="manifests",
    wrong=BOTH
    + _ROUTE
    + """\
    - matches:
        - path:
            value: /orders
        - path:
            value: /baskets
      backendRefs:
        - name: orders
          port: 80
""",
    right=BOTH
    + _ROUTE
    + """\
    - matches:
        - path:
            value: /orders
      backendRefs:
        - name: orders
          port: 80
    - matches:
        - path:
            value: /baskets
      backendRefs:
        - name: orders
          port: 80
""",
    check=_check,
)
