"""Kubernetes objects, and which listeners of its Gateways a route attaches to.

Source:
    https://gateway-api.sigs.k8s.io/reference/spec/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from lattice_events.network.model import ListenerProtocol
from lattice_events.readers.common.documents import Document, Path, mapping
from lattice_events.readers.common.lattice_schema import HOST_NAME, host_name_problem
from lattice_events.readers.common.properties import WrongPropertyError, shaped_number

CONTROLLER = "application-networking.k8s.aws"
DEFAULT_NAMESPACE = "default"
_STANDALONE = f"{CONTROLLER}/standalone"


class Object:
    """One Kubernetes object."""

    def __init__(self, document: Document, value: Mapping[str, Any], path: Path) -> None:
        self._document = document
        self._path = path
        self.value = value
        self.kind = str(value.get("kind"))
        self.group = str(value.get("apiVersion", "")).rpartition("/")[0]
        metadata = mapping(value.get("metadata"))
        self.name = str(metadata.get("name") or "")
        self.namespace = str(metadata.get("namespace") or DEFAULT_NAMESPACE)
        self.annotations = mapping(metadata.get("annotations"))
        self.labels = mapping(metadata.get("labels"))
        self.spec = mapping(value.get("spec"))

    def locate(self, path: Path) -> str:
        """``file:line:column`` of a key path of the object."""
        return self._document.locate((*self._path, *path))

    @property
    def origin(self) -> str:
        """Where the object stands."""
        return self.locate(())


def read_objects(documents: Iterable[Document]) -> Iterator[Object]:
    """The objects of every document; a List has several."""
    for document in documents:
        value = mapping(document.value)
        items = value.get("items")
        if value.get("kind") == "List" and isinstance(items, list):
            for index, item in enumerate(items):
                yield Object(document, mapping(item), ("items", index))
        elif value:
            yield Object(document, value, ())


Parent = tuple[Object, Mapping[str, Any]]  # a Gateway, and the parentRef that names it


def items(value: Any, path: Path) -> list[Mapping[str, Any]]:
    """A list of objects; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise WrongPropertyError(f"{path[-1]} must be a list of objects.", path)
    return value


def object_at(value: Any, path: Path) -> Mapping[str, Any]:
    """An object; absent is empty."""
    if value is not None and not isinstance(value, dict):
        raise WrongPropertyError(f"{path[-1]} must be an object, not {value!r}.", path)
    return value or {}


def refuse_odd_object(each: Object) -> None:
    """Refuse an object that the API server would not store.

    Source:
        https://kubernetes.io/docs/concepts/overview/working-with-objects/names/

    Raises:
        WrongPropertyError: Names what is wrong with it.
    """
    metadata = object_at(each.value.get("metadata"), ("metadata",))
    for key in ("annotations", "labels"):
        object_at(metadata.get(key), ("metadata", key))
    object_at(each.value.get("spec"), ("spec",))
    for key, name, most in (("name", each.name, 253), ("namespace", each.namespace, 63)):
        is_right = HOST_NAME.fullmatch(name) and (key == "name" or "." not in name)
        if len(name) > most or not is_right:
            message = f"The {key} of a {each.kind} must have 1 to {most} of a-z, 0-9 and hyphens inside, not {name!r}."
            raise WrongPropertyError(message, ("metadata", key))


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


def is_standalone(route: Object, parents: Iterable[Parent]) -> bool:
    """Whether a route stays off the network; its own annotation beats its Gateway's."""
    for each in (route, *(gateway for gateway, _ in parents)):
        if _STANDALONE in each.annotations:
            return str(each.annotations[_STANDALONE]).lower() == "true"
    return False


def attachments(
    route: Object, parents: Iterable[Parent], objects: Sequence[Object]
) -> Iterator[tuple[Object, Path, Mapping[str, Any]]]:
    """The listeners that a route attaches to; without a sectionName, all that admit it.

    Args:
        route: An HTTPRoute.
        parents: Its Gateways.
        objects: All that there are: a listener may select namespaces by their labels.
    """
    for gateway, reference in parents:
        for index, listener in enumerate(items(gateway.spec.get("listeners"), ("spec", "listeners"))):
            if _is_meant(listener, reference) and _admits(gateway, listener, route, objects):
                yield gateway, ("spec", "listeners", index), listener


def _is_meant(listener: Mapping[str, Any], reference: Mapping[str, Any]) -> bool:
    """Whether a parentRef means a listener."""
    section, port = reference.get("sectionName"), reference.get("port")
    return section in (None, listener.get("name")) and port in (None, listener.get("port"))


def _admits(gateway: Object, listener: Mapping[str, Any], route: Object, objects: Sequence[Object]) -> bool:
    """Whether a listener takes a route, by its host names and its namespace."""
    wanted, names = listener.get("hostname"), hostnames(route)
    if wanted and names and not any(_hosts_meet(str(wanted), name) for name in names):
        return False
    routes = object_at(listener.get("allowedRoutes"), ("spec", "parentRefs", "allowedRoutes"))
    allowed = object_at(routes.get("namespaces"), ("spec", "parentRefs", "namespaces"))
    match allowed.get("from", "Same"):
        case "All":
            return True
        case "Selector":
            return _selects(
                object_at(allowed.get("selector"), ("spec", "parentRefs", "selector")),
                route.namespace,
                objects,
            )
        case _:
            return gateway.namespace == route.namespace


def _selects(selector: Mapping[str, Any], namespace: str, objects: Sequence[Object]) -> bool:
    """Whether a label selector takes a namespace; every one has its own name as a label."""
    if "matchExpressions" in selector:
        message = (
            f"matchExpressions of a listener's allowedRoutes are not read; use matchLabels ({namespace})."
        )
        raise WrongPropertyError(message, ("spec", "parentRefs"))
    labels = {"kubernetes.io/metadata.name": namespace}
    for each in objects:
        if each.kind == "Namespace" and each.name == namespace:
            labels |= each.labels
    return all(labels.get(key) == value for key, value in mapping(selector.get("matchLabels")).items())
