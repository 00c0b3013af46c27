"""Kubernetes objects, and all of them together: a cluster.

Source:
    https://kubernetes.io/docs/concepts/overview/working-with-objects/
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any

from lattice_events.definitions.kubernetes import CONTROLLER, DEFAULT_NAMESPACE, GATEWAY_API
from lattice_events.definitions.values import ManifestObject
from lattice_events.errors import Problem
from lattice_events.network.host_names import HOST_NAME
from lattice_events.readers.common.documents import Document, Path, mapping
from lattice_events.readers.common.properties import WrongPropertyError
from lattice_events.readers.kubernetes.placeholders import placeholder_notes, without_placeholders

# The kinds that concern the network, by group: others have a Service and a Gateway too, which are something else.
_KINDS = {
    **dict.fromkeys(("Namespace", "Service"), ""),
    **dict.fromkeys(("Gateway", "GatewayClass", "GRPCRoute", "HTTPRoute", "TLSRoute"), GATEWAY_API),
    **dict.fromkeys(
        (
            "IAMAuthPolicy",
            "ServiceExport",
            "ServiceImport",
            "ServiceNetwork",
            "TargetGroupPolicy",
            "VpcAssociationPolicy",
        ),
        CONTROLLER,
    ),
}
_POLICY = "IAMAuthPolicy"
_LONGEST_KIND = 63
_CLOSE = 0.85  # kinds of the controller that are not read are further off
_OF_THE_CLUSTER = ("GatewayClass", "Namespace", "ServiceNetwork")  # these have no namespace


class Object:
    """One Kubernetes object."""

    def __init__(self, document: Document, value: Mapping[str, Any], path: Path) -> None:
        self._document = document
        self._path = path
        self.value = value
        self.kind = str(value.get("kind"))
        metadata = mapping(value.get("metadata"))
        self.name = str(metadata.get("name") or "")
        self.says_namespace = bool(metadata.get("namespace"))
        namespace = "" if self.kind in _OF_THE_CLUSTER else metadata.get("namespace") or DEFAULT_NAMESPACE
        self.namespace = str(namespace)
        self.annotations = mapping(metadata.get("annotations"))
        self.labels = mapping(metadata.get("labels"))
        self.created = str(metadata.get("creationTimestamp") or "")
        self.spec = mapping(value.get("spec"))

    def locate(self, path: Path) -> str:
        """``file:line:column`` of a key path of the object."""
        return self._document.locate((*self._path, *path))

    @property
    def file(self) -> str:
        """The file in which the object stands."""
        return self._document.file

    @property
    def folder(self) -> str:
        """The folder of that file."""
        return os.path.dirname(self.file)

    @property
    def origin(self) -> str:
        """Where the object stands."""
        return self.locate(())

    @property
    def shown(self) -> str:
        """Its name as messages have it, with the namespace where it has one."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    @property
    def is_known(self) -> bool:
        """Whether its kind concerns the network."""
        version = self.value.get("apiVersion")
        return self.kind in _KINDS and (
            version is None or str(version).rpartition("/")[0] == _KINDS[self.kind]
        )

    @property
    def mistake(self) -> str:
        """What is wrong with one whose kind is not known, where it may be meant to be the controller's."""
        version = str(self.value.get("apiVersion"))
        group = version.rpartition("/")[0]
        if group != CONTROLLER:
            is_lost = self.kind == _POLICY
            return f"{_POLICY} is of {CONTROLLER}/v1alpha1, not of {version}." if is_lost else ""
        kinds = {kind.lower(): kind for kind, owner in _KINDS.items() if owner == CONTROLLER}
        close = difflib.get_close_matches(self.kind[:_LONGEST_KIND].lower(), kinds, n=1, cutoff=_CLOSE)
        return f"{self.kind} is not a kind of {CONTROLLER}. Did you mean {kinds[close[0]]}?" if close else ""

    @property
    def content(self) -> Any:
        """What is read of it; what a cluster adds, such as its status, is not."""
        ours = {key: value for key, value in self.annotations.items() if str(key).startswith(CONTROLLER)}
        return self.spec, ours, self.labels if self.kind == "Namespace" else None


