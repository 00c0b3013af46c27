"""Everything that the sources of a run define, and what a reference in it means."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from lattice_events.definitions.mentions import mentions
from lattice_events.definitions.values import ManifestObject, Resource, Unknown


@dataclass(frozen=True, kw_only=True)
class Definitions:
    """The resources of every template and the objects of every manifest, in an order of their own."""

    resources: tuple[Resource, ...] = ()
    objects: tuple[ManifestObject, ...] = ()

    def of_type(self, *types: str) -> Sequence[Resource]:
        """The resources of some types."""
        return [each for type_ in types for each in self._by_type.get(type_, ())]

    def of_kind(self, *kinds: str) -> Sequence[ManifestObject]:
        """The objects of some kinds."""
        return [each for kind in kinds for each in self._by_kind.get(kind, ())]

    def find(self, reference: object, *types: str) -> Resource | None:
        """The resource that a property names: by ARN, by id, or by what gives it; of some types, if any are given.

        The ARN of an alias or a version that nobody defines means its function.
        """
        found = self._find(reference)
        return found if found is not None and (not types or found.type in types) else None

    def named(self, kind: str, namespace: str, name: str) -> ManifestObject | None:
        """The object that a reference names."""
        return self._objects.get((kind, namespace, name))

    def users_of(self, resource: Resource) -> Sequence[Resource]:
        """The resources of its stack that mention a resource."""
        return self._users.get((resource.stack, resource.name), ())

    def _find(self, reference: object) -> Resource | None:
        if isinstance(reference, Unknown):
            return self._by_logical_id.get((reference.stack, reference.logical_id))
        if not isinstance(reference, str):
            return None
        found = self._by_arn.get(reference) or self._by_id.get(reference)
        if found is None and ":function:" in reference:
            return self._by_arn.get(":".join(reference.split(":")[:7]))
        return found

    @cached_property
    def _users(self) -> Mapping[tuple[str, str], Sequence[Resource]]:
        found: dict[tuple[str, str], list[Resource]] = {}
        for each in self.resources:
            for name in dict.fromkeys(mention.name for mention in mentions(each.written.get("Properties"))):
                found.setdefault((each.stack, name), []).append(each)
        return found

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Resource]]:
        found: dict[str, list[Resource]] = {}
        for each in self.resources:
            found.setdefault(each.type, []).append(each)
        return found

    @cached_property
    def _by_kind(self) -> Mapping[str, Sequence[ManifestObject]]:
        found: dict[str, list[ManifestObject]] = {}
        for each in self.objects:
            found.setdefault(each.kind, []).append(each)
        return found

    @cached_property
    def _objects(self) -> Mapping[tuple[str, str, str], ManifestObject]:
        return {(each.kind, each.namespace, each.name): each for each in self.objects}

    @cached_property
    def _by_arn(self) -> Mapping[str, Resource]:
        return _first((each.arn, each) for each in self.resources if each.arn)

    @cached_property
    def _by_id(self) -> Mapping[str, Resource]:
        return _first((each.arn.rpartition("/")[2], each) for each in self.resources if "/" in each.arn)

    @cached_property
    def _by_logical_id(self) -> Mapping[tuple[str, str], Resource]:
        return {(each.stack, each.name): each for each in self.resources}


def _first(pairs: Iterable[tuple[str, Resource]]) -> Mapping[str, Resource]:
    """By key, the first of several."""
    found: dict[str, Resource] = {}
    for key, resource in pairs:
        found.setdefault(key, resource)
    return found
