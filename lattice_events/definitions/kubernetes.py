"""What the AWS Gateway API Controller takes the objects of a cluster for, as far as their reader and their rules both ask.

Source:
    https://github.com/aws/aws-application-networking-k8s/tree/v2.1.3
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from lattice_events.definitions.values import follow

CONTROLLER = "application-networking.k8s.aws"
GATEWAY_API = "gateway.networking.k8s.io"
DEFAULT_NAMESPACE = "default"
OUR_CLASS = "amazon-vpc-lattice"
CONTROLLER_NAME = f"{CONTROLLER}/gateway-api-controller"
ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute")
# The kinds of routes that a listener takes when it names none.
ROUTES_BY_PROTOCOL = {"HTTP": ("HTTPRoute",), "HTTPS": ("HTTPRoute", "GRPCRoute"), "TLS": ("TLSRoute",)}

# Annotations.
NAME_OVERRIDE = f"{CONTROLLER}/service-name-override"
STANDALONE = f"{CONTROLLER}/standalone"
TAGS = f"{CONTROLLER}/tags"
TAKEOVER = f"{CONTROLLER}/allow-takeover-from"
FEDERATION = f"{CONTROLLER}/federation"
FEDERATED = "amazon-vpc-lattice"
PORT = f"{CONTROLLER}/port"
SERVICE_NAME = f"{CONTROLLER}/service-name"
TARGET_GROUP_ARN = f"{CONTROLLER}/target-group-arn"
EXPORT_NAME = f"{CONTROLLER}/export-name"
CLUSTER_NAME = f"{CONTROLLER}/aws-eks-cluster-name"
VPC = f"{CONTROLLER}/aws-vpc"


class Written(Protocol):
    """An object of a cluster."""

    @property
    def value(self) -> Mapping[str, Any]:
        """As it stands in the manifest."""


T = TypeVar("T", bound=Written)
Find = Callable[[str, str, str], T | None]  # by kind, namespace and name


def is_ours(gateway: Written, find: Find[T]) -> bool:
    """Whether the controller serves a Gateway: one of a class of its own, or of the class's usual name."""
    name = str(follow(gateway.value, ("spec", "gatewayClassName")))
    defined = find("GatewayClass", "", name)
    if defined is None:
        return name == OUR_CLASS
    return bool(follow(defined.value, ("spec", "controllerName")) == CONTROLLER_NAME)


def find_gateway(find: Find[T], namespace: str, name: str) -> T | None:
    """A Gateway; one whose manifest says no namespace may be applied to any (``kubectl apply -n``)."""
    anywhere = find("Gateway", DEFAULT_NAMESPACE, name)
    return find("Gateway", namespace, name) or (
        anywhere if anywhere is not None and not follow(anywhere.value, ("metadata", "namespace")) else None
    )


def service_name(name: str, namespace: str, annotations: Mapping[str, Any]) -> str:
    """The name of a route's service: the one that it says, else as much of its own as VPC Lattice takes."""
    given = annotations.get(NAME_OVERRIDE)
    return str(given) if given else cut_name(name, namespace)


def cut_name(name: str, namespace: str) -> str:
    """A route's name and namespace, as much of them as VPC Lattice takes."""
    return f"{name[:20].strip('-')}-{namespace[:18].strip('-')}"


def priority_key(index: int) -> str:
    """The annotation that gives a rule its priority."""
    return f"{CONTROLLER}/rule-{index}-priority"


def is_priority(text: object) -> bool:
    """Whether the controller can read a priority."""
    return re.fullmatch("[+]?[0-9]+", str(text), re.ASCII) is not None


def rule_priorities(annotations: Mapping[str, Any], count: int) -> Sequence[int]:
    """The priority of each rule of a route: the annotated one, else counted on in the order of the document.

    The controller counts on from the annotated rule that it saw last, which need not be the highest. One that it
    cannot read counts as the rule's place.
    """
    annotated: dict[int, int] = {}
    for index in range(count):
        given = annotations.get(priority_key(index))
        if given is not None:
            annotated[index] = int(str(given)) if is_priority(given) else index + 1
    following = itertools.count(next(reversed(annotated.values()), 0) + 1)
    return [annotated[index] if index in annotated else next(following) for index in range(count)]


def policy_target(policy: Mapping[str, Any], namespace: str) -> tuple[str, str, str]:
    """Kind, namespace and name of what a policy of a namespace is on: it is in the policy's own.

    A policy whose manifest says none is where its targetRef says, as with ``kubectl apply -n``.
    """
    kind, name, where = (follow(policy, ("spec", "targetRef", key)) for key in ("kind", "name", "namespace"))
    says_namespace = bool(follow(policy, ("metadata", "namespace")))
    return str(kind), namespace if says_namespace else str(where or namespace), str(name)


def unusable(service: Mapping[str, Any]) -> str | None:
    """Why the controller makes no target group for a Service; ``None`` if it does.

    Source:
        https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/controllers/route_controller.go
    """
    families = follow(service, ("spec", "ipFamilies"))
    is_dual = follow(service, ("spec", "ipFamilyPolicy")) == "RequireDualStack"
    if is_dual or (isinstance(families, list) and len(families) > 1):
        return "has two IP families; the controller supports one (dual stack is not supported)"
    if follow(service, ("spec", "type")) == "ExternalName":
        return "is an ExternalName, for which the controller makes no target group"
    return None
