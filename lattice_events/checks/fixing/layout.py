"""Changes of a text that keep its layout: an item or key is added, gets another value, or is taken away."""

from __future__ import annotations

import re
from dataclasses import dataclass

import yaml

from lattice_events.checks.fixing.document import Written, is_block
from lattice_events.checks.fixing.trees import Tree
from lattice_events.checks.fixing.writing import Style, below, inline, spread


@dataclass(frozen=True, kw_only=True)
class Change:
    """What becomes of a text, and of the values that it says.

    Attributes:
        start: Of the characters that are replaced.
        end: Of them.
        text: That replaces them.
        container: The list or mapping that changes.
        index: Of the item or pair that changes; one more than there are adds one.
        added: The key of a new pair.
        value: The new value; ``None`` takes the item or pair away.
    """

    start: int
    end: int
    text: str
    container: yaml.CollectionNode
    index: int
    added: Tree | None = None
    value: Tree | None = None


def add(written: Written, mapping: yaml.MappingNode, key: Tree, value: Tree, *, is_json: bool) -> Change:
    """Give a mapping a further key, behind the others."""
    style = _style(written, mapping, is_json=is_json)
    position, text = _added(written, mapping, key, value, style)
    return Change(
        start=position,
        end=position,
        text=text,
        container=mapping,
        index=len(mapping.value),
        added=key,
        value=value,
    )


def _added(
    written: Written, mapping: yaml.MappingNode, key: Tree, value: Tree, style: Style
) -> tuple[int, str]:
    name = inline(key, style)
    if not mapping.value:  # {}
        return mapping.end_mark.index - 1, f"{name}: {inline(value, style.flow)}"
    last = mapping.value[-1][0]
    end, indent = written.end_of_pair(*mapping.value[-1]), _indent(written, last)
    if not style.is_flow:
        return written.line_end(end), f"{style.newline}{indent}{name}:{below(value, style, indent)}"
    if written.indent(last.start_mark.index).strip():
        return end, f", {name}: {inline(value, style)}"
    return end, f",{style.newline}{indent}{name}: {spread(value, style, indent)}"


def replace(
    written: Written, container: yaml.CollectionNode, index: int, tree: Tree, *, is_json: bool
) -> Change:
    """Give an item or a key another value."""
    style = _style(written, container, is_json=is_json)
    start, end, text = _replaced(written, container, index, tree, style)
    return Change(start=start, end=end, text=text, container=container, index=index, value=tree)


def _replaced(
    written: Written, container: yaml.CollectionNode, index: int, tree: Tree, style: Style
) -> tuple[int, int, str]:
    key, old = _pair(container, index)
    start, end = old.start_mark.index, written.end(old)
    if start == end:  # nothing is written there
        return _filled(written, key, old, tree, style)
    if (
        key is not None
        and not style.is_flow
        and (is_block(old) or (tree.items and isinstance(old, yaml.ScalarNode)))
    ):
        return written.colon(key) or start, end, below(tree, style, _indent(written, key))
    if isinstance(old, yaml.CollectionNode) and written.line_end(start) < end:
        return start, end, spread(tree, style.flow, _leading(written, start))
    quote = old.style if isinstance(old, yaml.ScalarNode) and old.style in ("'", '"') else ""
    return start, end, inline(tree, style.flow if tree.items else style, quote=quote)


def _filled(
    written: Written, key: yaml.Node | None, old: yaml.Node, tree: Tree, style: Style
) -> tuple[int, int, str]:
    """A value where there is nothing."""
    text = f" {inline(tree, style.flow if tree.items else style)}"
    if key is None:
        return old.start_mark.index, old.start_mark.index, text
    colon = written.colon(key)
    if colon is None:
        return key.end_mark.index, key.end_mark.index, f":{text}"
    if not style.is_flow and tree.items:
        end = written.line_end(colon)
        return end, end, below(tree, style, _indent(written, key))
    return colon, colon, text


def remove(written: Written, container: yaml.CollectionNode, index: int) -> Change:
    """Take a key and its value away."""
    start, end, text = _removed(written, container, index)
    return Change(start=start, end=end, text=text, container=container, index=index)


def _removed(written: Written, container: yaml.CollectionNode, index: int) -> tuple[int, int, str]:
    pairs = container.value
    start, end = pairs[index][0].start_mark.index, written.end_of_pair(*pairs[index])
    if len(pairs) == 1:
        return start, end, "" if container.flow_style else "{}"
    if container.flow_style and index:
        return written.end_of_pair(*pairs[index - 1]), end, ""
    following = pairs[index + 1][0].start_mark.index if index + 1 < len(pairs) else len(written.text)
    if container.flow_style or (written.indent(start).strip() and not written.text[end:following].strip()):
        return start, following, ""
    rest = written.text[end : written.line_end(end)]
    if (
        rest.strip() or written.indent(start).strip()
    ):  # a comment behind it stays, and so does the dash before it
        return start, end + len(rest) - len(rest.lstrip()), ""
    return (*written.whole_lines(start, end), "")


def _style(written: Written, container: yaml.CollectionNode, *, is_json: bool) -> Style:
    is_flow = bool(container.flow_style)
    return Style(is_flow=is_flow, is_json=is_json and is_flow, newline=written.newline, step=written.step)


def _pair(container: yaml.CollectionNode, index: int) -> tuple[yaml.Node | None, yaml.Node]:
    """The key, of a mapping, and the value."""
    child = container.value[index]
    return child if isinstance(container, yaml.MappingNode) else (None, child)


def _indent(written: Written, key: yaml.Node) -> str:
    """How far a key is set in; the dash of a list before it counts as space."""
    return re.sub(r"\S", " ", written.indent(key.start_mark.index))


def _leading(written: Written, position: int) -> str:
    """How far the line of a position is set in."""
    indent = written.indent(position)
    return indent[: len(indent) - len(indent.lstrip())]
