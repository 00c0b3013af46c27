"""Hostnames behind the first, which the controller does not use."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import routes


def _check(material: Material) -> Iterator[Found]:
    for route in routes(material.definitions):
        names = route.get("spec", "hostnames")
        if isinstance(names, list) and len(names) > 1:
            rest = ", ".join(map(str, names[1:]))
            yield Found(
                place=route.locate(("spec", "hostnames", 1)),
                message=f"{route.kind} {route.shown}: its service gets the custom domain {names[0]} and answers to no other; {rest} is not used.",
            )


_NAMES = """\
  hostnames:
    - orders.example.com
"""

RULE = Rule(
    code="LTC610",
    name="several-hostnames",
    severity="warning",
    reason="A route has several hostnames; its service gets the first.",
    why="A VPC Lattice service has one custom domain name, and the controller takes the first hostname of the route. It makes a DNS record for that one only, and VPC Lattice does not know a service by the others.",
    fix="Write a route for each hostname, or keep one.",
    source=(
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_lattice_service.go",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/service-custom-domain-name.html",
    ),
    form="manifests",
    wrong=BOTH + ROUTE.replace("  parentRefs", f"{_NAMES}    - www.example.com\n  parentRefs"),
    right=BOTH + ROUTE.replace("  parentRefs", f"{_NAMES}  parentRefs"),
    check=_check,
)
