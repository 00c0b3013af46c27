"""The ARN of a certificate below certificateRefs, where nobody reads it."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import CONTROLLER_SOURCE

_ROOT = ("spec", "listeners")


def _check(material: Material) -> Iterator[Found]:
    for gateway in material.definitions.of_kind("Gateway"):
        for index, listener in enumerate(gateway.items(*_ROOT)):
            for number, _ in enumerate(gateway.items(*_ROOT, index, "tls", "certificateRefs")):
                path = (*_ROOT, index, "tls", "certificateRefs", number, "options")
                if gateway.get(*path):
                    message = f"Listener {listener.get('name')} of Gateway {gateway.shown}: options belong to tls, not to an entry of certificateRefs, where the API server drops them or refuses the Gateway; the certificate is not used."
                    yield Found(place=gateway.locate(path), message=message)


_GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata:
  name: shop
spec:
  gatewayClassName: amazon-vpc-lattice
  listeners:
    - name: https
      protocol: HTTPS
      port: 443
      tls:
        mode: Terminate
        certificateRefs:
          - name: unused
"""
_OPTIONS = """\
options:
{}  application-networking.k8s.aws/certificate-arn: arn:aws:acm:us-east-1:123456789012:certificate/1a2b3c4d
"""

RULE = Rule(
    code="LTC617",
    name="certificate-misplaced",
    severity="warning",
    reason="The options with the certificate's ARN are indented below certificateRefs.",
    why="The controller reads tls.options of a listener. A guide of the controller indents them as a part of certificateRefs, which has no such field: kubectl refuses the Gateway, or the API server drops the field, and a custom domain is served without its certificate.",
    fix="Move options two levels out, beside certificateRefs.",
    source=(
        f"{CONTROLLER_SOURCE}/docs/guides/https.md",
        f"{CONTROLLER_SOURCE}/docs/api-types/gateway.md",
        "https://gateway-api.sigs.k8s.io/reference/spec/#listenertlsconfig",
    ),
    form="manifests",
    wrong=_GATEWAY + " " * 12 + _OPTIONS.format(" " * 12),
    right=_GATEWAY + " " * 8 + _OPTIONS.format(" " * 8),
    check=_check,
)
