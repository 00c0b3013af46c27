"""Gateways of the controller, and on which of their listeners a route is.

Source:
    https://gateway-api.sigs.k8s.io/reference/spec/
    https://github.com/aws/aws-application-networking-k8s/blob/v2.1.3/pkg/model/core/route.go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.definitions import kubernetes
from lattice_events.definitions.kubernetes import ROUTES_BY_PROTOCOL, STANDALONE, find_gateway
from lattice_events.network.host_names import host_name_problem
from lattice_events.network.model import ListenerProtocol
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number
from lattice_events.readers.kubernetes.objects import (
    Cluster,
    Object,
    items,
    object_at,
)
from lattice_events.readers.kubernetes.selectors import selects

_PARENT_REFS = ("spec", "parentRefs")


@dataclass(frozen=True, kw_only=True)
class Parent:
    """A Gateway, the parentRef of a route that names it, and the namespace in which that looks for it."""

    gateway: Object
    reference: Mapping[str, Any]
    namespace: str


Attached = tuple[Object, Path, Mapping[str, Any]]  # a Gateway, and the path and value of one of its listeners


def is_ours(gateway: Object, cluster: Cluster) -> bool:
    """Whether the controller serves a Gateway: one of a class of its own, or of the class's usual name."""
    return kubernetes.is_ours(gateway, cluster.find)


def _find_gateways(
    route: Object, cluster: Cluster
) -> Iterator[tuple[Mapping[str, Any], tuple[str, str], Object | None]]:
    """Each parentRef of a route that means a Gateway, that one's namespace and name, and itself where it is given."""
    for index, reference in enumerate(items(route.spec.get("parentRefs"), _PARENT_REFS)):
        if reference.get("kind", "Gateway") != "Gateway":
            continue
        if "port" in reference:
            shaped_number(reference["port"], "Port", (*_PARENT_REFS, index, "port"))
        namespace, name = str(reference.get("namespace") or route.namespace), str(reference.get("name"))
        yield reference, (namespace, name), find_gateway(cluster.find, namespace, name)


def find_parents(route: Object, cluster: Cluster) -> list[Parent]:
    """The Gateways of the controller that a route names."""
    return [
        Parent(gateway=gateway, reference=reference, namespace=namespace)
        for reference, (namespace, _), gateway in _find_gateways(route, cluster)
        if gateway is not None and is_ours(gateway, cluster)
    ]


def missing_gateways(route: Object, cluster: Cluster) -> list[str]:
    """The Gateways that a route names and that are not given."""
    return ["/".join(names) for _, names, gateway in _find_gateways(route, cluster) if gateway is None]


def placement_notes(route: Object, parents: Sequence[Parent]) -> list[str]:
    """What to say of Gateways that are taken to be where a route looks for them."""
    return [
        f"HTTPRoute {route.name}: The manifest of Gateway {each.gateway.name} says no namespace; it is taken to be in "
        f"{each.namespace}, where the route looks for it. Say the namespace in the Gateway or in the parentRef."
        for each in parents
        if each.namespace != each.gateway.namespace
    ]


def is_of_another_controller(route: Object, cluster: Cluster) -> bool:
    """Whether every Gateway that a route names is given here, and is another controller's.

    It is asked about routes that are not emulated: what is wrong with one of them stops nothing.
    """
    try:
        gateways = [gateway for _, _, gateway in _find_gateways(route, cluster)]
    except WrongPropertyError:
        return False
    return bool(gateways) and all(each is not None and not is_ours(each, cluster) for each in gateways)


def hostnames(route: Object) -> list[str]:
    """A route's host names."""
    names = route.spec.get("hostnames") or []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise WrongPropertyError("hostnames must be a list of names.", ("spec", "hostnames"))
    for index, name in enumerate(names):
        problem = host_name_problem(name)
        if problem:
            raise WrongPropertyError(f"A hostname {problem}.", ("spec", "hostnames", index))
    return names


def is_standalone(route: Object, parents: Iterable[Parent]) -> bool:
    """Whether a route stays off the network: its own annotation decides, else one Gateway is enough."""
    if STANDALONE in route.annotations:
        return _is_true(route)
    return any(_is_true(parent.gateway) for parent in parents)


