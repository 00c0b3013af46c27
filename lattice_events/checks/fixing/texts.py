"""Edits of one text, made together; each is made as a whole or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import yaml

from lattice_events.checks.fixing.changes import NotEditableError, plan_change
from lattice_events.checks.fixing.document import Written
from lattice_events.checks.fixing.layout import Change
from lattice_events.checks.fixing.trees import Tree
from lattice_events.checks.rule import Edit

CONFLICT = "it would change what another fix changes, or more than it says"


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A text after its edits.

    Attributes:
        text: With those that were made.
        refused: Why the others were not, by their place in what was asked for.
    """

    text: str
    refused: Mapping[int, str]


def fix_text(text: str, mendings: Sequence[Sequence[Edit]], *, is_json: bool = False) -> Fixed:
    """Make edits of a text; everything else in it stays as it is.

    Args:
        text: YAML or JSON.
        mendings: Edits that belong together: all of one are made, or none.
        is_json: Whether it is of a JSON file.
    """
    try:
        written = Written(text, is_json=is_json)
    except yaml.YAMLError:
        return Fixed(
            text=text, refused=dict.fromkeys(range(len(mendings)), "the file cannot be parsed as a whole")
        )
    return _Fixing(written, is_json=is_json).fix(mendings)


class _Fixing:
    """The edits of one text."""

    def __init__(self, written: Written, *, is_json: bool) -> None:
        self._written = written
        self._is_json = is_json
        self._planned: dict[int, Sequence[Change]] = {}
        self._refused: dict[int, str] = {}
        self._made: list[int] = []
        self._text = written.text

    def fix(self, mendings: Sequence[Sequence[Edit]]) -> Fixed:
        """Make all that can be made."""
        for index, edits in enumerate(mendings):
            try:
                changes = [plan_change(each, self._written) for each in edits]
                if _spliced(self._written.text, changes) == self._written.text:
                    raise NotEditableError("it says that already")
                self._planned[index] = changes
            except NotEditableError as error:
                self._refused[index] = str(error)
        self._make(list(self._planned))
        return Fixed(text=self._text, refused=self._refused)

    def _make(self, indices: list[int]) -> None:
        """Make some beside those that are made; where that cannot be, look for those which can."""
        if not indices:
            return
        changed = self._changed([*self._made, *indices])
        if changed is not None:
            self._made += indices
            self._text = changed
        elif len(indices) == 1:
            self._refused[indices[0]] = CONFLICT
        else:
            middle = len(indices) // 2
            self._make(indices[:middle])
            self._make(indices[middle:])

    def _changed(self, indices: Iterable[int]) -> str | None:
        """The text with some of the mendings; ``None`` if it would not say what it should."""
        changes = list(dict.fromkeys(each for index in indices for each in self._planned[index]))
        text = _spliced(self._written.text, changes)
        if text is None:
            return None
        try:
            now = Written(text, is_json=self._is_json)
        except yaml.YAMLError:
            return None
        says_so = _trees(now, ()) == _trees(self._written, changes)
        return text if says_so and _comments(now) == _comments(self._written) else None


def _comments(written: Written) -> list[str]:
    return [comment for _, comment in written.comments]


def _spliced(text: str, changes: Iterable[Change]) -> str | None:
    """A text with its changes; ``None`` if two of them overlap."""
    parts: list[str] = []
    position = 0
    for each in sorted(changes, key=lambda change: (change.start, change.end)):
        if each.start < position:
            return None
        parts += (text[position : each.start], each.text)
        position = each.end
    return "".join((*parts, text[position:]))


def _trees(written: Written, changes: Iterable[Change]) -> list[Tree]:
    """What a text says after some changes."""
    of: dict[int, list[Change]] = {}
    for each in changes:
        of.setdefault(id(each.container), []).append(each)
    return [_tree(root, of) for root in written.roots]


def _tree(node: yaml.Node, changes: Mapping[int, Sequence[Change]]) -> Tree:
    if isinstance(node, yaml.ScalarNode):
        return Tree(node.tag, node.value)
    width = 2 if isinstance(node, yaml.MappingNode) else 1
    children = [pair if width == 2 else (pair,) for pair in node.value]
    parts: list[Sequence[Tree]] = [[_tree(each, changes) for each in child] for child in children]
    for change in changes.get(id(node), ()):
        if change.added is not None and change.value is not None:
            parts.append((change.added, change.value))
        else:
            parts[change.index] = () if change.value is None else (*parts[change.index][:-1], change.value)
    return Tree(node.tag, items=tuple(each for part in parts for each in part))
