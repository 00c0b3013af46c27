"""Rules of a route with the same match, of which the controller keeps one."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE
from lattice_events.checks.rules.kubernetes.routes import Keys, annotations_of, routes, rules
from lattice_events.definitions.kubernetes import priority_key
from lattice_events.definitions.values import ManifestObject

_Match = tuple[str, ...]


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions, "HTTPRoute"):
        first: dict[_Match, int] = {}
        for index, (path, _) in enumerate(rules(route)):
            other = first.setdefault(_match(route, path), index)
            if other != index:
                yield Found(
                    place=route.locate(path),
                    message=f"Rules {other} and {index} of HTTPRoute {route.name} have the same match; VPC Lattice gets one rule of them, with the backends of rule {_kept(route, other, index)}.",
                )


def _kept(route: ManifestObject, one: int, other: int) -> int:
    """The rule that is written last; those with an annotated priority are written first."""
    is_annotated = [priority_key(index) in annotations_of(route) for index in (one, other)]
    return one if is_annotated == [False, True] else other


def _match(route: ManifestObject, path: Keys) -> _Match:
    """The match of a rule, with what the API server defaults."""
    match = (*path, "matches", 0)
    kind, value = route.get(*match, "path", "type"), route.get(*match, "path", "value")
    headers = [
        part
        for each in route.items(*match, "headers")
        for part in (str(each.get("name")).lower(), str(each.get("value")))
    ]
    return str(route.get(*match, "method")), str(kind or "PathPrefix"), str(value or "/"), *headers


_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata:
  name: orders
spec:
  parentRefs:
    - name: shop
  rules:
    - backendRefs:
        - name: orders
          port: 80
"""

RULE = Rule(
    code="LTC619",
    name="equal-matches",
    severity="warning",
    reason="Two rules of a route have the same match; the later one replaces the earlier.",
    why="By the Gateway API the first of two equal rules counts. The controller looks for a rule by its match and updates the one that is there, so what it writes last counts and the other backends get nothing. A rule without matches and one with the path prefix / are equal.",
    fix="Put both backends, with weights, into one rule, or take one of the rules away.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/deploy/lattice/rule_manager.go",
        "https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule",
    ),
    form="manifests",
    wrong=BOTH
    + _ROUTE
    + """\
    - matches:
        - path:
            value: /
      backendRefs:
        - name: orders
          port: 80
          weight: 10
""",
    right=BOTH + _ROUTE,
    check=_check,
)
