"""Values as trees of tags and texts: what a text says, without how it is laid out.

CloudFormation's short forms are tags (``!GetAtt``), so that the short and the long form of one value are two trees.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

TAG = "tag:yaml.org,2002:"
TEXT, NULL, MAPPING, LIST = f"{TAG}str", f"{TAG}null", f"{TAG}map", f"{TAG}seq"
_NUMBERS = {bool: f"{TAG}bool", int: f"{TAG}int", float: f"{TAG}float", type(None): NULL}


@dataclass(frozen=True)
class Tree:
    """A scalar, list or mapping.

    Attributes:
        tag: In full for what YAML knows, else ``!GetAtt`` say.
        text: Of a scalar.
        items: Of a list; of a mapping, each key and then its value.
    """

    tag: str
    text: str = ""
    items: tuple[Tree, ...] = ()

    @property
    def pairs(self) -> Iterable[tuple[Tree, Tree]]:
        """Of a mapping."""
        return zip(self.items[::2], self.items[1::2], strict=True)


def tree_of(value: Any, *, is_short: bool) -> Tree:
    """A plain value as a tree.

    Args:
        value: A text, number, truth value, list or mapping; intrinsics in their long form.
        is_short: Whether to write an intrinsic as a tag, where it has only a text.
    """
    if isinstance(value, Mapping):
        intrinsic = _short(value) if is_short else None
        parts = [tree_of(each, is_short=is_short) for pair in value.items() for each in pair]
        return intrinsic or Tree(MAPPING, items=tuple(parts))
    if isinstance(value, (list, tuple)):
        return Tree(LIST, items=tuple(tree_of(each, is_short=is_short) for each in value))
    return Tree(TEXT, value) if isinstance(value, str) else Tree(_NUMBERS[type(value)], json.dumps(value))


def _short(value: Mapping[str, Any]) -> Tree | None:
    """``!GetAtt A.B`` for an intrinsic of texts only."""
    match list(value.items()):
        case [("Ref", str(name))]:
            return Tree("!Ref", name)
        case [("Fn::GetAtt", [str(name), str(attribute)])]:
            return Tree("!GetAtt", f"{name}.{attribute}")
        case [(str(name), str(text))] if name.startswith("Fn::"):
            return Tree(f"!{name.removeprefix('Fn::')}", text)
        case _:
            return None
