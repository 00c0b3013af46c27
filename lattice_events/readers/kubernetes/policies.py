"""The controller's policy attachments: auth policies, health checks, the cluster's VPC.

Source:
    https://www.gateway-api-controller.eks.aws.dev/latest/api-reference/
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lattice_events.definitions.kubernetes import GATEWAY_API, ROUTES, policy_target
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import HealthCheck, make_id
from lattice_events.network.policy import parse_policy
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.fragment import (
    AuthPolicyAttachment,
    Fragment,
    Reference,
    VpcAssociation,
)
from lattice_events.readers.common.health_check import read_health_check as read_lattice_health_check
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.objects import Cluster, Object

_TARGET_REF = ("spec", "targetRef")
_HEALTH_CHECK_KEYS = {
    "enabled": "Enabled",
    "intervalSeconds": "HealthCheckIntervalSeconds",
    "timeoutSeconds": "HealthCheckTimeoutSeconds",
    "healthyThresholdCount": "HealthyThresholdCount",
    "unhealthyThresholdCount": "UnhealthyThresholdCount",
    "statusMatch": "Matcher",
    "path": "Path",
    "port": "Port",
    "protocol": "Protocol",
    "protocolVersion": "ProtocolVersion",
}


def network_of_gateway(name: str, origin: str) -> Reference:
    """The service network of a Gateway's name."""
    return Reference(text=name, origin=origin, kinds=("servicenetwork",))


def read_vpc_policy(
    policy: Object, fragment: Fragment, resources: Mapping[tuple[str, str, str], str]
) -> None:
    """A VpcAssociationPolicy: the cluster's VPC on a Gateway's network, under a made-up id.

    Args:
        policy: The object.
        fragment: Takes the association, or a note.
        resources: Of `read_auth_policy`.
    """
    kind, namespace, name = target_of(policy)
    if kind != "Gateway" or (kind, namespace, name) not in resources:
        fragment.notes.append(
            f"{policy.locate(_TARGET_REF)}: VpcAssociationPolicy {policy.shown} is left out: its targetRef is not a Gateway of this controller in its namespace."
        )
    elif policy.spec.get("associateWithVpc", True) is True:
        network = network_of_gateway(name, policy.locate(_TARGET_REF))
        fragment.vpc_associations.append(
            VpcAssociation(vpc_id=make_id("vpc", "cluster"), service_network=network, origin=policy.origin)
        )


def read_auth_policy(
    policy: Object, fragment: Fragment, resources: Mapping[tuple[str, str, str], str]
) -> None:
    """An IAMAuthPolicy: on a Gateway for its service network, on a route for its service.

    Args:
        policy: The object; its presence makes the auth type AWS_IAM.
        fragment: Takes the policy, or what is wrong with it.
        resources: Name of the network or ARN of the service, by kind, namespace and name of the Gateway or
            route; empty for a route that is left out.
    """
    kind, namespace, name = target_of(policy)
    where = policy.locate(_TARGET_REF)
    group = mapping(policy.spec.get("targetRef")).get("group", GATEWAY_API)
    if group != GATEWAY_API and kind in ("Gateway", *ROUTES):  # the controller attaches it to nothing
        message = f"The group of targetRef must be {GATEWAY_API}, not {group}."
        fragment.problems.append(Problem(message, policy.locate((*_TARGET_REF, "group"))))
        return
    resource = resources.get((kind, namespace, name))
    if resource is None and kind in ROUTES and not any(each in ROUTES for each, _, _ in resources):
        fragment.notes.append(
            f"IAMAuthPolicy {policy.shown} is left out: {kind} {namespace}/{name} is not in the manifests."
        )
    elif resource is None:
        message = f"targetRef is not a Gateway or HTTPRoute of namespace {namespace}: {kind} {name}."
        fragment.problems.append(Problem(message, where))
    if not resource:
        return
    origin = policy.locate(("spec", "policy"))
    try:
        parsed = parse_policy(policy.spec.get("policy"), locate=lambda _: origin)
    except ConfigurationError as error:
        fragment.problems += error.problems
        return
    service = Reference(text=resource, origin=where, kinds=("service",))
    fragment.auth_policies.append(
        AuthPolicyAttachment(
            resource=network_of_gateway(resource, where) if kind == "Gateway" else service,
            policy=parsed,
            origin=policy.origin,
            activates=True,
        )
    )


class TargetGroupPolicies:
    """TargetGroupPolicies by what they are on; of several on one thing, the oldest counts."""

    def __init__(self, cluster: Cluster) -> None:
        self._by_target: dict[tuple[str, str, str], Object] = {}
        for each in sorted(cluster.of_kind("TargetGroupPolicy"), key=lambda each: each.created):
            self._by_target.setdefault(target_of(each), each)

    def find(self, namespace: str, *, service: str, export: str = "") -> Object | None:
        """The policy of a Service, or of a ServiceExport of it."""
        keys = [("Service", namespace, service), *([("ServiceExport", namespace, export)] if export else ())]
        found = [self._by_target[key] for key in keys if key in self._by_target]
        return min(found, key=lambda each: (each.created, each.name), default=None)


def read_health_check(policy: Object) -> tuple[HealthCheck | None, list[str]]:
    """The health check of a TargetGroupPolicy, ``None`` when there is none; and what should be said once.

    Raises:
        WrongPropertyError: Names the property inside of the policy.
    """
    if policy.spec.get("protocol") == "TCP":
        raise WrongPropertyError("Target groups of protocol TCP are not emulated.", ("spec", "protocol"))
    version = policy.spec.get("protocolVersion") or "HTTP1"
    is_http1 = version == "HTTP1"
    notes = [
        f"TargetGroupPolicy {policy.shown}: protocolVersion {version} is not emulated; its targets get HTTP/1.1."
    ]
    return _health_check(policy, is_http1), [] if is_http1 else notes


def _health_check(policy: Object, is_on: bool) -> HealthCheck | None:
    """What the policy says of health checks; `is_on` is the default of `enabled`."""
    given = mapping(policy.spec.get("healthCheck"))
    path: Path = ("spec", "healthCheck")
    for key in given:
        if key not in _HEALTH_CHECK_KEYS:
            hint = did_you_mean(str(key), _HEALTH_CHECK_KEYS)
            raise WrongPropertyError(f"healthCheck has no field {key}.{hint}", (*path, key))
    check: dict[str, Any] = {_HEALTH_CHECK_KEYS[key]: value for key, value in given.items()}
    check.setdefault("Enabled", is_on)
    if "Matcher" in check:
        check["Matcher"] = {"HttpCode": check["Matcher"]}
    try:
        return read_lattice_health_check({"HealthCheck": check})
    except WrongPropertyError as error:
        raise WrongPropertyError(error.problem, path) from error


def target_of(policy: Object) -> tuple[str, str, str]:
    """Kind, namespace and name of what a policy is on."""
    return policy_target(policy.value, policy.namespace)
