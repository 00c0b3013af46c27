"""Matches and backends that the controller does not take: it fails the whole route."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import Keys, backends, matches, routes
from lattice_events.definitions.lattice_schema import SHAPES
from lattice_events.definitions.values import ManifestObject

_MOST_HEADERS = SHAPES["HeaderMatchList"].high
_BACKENDS = ("Service", "ServiceImport")
_PATHS = ("Exact", "PathPrefix")


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        wrong = [each for path, match in matches(route) for each in _of_match(route, path, match)]
        wrong += [
            ((*each.path, "kind"), f"backends of kind {each.kind}")
            for each in backends(route)
            if each.kind not in _BACKENDS
        ]
        for path, what in wrong:
            message = f"The controller does not take {what}, so it makes nothing of the whole {route.kind} {route.name}."
            yield Found(place=route.locate(path), message=message)


def _of_match(route: ManifestObject, path: Keys, match: Mapping[str, Any]) -> Iterator[tuple[Keys, str]]:
    """What is unsupported in a match: its path, and what it is."""
    kind = route.get(*path, "path", "type")
    if kind is not None and kind not in _PATHS:
        yield (*path, "path"), f"paths of type {kind}"
    if match.get("queryParams"):
        yield (*path, "queryParams"), "matches by query parameters"
    headers = route.items(*path, "headers")
    if len(headers) > _MOST_HEADERS:
        yield (*path, "headers"), f"more than {_MOST_HEADERS} headers in a match"
    for index, header in enumerate(headers):
        if header.get("type", "Exact") != "Exact":
            yield (*path, "headers", index, "type"), f"headers of type {header['type']}"
    yield from _of_method(path, match.get("method"))


def _of_method(path: Keys, method: object) -> Iterator[tuple[Keys, str]]:
    """What is unsupported in the method of a GRPCRoute; that of an HTTPRoute is a text."""
    if isinstance(method, dict):
        if method.get("type", "Exact") != "Exact":
            yield (*path, "method"), f"gRPC methods of type {method['type']}"
        elif method.get("method") and not method.get("service"):
            yield (*path, "method"), "a gRPC method without its service"


RULE = Rule(
    code="LTC611",
    name="unsupported-match",
    severity="error",
    reason="A route has a match or a backend that the controller does not take.",
    why="The controller takes exact and prefix paths, a method, and up to five headers by their exact value; backends are Services and ServiceImports. With anything else, regular expressions and query parameters above all, it fails the whole route with LATTICE_UNSUPPORTED_MATCH_TYPE or the like, and what it made before stays as it was.",
    fix="Match by path, method and exact headers, and decide the rest in the pod. A Lambda function is a ServiceImport with the annotation application-networking.k8s.aws/target-group-arn.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_rule.go",
        f"{CONTROLLER_SOURCE}/docs/api-types/http-route.md",
    ),
    form="manifests",
    wrong=BOTH
    + ROUTE
    + """\
      matches:
        - path:
            type: RegularExpression
            value: /orders/[0-9]+
""",
    right=BOTH
    + ROUTE
    + """\
      matches:
        - path:
            type: PathPrefix
            value: /orders
""",
    check=_check,
)
