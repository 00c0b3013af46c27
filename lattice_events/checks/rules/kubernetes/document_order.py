"""A rule whose requests an earlier one takes, though the Gateway API would give them to the more specific one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lattice_events.assumptions import Assumptions
from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes import routes
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE
from lattice_events.headers import Headers
from lattice_events.network.model import Listener, Match, PathMatch
from lattice_events.network.model import Rule as ListenerRule
from lattice_events.network.routing import route
from lattice_events.request import Request

_ANY = "any-other"  # a path element and a method that no rule asks for


def _check(material: Material) -> Iterator[Found]:
    if material.network is None:
        return
    written = {
        each.locate(path): f"HTTPRoute {each.name}"
        for each in routes.routes(material.definitions, "HTTPRoute")
        for path, _ in routes.rules(each)
    }
    for service in material.network.services:
        for listener in service.listeners[:1]:  # each has the same rules
            yield from _taken(listener, written, material.assumptions)


def _taken(listener: Listener, written: Mapping[str, str], assumptions: Assumptions) -> Iterator[Found]:
    """The rules of routes that get none of the requests for which the Gateway API prefers them."""
    # Whether a prefix counts by text or by path element is not documented; what is taken by element is taken either way.
    by_element = replace(assumptions, prefix_mode="element")
    for rule in listener.rules:
        if rule.origin in written:
            takers = [route(listener, each, by_element).rule for each in _requests_for(rule.match)]
            wider = [each for each in takers if each and _rank(each.match) < _rank(rule.match)]
            if wider and rule not in takers:
                yield Found(place=rule.origin, message=_message(rule, wider[0], written[rule.origin]))


def _message(rule: ListenerRule, taker: ListenerRule, what: str) -> str:
    return (
        f"{what}: the rule at {taker.origin} takes the requests of this one, since its priority is {taker.priority} and that of this one {rule.priority}. "
        "The controller numbers rules in the order of the document, and VPC Lattice asks the lowest number first; neither looks for the most specific match."
    )


def _requests_for(match: Match) -> Iterator[Request]:
    """Requests that a rule takes, of which it loses each only to rules that take all the like of it."""
    path = match.path or PathMatch(kind="prefix", value="/", case_sensitive=True)
    for each in (path.value, *([f"{path.value.rstrip('/')}/{_ANY}"] if path.kind == "prefix" else ())):
        headers = Headers((header.name, header.value) for header in match.headers)
        yield Request(method=match.method or _ANY, path=each, headers=headers)


def _rank(match: Match) -> tuple[bool, int, bool, int]:
    """How specific the Gateway API finds a match; the highest gets the request."""
    path = match.path
    is_exact, length = path is not None and path.kind == "exact", len(path.value) if path else 0
    return is_exact, length, match.method is not None, len(match.headers)


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
_ALL = """\
    - backendRefs:
        - name: orders
          port: 80
"""
_SPECIFIC = """\
    - matches:
        - path:
            value: /orders/old
      backendRefs:
        - name: orders
          port: 80
"""

RULE = Rule(
    code="LTC603",
    name="document-order",
    severity="warning",
    reason="An earlier, more general rule of the route takes every request of a later one.",
    why="The Gateway API gives a request to the most specific match, wherever it stands. The controller numbers the rules 1, 2, 3 in the order of the document (or as the rule-N-priority annotations say), and VPC Lattice takes the first that matches, from the lowest number up; a guide of the controller says that higher numbers come first, which is not so. The later rule never gets a request.",
    fix="Move the more specific rule up, or give it a lower number with the annotation application-networking.k8s.aws/rule-N-priority.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_rule.go",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/listener-rules.html",
        "https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule",
    ),
    form="manifests",
    wrong=BOTH + _ROUTE + _ALL + _SPECIFIC,
    right=BOTH + _ROUTE + _SPECIFIC + _ALL,
    check=_check,
)
