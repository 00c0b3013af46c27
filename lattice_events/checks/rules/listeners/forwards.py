"""The actions of listeners and rules, and what they forward to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import LISTENER, RULE, TARGET_GROUP
from lattice_events.definitions.values import Resource, Unknown

Key = str | int


class Action(NamedTuple):
    """An action of a listener or a rule: the property that has it, and what stands there."""

    resource: Resource
    key: str
    value: object


class Forward(NamedTuple):
    """One target group of an action: the path of its entry, and the group if it is defined."""

    resource: Resource
    path: tuple[Key, ...]
    identifier: object
    group: Resource | None


def actions(definitions: Definitions) -> Iterator[Action]:
    """The default action of every listener, and the action of every rule."""
    for type_, key in ((LISTENER, "DefaultAction"), (RULE, "Action")):
        for each in definitions.of_type(type_):
            yield Action(each, key, each.get(key))


def forwards(definitions: Definitions) -> Iterator[Forward]:
    """Every target group that an action names, as far as it is known."""
    for resource, key, _ in actions(definitions):
        path = (key, "Forward", "TargetGroups")
        groups = resource.get(*path)
        for index in range(len(groups)) if isinstance(groups, list) else ():
            entry = (*path, index)
            identifier = resource.get(*entry, "TargetGroupIdentifier")
            yield Forward(resource, entry, identifier, definitions.find(identifier, TARGET_GROUP))


def has_unknown(definitions: Definitions) -> bool:
    """Whether an action may forward to a group that cannot be told from what it says."""
    entries = [(each.identifier, each.group) for each in forwards(definitions)]
    parts = [
        part
        for resource, key, value in actions(definitions)
        for part in (value, resource.get(key, "Forward"), resource.get(key, "Forward", "TargetGroups"))
    ]
    return any(isinstance(part, Unknown) for part in parts) or any(group is None for _, group in entries)
