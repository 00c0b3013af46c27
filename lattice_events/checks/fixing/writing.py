"""Trees as text: in block style, in flow style, or as JSON."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace

import yaml
from yaml.resolver import Resolver

from lattice_events.checks.fixing.trees import LIST, MAPPING, TEXT, Tree

# Plain text to every parser: what begins otherwise, a number or a date say, is put in quotation marks.
_PLAIN = re.compile(r"[A-Za-z_/$](?:[^\s:#]|:(?=\S)| (?=\S))*")
_FLOW = re.compile(r"[,\[\]{}]")
_ODD = ("y", "Y", "n", "N")  # truth values to some parsers
_RESOLVER = Resolver()


@dataclass(frozen=True, kw_only=True)
class Style:
    """How the text around is written.

    Attributes:
        is_flow: Whether it is inside of braces or brackets.
        is_json: Whether keys and texts are in double quotation marks there.
        newline: Between lines.
        step: How far each level of it is set in.
    """

    is_flow: bool
    is_json: bool
    newline: str
    step: str

    @property
    def flow(self) -> Style:
        """The same inside of braces."""
        return replace(self, is_flow=True)


def inline(tree: Tree, style: Style, *, quote: str = "") -> str:
    """A tree in one line; a text keeps the quotation marks that the one before it had."""
    if tree.tag == LIST:
        return f"[{', '.join(inline(each, style) for each in tree.items)}]"
    if tree.tag == MAPPING:
        return (
            f"{{{', '.join(f'{inline(key, style)}: {inline(value, style)}' for key, value in tree.pairs)}}}"
        )
    if tree.tag == TEXT:
        return _text(tree.text, style, quote)
    return f"{tree.tag} {_text(tree.text, style, quote)}" if tree.tag.startswith("!") else tree.text


def below(tree: Tree, style: Style, indent: str) -> str:
    """What stands behind the colon of a key that is set in like `indent`: a scalar, else lines below it."""
    if not tree.items:
        return f" {inline(tree, style)}"
    return lines(tree, style, indent + style.step)


def lines(tree: Tree, style: Style, indent: str) -> str:
    """A list or mapping in lines of its own, each begun by a line break and set in like `indent`."""
    parts = [f"- {inline(each, style.flow)}" for each in tree.items]
    if tree.tag == MAPPING:
        parts = [f"{inline(key, style)}:{below(value, style, indent)}" for key, value in tree.pairs]
    return "".join(f"{style.newline}{indent}{each}" for each in parts)


def spread(tree: Tree, style: Style, indent: str) -> str:
    """A tree in braces and brackets that take several lines, the last of them set in like `indent`."""
    if not tree.items:
        return inline(tree, style)
    inner = indent + style.step
    parts = [spread(each, style, inner) for each in tree.items]
    if tree.tag == MAPPING:
        parts = [f"{key}: {value}" for key, value in zip(parts[::2], parts[1::2], strict=True)]
    begin, end = "{}" if tree.tag == MAPPING else "[]"
    content = ",".join(f"{style.newline}{inner}{each}" for each in parts)
    return f"{begin}{content}{style.newline}{indent}{end}"


def _text(text: str, style: Style, quote: str) -> str:
    """A text, in quotation marks where it needs them or had them."""
    if not style.is_json and not quote and _is_plain(text, style):
        return text
    if quote == "'" and text.isprintable():
        return "'{}'".format(text.replace("'", "''"))
    return json.dumps(text, ensure_ascii=False)


def _is_plain(text: str, style: Style) -> bool:
    if not _PLAIN.fullmatch(text) or not text.isprintable() or text in _ODD:
        return False
    resolved = _RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call]  # PyYAML's
    return bool(resolved == TEXT) and not (style.is_flow and _FLOW.search(text))
