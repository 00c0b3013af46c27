"""One edit as a change of a text: which characters it replaces, and what the values shall be then."""

from __future__ import annotations

import re
from typing import Any

import yaml

from lattice_events.checks.finding import parse_place
from lattice_events.checks.fixing.document import Key, Written, text_of
from lattice_events.checks.fixing.layout import Change, add, remove, replace
from lattice_events.checks.fixing.origins import key_refusal
from lattice_events.checks.fixing.trees import MAPPING, NULL, tree_of
from lattice_events.checks.rule import REMOVED, Edit

_INTRINSIC = re.compile("Ref|Condition|Fn::.*")


class NotEditableError(Exception):
    """An edit cannot be made here; the message says why."""


def plan_change(edit: Edit, written: Written) -> Change:
    """The change of a text that makes an edit.

    Raises:
        NotEditableError: The text is not what the edit expects, or more would change than it says.
    """
    place = parse_place(edit.place)
    key = written.key(place.line, place.column)
    if key is None or text_of(key.node) != edit.name:
        raise NotEditableError(f"{edit.name} is not written at this place")
    _refuse_shared(written, key)
    made = key_refusal(key)
    if made:
        raise NotEditableError(made)
    try:
        change = _planned(edit, written, key)
    except ValueError as error:  # an alias that cannot be seen
        raise NotEditableError("it could not be seen where the value ends") from error
    if any(change.start <= start < change.end for start, _ in written.comments):
        raise NotEditableError("comments would go with it")
    return change


def _planned(edit: Edit, written: Written, key: Key) -> Change:
    if edit.beside:
        return _given(edit, edit.beside, written, key, key.mapping)
    if edit.inside == "":
        return _set(edit.value, written, key, key.mapping, key.index)
    value = key.value
    if isinstance(edit.inside, int):
        if not isinstance(value, yaml.SequenceNode) or edit.inside >= len(value.value):
            raise NotEditableError(f"{edit.name} has no item {edit.inside} here")
        return _set(edit.value, written, key, value, edit.inside)
    if value.tag == NULL and edit.value is not REMOVED:
        return _set({edit.inside: edit.value}, written, key, key.mapping, key.index)
    if not isinstance(value, yaml.MappingNode) or value.tag != MAPPING:
        raise NotEditableError(f"{edit.name} is no mapping here")
    if any(_INTRINSIC.fullmatch(text_of(each)) for each, _ in value.value):
        raise NotEditableError(f"{edit.name} is an intrinsic function here")
    return _given(edit, edit.inside, written, key, value)


def _given(edit: Edit, name: str, written: Written, key: Key, mapping: yaml.MappingNode) -> Change:
    """Give a key of a mapping a value, or take it away."""
    found = [at for at, (each, _) in enumerate(mapping.value) if text_of(each) == name]
    if found:
        return _set(edit.value, written, key, mapping, found[-1])  # the last one counts
    if edit.value is REMOVED:
        raise NotEditableError(f"{edit.name} has no {name} here")
    key_tree, tree = (tree_of(each, is_short=not key.is_json) for each in (name, edit.value))
    return add(written, mapping, key_tree, tree, is_json=key.is_json)


def _set(value: Any, written: Written, key: Key, container: yaml.CollectionNode, index: int) -> Change:
    """Give an item or a key another value, or take it away."""
    if value is REMOVED:
        return remove(written, container, index)
    tree = tree_of(value, is_short=not key.is_json)
    return replace(written, container, index, tree, is_json=key.is_json)


def _refuse_shared(written: Written, key: Key) -> None:
    """Refuse to change what several places use."""
    around = [container for container, _ in key.within]
    if any(written.is_shared(each) for each in (*around, key.mapping, key.node, key.value)):
        raise NotEditableError("aliases of an anchor use it too, and a change here would change them all")
