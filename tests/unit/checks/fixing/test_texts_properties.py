"""Any edit of any text: what the text says then is what was asked for, and everything else of it is as it was."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from lattice_events.checks.fixing.document import children
from lattice_events.checks.fixing.texts import CONFLICT, fix_text
from lattice_events.checks.rule import REMOVED, Edit
from tests.yaml_texts import Text, comments_of, yaml_texts

VALUES = st.sampled_from(
    ["V2", "yes", "*", 7, True, "${A}/*", {"Ref": "A"}, {"Fn::GetAtt": ["A", "Arn"]}, {"q": ["r"]}]
)
INSIDES: list[str | int] = ["", "", "Name", "New", 0]


class Loader(yaml.SafeLoader):
    """With CloudFormation's short forms."""


Loader.add_constructor("!Ref", lambda loader, node: {"Ref": node.value})
Loader.add_constructor("!GetAtt", lambda loader, node: {"Fn::GetAtt": node.value.split(".")})


def load(text: str) -> list[Any]:
    return list(yaml.load_all(text, Loader=Loader))


def keys(node: yaml.Node, path: tuple[Any, ...] = ()) -> Iterator[tuple[yaml.Node, tuple[Any, ...]]]:
    """Every key with its path."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = Loader("").construct_object(key)
            yield key, (*path, name)
            yield from keys(value, (*path, name))
    elif isinstance(node, yaml.SequenceNode):
        for index, each in enumerate(node.value):
            yield from keys(each, (*path, index))


@st.composite
def edits(draw: st.DrawFn, text: Text) -> tuple[Edit, tuple[Any, ...]]:
    """An edit with the path of what it changes."""
    roots = list(yaml.compose_all(text.text, Loader=yaml.SafeLoader))
    found = [(key, (at, *path)) for at, root in enumerate(roots) for key, path in keys(root)]
    key, path = draw(st.sampled_from(found))
    inside = draw(st.sampled_from(INSIDES))
    place = f"template.yaml:{key.start_mark.line + 1}:{key.start_mark.column + 1}"
    value = REMOVED if inside in ("", "Name") and draw(st.booleans()) else draw(VALUES)
    return Edit(place=place, name=key.value, inside=inside, value=value), path


def edited(values: list[Any], edit: Edit, path: tuple[Any, ...]) -> None:
    """Do to values what an edit asks for."""
    *above, last = path
    parent: Any = values
    for key in above:
        parent = parent[key]
    if edit.inside != "":
        if parent[last] is None:
            parent[last] = {}
        parent, last = parent[last], edit.inside
    if edit.value is REMOVED:
        del parent[last]
    else:
        parent[last] = edit.value


def changed(edit: Edit, path: tuple[Any, ...]) -> tuple[Any, ...]:
    """The path of what an edit changes."""
    return path if edit.inside == "" else (*path, edit.inside)


def lines_outside(text: Text, place: str) -> list[str]:
    """The lines of a text but for those of a key and its value, and the next one that says something."""
    line, column = map(int, place.split(":")[1:])
    found = [
        (key.start_mark, value.end_mark)
        for node in nodes(text.text)
        if isinstance(node, yaml.MappingNode)
        for key, value in node.value
    ]
    (end,) = [end for start, end in found if (start.line + 1, start.column + 1) == (line, column)]
    lines = text.text.splitlines()
    after = lines[end.line + bool(end.column) :]
    said = next((at for at, each in enumerate(after) if each.strip()), 0)
    return [each for each in (*lines[: line - 1], *after[said + 1 :]) if each.strip()]


def nodes(text: str) -> Iterator[yaml.Node]:
    rest = list(yaml.compose_all(text, Loader=yaml.SafeLoader))
    while rest:
        node = rest.pop()
        yield node
        rest += children(node)


def is_within(lines: list[str], others: list[str]) -> bool:
    """Whether lines stand among others, in their order."""
    rest = iter(others)
    return all(line in rest for line in lines)


@given(st.data())
@settings(deadline=None)
def test_an_edit_of_any_text_changes_its_value_only(data: st.DataObject) -> None:
    text = data.draw(yaml_texts())
    edit, path = data.draw(edits(text))

    fixed = fix_text(text.text, [[edit]])

    if fixed.refused:
        assert fixed.text == text.text
        assert CONFLICT not in fixed.refused.values()
    else:
        expected = copy.deepcopy(text.value)
        edited(expected, edit, path)
        assert load(fixed.text) == expected
        assert comments_of(fixed.text) == text.comments
        assert is_within(lines_outside(text, edit.place), fixed.text.splitlines())


@given(st.data())
@settings(deadline=None)
def test_edits_of_any_text_do_not_disturb_each_other(data: st.DataObject) -> None:
    text = data.draw(yaml_texts())
    asked = data.draw(st.lists(edits(text), max_size=4, unique_by=lambda each: changed(*each)))

    fixed = fix_text(text.text, [[edit] for edit, _ in asked])

    made = [each for index, each in enumerate(asked) if index not in fixed.refused]
    expected = copy.deepcopy(text.value)
    for edit, path in sorted(made, key=lambda each: -len(each[1])):
        edited(expected, edit, path)
    assert load(fixed.text) == expected
    assert comments_of(fixed.text) == text.comments
