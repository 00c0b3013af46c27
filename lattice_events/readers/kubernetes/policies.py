"""The controller's policy attachments: auth policies, health checks, the cluster's VPC.

Source:
    https://www.gateway-api-controller.eks.aws.dev/latest/api-reference/
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.model import HealthCheck, make_id
from lattice_events.network.policy import parse_policy
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.fragment import (
    AuthPolicyAttachment,
    Fragment,
    Reference,
    VpcAssociation,
    did_you_mean,
)
from lattice_events.readers.common.health_check import read_health_check
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.objects import Object

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


def read_vpc_policy(policy: Object, fragment: Fragment) -> None:
    """A VpcAssociationPolicy: the cluster's VPC on a Gateway's network, under a made-up id."""
    target = _target(policy)
    if target.get("kind") == "Gateway" and policy.spec.get("associateWithVpc", True) is True:
        fragment.vpc_associations.append(
            VpcAssociation(
                vpc_id=make_id("vpc", "cluster"),
                service_network=network_of_gateway(
                    str(target.get("name")), policy.locate(("spec", "targetRef"))
                ),
                origin=policy.origin,
            )
        )


def read_auth_policy(policy: Object, fragment: Fragment, services: Mapping[tuple[str, str], str]) -> None:
    """An IAMAuthPolicy: on a Gateway for its service network, on a route for its service.

    Args:
        policy: The object; its presence makes the auth type AWS_IAM.
        fragment: Takes the policy, or what is wrong with it.
        services: ARN by namespace and name of the route.
    """
    target, path = _target(policy), ("spec", "targetRef")
    kind, name = target.get("kind"), str(target.get("name"))
    where = policy.locate(path)
    if kind == "Gateway":
        resource = network_of_gateway(name, where)
    elif kind == "HTTPRoute" and (policy.namespace, name) in services:
        resource = Reference(text=services[policy.namespace, name], origin=where, kinds=("service",))
    else:
        message = f"targetRef is not a Gateway or HTTPRoute of namespace {policy.namespace}: {kind} {name}."
        fragment.problems.append(Problem(message, policy.locate(path)))
        return
    origin = policy.locate(("spec", "policy"))
    try:
        parsed = parse_policy(policy.spec.get("policy"), locate=lambda _: origin)
    except ConfigurationError as error:
        fragment.problems += error.problems
        return
    fragment.auth_policies.append(
        AuthPolicyAttachment(resource=resource, policy=parsed, origin=policy.origin, activates=True)
    )


def network_of_gateway(name: str, origin: str) -> Reference:
    """The service network of a Gateway's name."""
    return Reference(text=name, origin=origin, kinds=("servicenetwork",))


def read_service_health_check(policies: Sequence[Object], namespace: str, service: str) -> HealthCheck | None:
    """The health check of a Service's target group: its TargetGroupPolicy's, or the default.

    Raises:
        WrongPropertyError: Names the property inside of the TargetGroupPolicy.
    """
    policy = next(
        (
            each
            for each in policies
            if (each.namespace, _target(each).get("kind"), _target(each).get("name"))
            == (namespace, "Service", service)
        ),
        None,
    )
    return HealthCheck() if policy is None else _health_check(policy)


def _health_check(policy: Object) -> HealthCheck | None:
    protocol, version = policy.spec.get("protocol", "HTTP"), policy.spec.get("protocolVersion", "HTTP1")
    if protocol == "TCP":
        raise WrongPropertyError("Target groups of protocol TCP are not emulated.", ("spec", "protocol"))
    if version != "HTTP1":
        message = f"protocolVersion {version} is not emulated by lattice dev."
        raise WrongPropertyError(message, ("spec", "protocolVersion"))
    given = mapping(policy.spec.get("healthCheck"))
    path: Path = ("spec", "healthCheck")
    for key in given:
        if key not in _HEALTH_CHECK_KEYS:
            hint = did_you_mean(str(key), _HEALTH_CHECK_KEYS)
            raise WrongPropertyError(f"healthCheck has no field {key}.{hint}", (*path, key))
    check: dict[str, Any] = {_HEALTH_CHECK_KEYS[key]: value for key, value in given.items()}
    if "Matcher" in check:
        check["Matcher"] = {"HttpCode": check["Matcher"]}
    try:
        return read_health_check({"HealthCheck": check})
    except WrongPropertyError as error:
        raise WrongPropertyError(error.problem, path) from error


def _target(policy: Object) -> Mapping[str, Any]:
    return mapping(policy.spec.get("targetRef"))
