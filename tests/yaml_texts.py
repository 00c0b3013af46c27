"""Random YAML with comments, laid out in many ways, beside what it says."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

_WORDS = st.sampled_from(["V2", "LAMBDA", "/orders", "a b", "vpc-lattice-svcs:Invoke", "x#y", "it's"])
_SCALARS = st.one_of(
    _WORDS, st.integers(0, 99), st.booleans(), st.none(), st.sampled_from(["*", "true", "1", "a: b", ""])
)
_KEYS = st.sampled_from(["Name", "Type", "Config", "Match", "Weight", "Targets", "a-b", "on", "12"])
VALUES = st.recursive(
    _SCALARS,
    lambda inner: st.one_of(
        st.dictionaries(_KEYS, inner, max_size=4), st.lists(inner, max_size=3)
    ),
    max_leaves=12,
)  # fmt: skip


@dataclass(frozen=True)
class Text:
    """A text, and what each of its documents says."""

    text: str
    value: Any

    @property
    def comments(self) -> list[str]:
        return comments_of(self.text)


def comments_of(text: str) -> list[str]:
    """The comments of a text that was drawn, in order; nothing else in it looks like one."""
    return re.findall(r"# \d+", text)


class _Writer:
    """Writes values in a layout that is drawn."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw
        self._comments = 0
        self.step = draw(st.sampled_from([1, 2, 4]))
        self.lists_are_flush = draw(st.booleans())

    def one_in(self, count: int) -> bool:
        return self._draw(st.integers(1, count)) == count

    def comment(self) -> str:
        self._comments += 1
        return f"# {self._comments}"

    def end(self) -> str:
        """What may follow in a line."""
        return f"{self._draw(st.sampled_from([' ', '  ']))}{self.comment()}\n" if self.one_in(4) else "\n"

    def between(self, indent: str) -> str:
        """Lines that say nothing."""
        kind = self._draw(st.integers(1, 8))
        if kind == 7:
            return f"{indent}{self.comment()}\n"
        return "\n" if kind == 8 else ""

    def scalar(self, value: Any) -> str:
        if not isinstance(value, str):
            return "" if value is None and self.one_in(2) else json.dumps(value)
        styles = [json.dumps(value), "'{}'".format(value.replace("'", "''"))]
        is_plain = value[:1].isalpha() and value not in ("true", "on") and ": " not in value
        return self._draw(st.sampled_from([value, *styles] if is_plain or value[:1] == "/" else styles))

    def flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return f"{{{', '.join(f'{self.scalar(key)}: {self.flow(each)}' for key, each in value.items())}}}"
        if isinstance(value, list):
            return f"[{', '.join(self.flow(each) for each in value)}]"
        return "null" if value is None else self.scalar(value)

    def value(self, value: Any, indent: str, *, in_list: bool = False) -> str:
        """What follows a colon or a dash, with the line's end."""
        if isinstance(value, (dict, list)) and value and not self.one_in(5):
            first = self.lines(value, indent)
            return (
                f" {first.removeprefix(indent)}"
                if in_list and isinstance(value, dict)
                else f"{self.end()}{first}"
            )
        if isinstance(value, str) and value and not in_list and self.one_in(5):
            return f" |-\n{indent}{value}\n"
        text = self.flow(value) if isinstance(value, (dict, list)) else self.scalar(value)
        return f" {text}{self.end()}" if text else self.end()

    def lines(self, value: Any, indent: str) -> str:
        text = ""
        for key in value if isinstance(value, dict) else range(len(value)):
            text += self.between(indent) if text else ""
            if isinstance(value, dict):
                is_flush = isinstance(value[key], list) and self.lists_are_flush
                inner = indent if is_flush else indent + " " * self.step
                text += f"{indent}{self.scalar(key)}:" + self.value(value[key], inner)
            else:
                text += f"{indent}-" + self.value(value[key], indent + "  ", in_list=True)
        return text


@st.composite
def yaml_texts(draw: st.DrawFn) -> Text:
    """A mapping, or several in documents of their own."""
    writer = _Writer(draw)
    values = draw(st.lists(st.dictionaries(_KEYS, VALUES, min_size=1, max_size=4), min_size=1, max_size=2))
    text = "---\n".join(writer.lines(each, "") for each in values)
    text = text.removesuffix("\n") if draw(st.booleans()) else text
    text = text.replace("\n", draw(st.sampled_from(["\n", "\r\n"])))
    return Text(text, values)
