"""Routes of the controller, with the parts of them that rules look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.checks.rule import Found, Material
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.kubernetes import CONTROLLER, DEFAULT_NAMESPACE, ROUTES, find_gateway, is_ours
from lattice_events.definitions.values import ManifestObject
from lattice_events.errors import Question

Keys = tuple[str | int, ...]  # a key path of an object


@dataclass(frozen=True, kw_only=True)
class ParentRef:
    """One Gateway that a route names.

    Attributes:
        index: Of the reference.
        value: The reference.
        namespace: In which it looks for the Gateway.
        gateway: The Gateway; ``None`` if it is not given.
    """

    index: int
    value: Mapping[str, Any]
    namespace: str
    gateway: ManifestObject | None

    @property
    def name(self) -> str:
        """Of the Gateway."""
        return str(self.value.get("name"))

    @property
    def path(self) -> Keys:
        """Of the reference in its route."""
        return ("spec", "parentRefs", self.index)


@dataclass(frozen=True, kw_only=True)
class BackendRef:
    """One backend of a rule.

    Attributes:
        route: That it is in.
        path: Of the reference in the route.
        value: The reference.
    """

    route: ManifestObject
    path: Keys
    value: Mapping[str, Any]

    @property
    def kind(self) -> str:
        """``Service`` where none is said."""
        return str(self.value.get("kind", "Service"))

    @property
    def name(self) -> str:
        """Of what it means."""
        return str(self.value.get("name"))

    @property
    def namespace(self) -> str:
        """Of what it means."""
        return str(self.value.get("namespace") or self.route.namespace)

    def place(self, *path: str) -> str:
        """Where it stands, or a key of it."""
        return self.route.locate((*self.path, *path))


def routes(definitions: Definitions, *kinds: str) -> Iterator[ManifestObject]:
    """The controller's routes: of one of its Gateways, or with an annotation of its own."""
    for route in definitions.of_kind(*(kinds or ROUTES)):
        gateways = [each.gateway for each in parent_refs(route, definitions)]
        if any(each is not None and is_ours(each, definitions.named) for each in gateways) or (
            None in gateways and any(str(key).startswith(f"{CONTROLLER}/") for key in annotations_of(route))
        ):
            yield route


def parent_refs(route: ManifestObject, definitions: Definitions) -> Sequence[ParentRef]:
    """The Gateways that a route names."""
    found = []
    for index, value in enumerate(route.items("spec", "parentRefs")):
        if value.get("kind", "Gateway") == "Gateway":
            namespace = str(value.get("namespace") or route.namespace)
            gateway = find_gateway(definitions.named, namespace, str(value.get("name")))
            found.append(ParentRef(index=index, value=value, namespace=namespace, gateway=gateway))
    return found


def rules(route: ManifestObject) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The rules of a route, each with its path."""
    for index, rule in enumerate(route.items("spec", "rules")):
        yield ("spec", "rules", index), rule


def matches(route: ManifestObject) -> Iterator[tuple[Keys, Mapping[str, Any]]]:
    """The matches of every rule of a route, each with its path."""
    for path, _ in rules(route):
        for index, match in enumerate(route.items(*path, "matches")):
            yield (*path, "matches", index), match


def backends(route: ManifestObject) -> Iterator[BackendRef]:
    """The backends of every rule of a route."""
    for path, _ in rules(route):
        for index, value in enumerate(route.items(*path, "backendRefs")):
            yield BackendRef(route=route, path=(*path, "backendRefs", index), value=value)


def find_backend(backend: BackendRef, definitions: Definitions) -> ManifestObject | None:
    """What a backend means; ``None`` if it is not given."""
    return definitions.named(backend.kind, backend.namespace, backend.name)


def annotations_of(each: ManifestObject) -> Mapping[str, Any]:
    """The annotations of an object."""
    found = each.get("metadata", "annotations")
    return found if isinstance(found, dict) else {}


def annotation_of(each: ManifestObject, key: str) -> str:
    """One annotation, trimmed as the controller trims it; blank is as good as absent."""
    return str(annotations_of(each).get(key) or "").strip()


def says_namespace(each: ManifestObject) -> bool:
    """Whether the manifest of an object says its namespace, or it is in the one that counts where none is said."""
    return each.namespace != DEFAULT_NAMESPACE or bool(each.get("metadata", "namespace"))


def told_at(material: Material, place: str) -> Iterator[Found]:
    """What a reader refuses at a place, for a rule that explains it."""
    for each in material.problems:
        if each.origin == place and not isinstance(each, Question):
            yield Found(place=place, message=each.message)
