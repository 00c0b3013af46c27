"""Pods that want TLS or HTTP/2 and get plain HTTP/1.1, because no TargetGroupPolicy says otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.kubernetes.examples import BOTH, CONTROLLER_SOURCE, ROUTE
from lattice_events.checks.rules.kubernetes.routes import annotations_of, backends, find_backend, routes
from lattice_events.checks.rules.kubernetes.services import exported_ports, exported_service, find_port
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.kubernetes import FEDERATED, FEDERATION, policy_target
from lattice_events.definitions.values import ManifestObject

_Policies = Mapping[tuple[str, str, str], ManifestObject]
_TLS = ("https", "tls", "kubernetes.io/wss")
_HTTP2 = ("grpc", "h2c", "http2", "kubernetes.io/h2c")


def _check(material: Material) -> Iterator[Found]:
    definitions = material.definitions
    policies = _policies(definitions)
    for route in routes(definitions, "HTTPRoute"):
        for backend in backends(route):
            service = find_backend(backend, definitions)
            if backend.kind == "Service" and service is not None:
                policy = _policy_on(policies, service)
                yield from _of_port(service, backend.value.get("port"), policy)
    for export in definitions.of_kind("ServiceExport"):
        service = exported_service(export, definitions)
        if service is not None and annotations_of(export).get(FEDERATION) == FEDERATED:
            yield from _of_export(
                export, service, _policy_on(policies, export) or _policy_on(policies, service)
            )


def _of_export(
    export: ManifestObject, service: ManifestObject, policy: ManifestObject | None
) -> Iterator[Found]:
    """What is wrong with the ports for HTTP; a group of TCP may be for the routes of other ports."""
    exported = list(exported_ports(export))
    is_for_others = any(each.route_type != "HTTP" for each in exported)
    if policy is None or policy.get("spec", "protocol") != "TCP" or not is_for_others:
        for each in exported:
            if each.route_type in ("HTTP", ""):
                yield from _of_port(service, each.port, policy)


def _policies(definitions: Definitions) -> _Policies:
    """The TargetGroupPolicies by what they are on."""
    return {
        policy_target(each.value, each.namespace): each for each in definitions.of_kind("TargetGroupPolicy")
    }


def _policy_on(policies: _Policies, each: ManifestObject) -> ManifestObject | None:
    return policies.get((each.kind, each.namespace, each.name))


def _of_port(service: ManifestObject, number: object, policy: ManifestObject | None) -> Iterator[Found]:
    """What is wrong with the protocol of a port's target group."""
    protocol = str((policy and policy.get("spec", "protocol")) or "HTTP")
    version = str((policy and policy.get("spec", "protocolVersion")) or "HTTP1")
    found = find_port(service, number)
    key, wanted = _wanted(found[1]) if found else ("", "")
    if protocol == "TCP" and policy:
        message = f"TargetGroupPolicy {policy.shown} makes a group of protocol TCP, to which no HTTPRoute can forward; TCP is for TLSRoutes."
        yield Found(place=policy.locate(("spec", "protocol")), message=message)
    elif wanted == "TLS" and protocol == "HTTP":
        what = f"Port {number} of Service {service.shown} is for TLS, and its target group sends plain HTTP"
        yield _found(service, key, policy, "protocol", found, what)
    elif wanted == "HTTP/2" and version == "HTTP1":
        what = f"Port {number} of Service {service.shown} is for HTTP/2, and its target group sends HTTP/1.1"
        yield _found(service, key, policy, "protocolVersion", found, what)


def _found(
    service: ManifestObject,
    key: str,
    policy: ManifestObject | None,
    field: str,
    port: tuple[tuple[str | int, ...], Mapping[str, Any]] | None,
    what: str,
) -> Found:
    """At the policy that says so, else at the port that wants something else."""
    if policy is not None and policy.get("spec", field):
        place = policy.locate(("spec", field))
    else:
        place = service.locate((*port[0], key) if port else ())
    value = "HTTPS" if field == "protocol" else "HTTP2 (or GRPC)"
    return Found(place=place, message=f"{what}; a TargetGroupPolicy on it must say {field}: {value}.")


def _wanted(port: Mapping[str, Any]) -> tuple[str, str]:
    """What a port wants, and the key that says so."""
    said = str(port.get("appProtocol") or "").lower()
    if said:
        return "appProtocol", "TLS" if said in _TLS else "HTTP/2" if said in _HTTP2 else ""
    name = str(port.get("name") or "").partition("-")[0]
    if name == "grpc":
        return "name", "HTTP/2"
    # A Service may have port 443 for pods of plain HTTP behind something that ends TLS.
    target = str(port.get("targetPort", port.get("port")))
    if target.endswith("443") or target == "https":
        return ("name", "TLS") if name == "https" else ("port", "TLS" if not name else "")
    return "port", ""


RULE = Rule(
    code="LTC607",
    name="backend-protocol",
    severity="warning",
    reason="The pods of a Service want TLS or HTTP/2, and their target group sends plain HTTP/1.1.",
    why="The controller takes every Service for plain HTTP/1.1. It does not look at appProtocol, nor at the name or the number of a port; only a TargetGroupPolicy makes a group of HTTPS, HTTP2 or GRPC. Pods that want TLS then answer nothing that VPC Lattice understands, and their health checks fail.",
    fix="Put a TargetGroupPolicy on the Service (or the ServiceExport) with the protocol and the protocolVersion that its pods speak.",
    source=(
        f"{CONTROLLER_SOURCE}/docs/api-types/target-group-policy.md",
        f"{CONTROLLER_SOURCE}/pkg/gateway/model_build_targetgroup.go",
    ),
    form="manifests",
    wrong=BOTH.replace(
        "    - port: 80\n      targetPort: 8080",
        "    - port: 443\n      targetPort: 8443\n      appProtocol: https",
    )
    + ROUTE.replace("port: 80", "port: 443"),
    right=BOTH.replace(
        "    - port: 80\n      targetPort: 8080",
        "    - port: 443\n      targetPort: 8443\n      appProtocol: https",
    )
    + ROUTE.replace("port: 80", "port: 443")
    + """\
---
apiVersion: application-networking.k8s.aws/v1alpha1
kind: TargetGroupPolicy
metadata:
  name: orders
spec:
  targetRef:
    group: ""
    kind: Service
    name: orders
  protocol: HTTPS
  protocolVersion: HTTP1
""",
    check=_check,
)
