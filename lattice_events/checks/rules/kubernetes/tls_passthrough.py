"""TLS passthrough without what VPC Lattice needs for it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE, GATEWAY, SERVICE
from lattice_events.checks.rules.kubernetes.routes import routes
from lattice_events.definitions.kubernetes import is_ours
from lattice_events.definitions.values import ManifestObject


def _check(material: Material) -> Iterator[Found]:
    for gateway in material.definitions.of_kind("Gateway"):
        if is_ours(gateway, material.definitions.named):
            yield from _listeners(gateway)
    for route in routes(material.definitions, "TLSRoute"):
        if not route.get("spec", "hostnames"):
            message = f"TLSRoute {route.shown} has no hostname; VPC Lattice needs a custom domain name for TLS passthrough."
            yield Found(place=route.locate(("spec",)), message=message)
        if len(route.items("spec", "rules")) > 1:
            message = f"TLSRoute {route.shown} has several rules; a listener of TLS passthrough has its default action only."
            yield Found(place=route.locate(("spec", "rules", 1)), message=message)


def _listeners(gateway: ManifestObject) -> Iterator[Found]:
    """Listeners of protocol TLS that do not say that they pass it through."""
    for index, listener in enumerate(gateway.items("spec", "listeners")):
        path = ("spec", "listeners", index)
        if listener.get("protocol") == "TLS" and gateway.get(*path, "tls", "mode") != "Passthrough":
            message = f"Listener {listener.get('name')} of Gateway {gateway.shown} is of protocol TLS, which VPC Lattice has with tls.mode: Passthrough only."
            yield Found(place=gateway.locate((*path, "tls", "mode")), message=message)


_GATEWAY = f"""\
{GATEWAY}    - name: tls
      protocol: TLS
      port: 443
      tls:
        mode: Passthrough
---
{SERVICE}---
"""
_ROUTE = """\
apiVersion: gateway.networking.k8s.io/v1
kind: TLSRoute
metadata:
  name: orders
spec:
  parentRefs:
    - name: shop
      sectionName: tls
  rules:
    - backendRefs:
        - name: orders
          port: 80
"""

RULE = Rule(
    code="LTC622",
    name="tls-passthrough",
    severity="error",
    reason="A TLSRoute has no hostname or several rules, or its listener does not pass TLS through.",
    why="VPC Lattice passes TLS through by the server name, so the service needs a custom domain name: the first hostname. Its listener has one action for all connections, and no rules. Gateway API 1.5 asks for the same, and for a stated mode of listeners of protocol TLS, so the API server refuses the objects.",
    fix="Give the TLSRoute a hostname and one rule, and the listener tls.mode: Passthrough.",
    source=(
        f"{CONTROLLER_SOURCE}/docs/guides/tls-passthrough.md",
        f"{CONTROLLER_SOURCE}/docs/guides/upgrading-v2-0-x-to-v2-1-y.md",
        "https://docs.aws.amazon.com/vpc-lattice/latest/ug/tls-listeners.html",
    ),
    form="manifests",
    wrong=_GATEWAY + _ROUTE,
    right=_GATEWAY + _ROUTE.replace("spec:\n", "spec:\n  hostnames:\n    - orders.example.com\n"),
    check=_check,
)