class Cluster:
    """The objects of every file, by kind, namespace and name, whatever the order in which they were given.

    Attributes:
        problems: What is wrong with objects of which no other says anything.
        notes: What should be said of them.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self._objects: dict[tuple[str, str, str], Object] = {}
        self.problems: list[Problem] = []
        self.notes: list[str] = []
        for each in _read_objects(sorted(documents, key=lambda each: each.file)):
            if each.is_known:
                self._add(each)
            elif each.mistake:
                self.problems.append(Problem(each.mistake, each.origin))

    def _add(self, each: Object) -> None:
        """Keep an object; the same one may be given again."""
        try:
            _refuse_odd_object(each)
        except WrongPropertyError as error:
            self.problems.append(Problem(error.problem, each.locate(error.path)))
        self.notes += [
            note for note in placeholder_notes(f"{each.namespace}/{each.name}") if note not in self.notes
        ]
        key = each.kind, each.namespace, each.name
        first = self._objects.setdefault(key, each)
        if first.content == each.content:
            return
        what = f"There are two different {each.kind}s {each.shown}"
        if first.folder == each.folder and first.file != each.file:  # files of a folder are applied by name
            self._objects[key] = each
            self.notes.append(
                f"{what}; the one at {each.origin} counts, not the one at {first.origin}, as with kubectl apply -f "
                f"{each.folder or '.'}. Name the files that you mean."
            )
        else:
            advice = "" if first.file == each.file else " Name the files that you mean."
            self.problems.append(Problem(f"{what}; the other is at {first.origin}.{advice}", each.origin))

    def of_kind(self, kind: str) -> list[Object]:
        """Every object of a kind, in the order of their names."""
        return self._by_kind.get(kind, [])

    @cached_property
    def _by_kind(self) -> dict[str, list[Object]]:
        by_kind: dict[str, list[Object]] = {}
        for key in sorted(self._objects):
            by_kind.setdefault(key[0], []).append(self._objects[key])
        return by_kind

    def defined(self) -> Iterator[ManifestObject]:
        """Every object, in the order of their kinds and names."""
        for key in sorted(self._objects):
            each = self._objects[key]
            yield ManifestObject(
                kind=each.kind, name=each.name, namespace=each.namespace, value=each.value, locate=each.locate
            )

    def find(self, kind: str, namespace: str, name: str) -> Object | None:
        """The object that a reference names."""
        return self._objects.get((kind, namespace, name))


def _read_objects(documents: Iterable[Document]) -> Iterator[Object]:
    """The objects of every document; a list of any kind has several."""
    for document in documents:
        yield from _read_value(document, mapping(document.value), ())


def _read_value(document: Document, value: Mapping[str, Any], path: Path) -> Iterator[Object]:
    kind, within = value.get("kind"), value.get("items")
    if not (isinstance(kind, str) and kind.endswith("List") and isinstance(within, list)):
        yield Object(document, value, path)
        return
    # The items of a ServiceList need not say that they are Services.
    implied = {} if kind == "List" else {"kind": kind[:-4], "apiVersion": value.get("apiVersion")}
    for index, item in enumerate(within):
        yield from _read_value(document, {**implied, **mapping(item)}, (*path, "items", index))


def items(value: Any, path: Path) -> list[Mapping[str, Any]]:
    """A list of objects; absent is empty."""
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise WrongPropertyError(f"{path[-1]} must be a list of objects.", path)
    return value


def mappings(value: Any) -> list[Mapping[str, Any]]:
    """The objects of what should be a list of them."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def object_at(value: Any, path: Path) -> Mapping[str, Any]:
    """An object; absent is empty."""
    if value is not None and not isinstance(value, dict):
        raise WrongPropertyError(f"{path[-1]} must be an object, not {value!r}.", path)
    return value or {}


def _refuse_odd_object(each: Object) -> None:
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
        if key == "namespace" and each.kind in _OF_THE_CLUSTER:
            continue
        plain = without_placeholders(name)
        is_right = HOST_NAME.fullmatch(plain) and (key == "name" or "." not in plain)
        if len(name) > most or not is_right:
            message = f"The {key} of a {each.kind} must have 1 to {most} of a-z, 0-9 and hyphens inside, not {name!r}."
            raise WrongPropertyError(message, ("metadata", key))