def _is_true(each: Object) -> bool:
    return str(each.annotations.get(STANDALONE, "")).strip().lower() == "true"


def accepting(route: Object, parents: Sequence[Parent], cluster: Cluster) -> dict[int, list[Attached]]:
    """The listeners that take a route, by the index of its parent; a parent with none is not there.

    Raises:
        WrongPropertyError: No parent takes the route; says why.
    """
    taken: dict[int, list[Attached]] = {}
    reasons = []
    for index, parent in enumerate(parents):
        for path, listener in _listeners(parent.gateway):
            reason = _is_not_meant(listener, parent.reference) or _refusal(parent, listener, route, cluster)
            if reason is None:
                taken.setdefault(index, []).append((parent.gateway, path, listener))
            else:
                reasons.append(f"{listener.get('name')} {reason}")
    if not taken:
        why = f": {'; '.join(dict.fromkeys(reasons))}" if reasons else ""
        raise WrongPropertyError(f"The route matches no listener of its Gateway{why}.", _PARENT_REFS)
    return taken


def _listeners(gateway: Object) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    for index, listener in enumerate(items(gateway.spec.get("listeners"), ("spec", "listeners"))):
        yield ("spec", "listeners", index), listener


def _is_not_meant(listener: Mapping[str, Any], reference: Mapping[str, Any]) -> str | None:
    """Why a parentRef does not mean a listener, or ``None``."""
    section, port = reference.get("sectionName"), reference.get("port")
    if section not in (None, "", listener.get("name")):
        return "is not the sectionName"
    return None if port is None or str(port) == str(listener.get("port")) else "has another port"


def _refusal(parent: Parent, listener: Mapping[str, Any], route: Object, cluster: Cluster) -> str | None:
    """Why a listener does not take a route, or ``None``."""
    routes = object_at(listener.get("allowedRoutes"), (*_PARENT_REFS, "allowedRoutes"))
    kinds = [str(each.get("kind")) for each in items(routes.get("kinds"), (*_PARENT_REFS, "kinds"))]
    if route.kind not in (kinds or ROUTES_BY_PROTOCOL.get(str(listener.get("protocol")), ())):
        return f"({listener.get('protocol')}) takes no {route.kind}"
    if not _admits_namespace(parent.namespace, routes, route, cluster):
        return f"does not take routes of namespace {route.namespace}"
    wanted, names = listener.get("hostname"), hostnames(route)
    if wanted and names and not any(_hosts_meet(str(wanted), name) for name in names):
        return f"is for {wanted}"
    return None


def _admits_namespace(own_namespace: str, routes: Mapping[str, Any], route: Object, cluster: Cluster) -> bool:
    """Whether a listener of a Gateway in a namespace takes routes of a route's namespace."""
    allowed = object_at(routes.get("namespaces"), (*_PARENT_REFS, "namespaces"))
    match allowed.get("from") or "Same":
        case "All":
            return True
        case "Selector":
            selector = allowed.get("selector")
            return selector is not None and selects(
                object_at(selector, (*_PARENT_REFS, "selector")), route.namespace, cluster
            )
        case _:
            return own_namespace == route.namespace


def _hosts_meet(one: str, other: str) -> bool:
    """Whether two host names, each of which may start with ``*.``, have a name in common."""
    if one.startswith("*.") and other.startswith("*."):
        return one.endswith(other[1:]) or other.endswith(one[1:])
    if other.startswith("*."):
        one, other = other, one
    return one == other or (one.startswith("*.") and other.endswith(one[1:]))


def read_listener(listener: Mapping[str, Any], path: Path) -> tuple[int, ListenerProtocol]:
    """A listener's port and protocol."""
    port = shaped_number(listener.get("port"), "Port", (*path, "port"))
    match listener.get("protocol"):
        case "HTTP":
            return port, "HTTP"
        case "HTTPS":
            return port, "HTTPS"
        case protocol:
            message = (
                f"Listener {listener.get('name')} has protocol {protocol}; only HTTP and HTTPS are emulated."
            )
            raise WrongPropertyError(message, (*path, "protocol"))
