"""A text as YAML nodes, each with its place: where its keys are, where a value ends, and its comments."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import yaml

Within = tuple[tuple[yaml.MappingNode | yaml.SequenceNode, int], ...]
_BLOCK = ("|", ">")
_BREAK = re.compile(r"\r\n|\n|\r")
_ALIAS = re.compile(r"(?:\s|#[^\n]*\n|[:,-]\s)*\*[\w-]+")
_COLON = re.compile(r"\s*:")
_HEADER = re.compile(r"[|>][-+0-9]*(?=\s)")
_LAST_BREAK = re.compile(r"(?:\r\n|\n|\r)\Z")
_COMMENT = re.compile(r"(?:^|(?<=\s))#[^\r\n]*", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, eq=False)
class Key:
    """One key of a mapping.

    Attributes:
        mapping: That it is in.
        index: Among the pairs of the mapping.
        within: Every list and mapping around it, from the outside to the inside, each with the index that leads on.
    """

    mapping: yaml.MappingNode
    index: int
    within: Within

    @property
    def node(self) -> yaml.Node:
        """The key itself."""
        key: yaml.Node = self.mapping.value[self.index][0]
        return key

    @property
    def value(self) -> yaml.Node:
        """What it is a key of."""
        value: yaml.Node = self.mapping.value[self.index][1]
        return value

    @property
    def is_json(self) -> bool:
        """Whether the mapping is written as JSON."""
        return bool(self.mapping.flow_style) and getattr(self.node, "style", None) == '"'


class Written:
    """A file's text.

    Attributes:
        text: Of the file.
        roots: Of its documents.
    """

    def __init__(self, text: str, *, is_json: bool) -> None:
        """Parse it, as the readers do.

        Args:
            text: YAML or JSON.
            is_json: Whether it may be indented with tabs.

        Raises:
            yaml.YAMLError: It is neither.
        """
        self.text = text
        is_json = is_json or text.lstrip().startswith("{")
        self.roots = _composed(text.replace("\t", " ") if is_json else text)

    def key(self, line: int, column: int) -> Key | None:
        """The key that begins at a place; lines and columns count from 1."""
        return self._keys.get((line - 1, column - 1))

    def is_shared(self, node: yaml.Node) -> bool:
        """Whether an alias has a node, too."""
        return self._uses[id(node)] > 1

    def end(self, node: yaml.Node) -> int:
        """The end of a value, without the comments and empty lines that follow.

        Raises:
            ValueError: It ends in an alias that cannot be seen.
        """
        if isinstance(node, yaml.ScalarNode):
            return self._end_of_scalar(node)
        if not is_block(node):
            return node.end_mark.index
        if isinstance(node, yaml.MappingNode):
            return self.end_of_pair(*node.value[-1])
        position = node.start_mark.index
        for each in node.value:
            position = self._end_after(position, each)
        return position

    def end_of_pair(self, key: yaml.Node, value: yaml.Node) -> int:
        """The end of a key and its value."""
        return self._end_after(self.colon(key) or key.end_mark.index, value)

    def colon(self, key: yaml.Node) -> int | None:
        """The end of the colon behind a key; ``None`` where there is none."""
        found = _COLON.match(self.text, key.end_mark.index)
        return found.end() if found else None

    def indent(self, position: int) -> str:
        """What is before a position in its line."""
        return self.text[self.line_start(position) : position]

    def line_start(self, position: int) -> int:
        """The beginning of a position's line."""
        return max(self.text.rfind("\n", 0, position), self.text.rfind("\r", 0, position)) + 1

    def line_end(self, position: int) -> int:
        """The end of a position's line, before its break."""
        found = _BREAK.search(self.text, position)
        return found.start() if found else len(self.text)

    def whole_lines(self, start: int, end: int) -> tuple[int, int]:
        """The lines of some characters, with a line break: of a text that ends without one, the break before."""
        start, end = self.line_start(start), self.line_end(end)
        found = _BREAK.match(self.text, end)
        if found:
            return start, found.end()
        return len(_LAST_BREAK.sub("", self.text[:start], count=1)), end

    @cached_property
    def newline(self) -> str:
        """The first line break."""
        found = _BREAK.search(self.text)
        return found[0] if found else "\n"

    @cached_property
    def step(self) -> str:
        """How far a level is set in, most of the time."""
        lines = [line for line in _BREAK.split(self.text) if line.strip()]
        widths = [len(line) - len(line.lstrip()) for line in lines]
        steps = Counter(b - a for a, b in pairwise(widths) if b > a)
        width = max(steps, key=lambda each: (steps[each], -each), default=2)
        return ("\t" if any(line.startswith("\t") for line in lines) else " ") * width

    @cached_property
    def comments(self) -> Sequence[tuple[int, str]]:
        """Every comment with its position, in order."""
        found: list[tuple[int, str]] = []
        before = 0
        spans = sorted(self._span(each) for each in self._nodes if isinstance(each, yaml.ScalarNode))
        for start, end in (*spans, (len(self.text), len(self.text))):
            found += ((each.start(), each[0]) for each in _COMMENT.finditer(self.text, before, start))
            before = end
        return found

    def _span(self, node: yaml.ScalarNode) -> tuple[int, int]:
        """Where the text of a scalar stands, in which nothing is a comment."""
        start, end = node.start_mark.index, node.end_mark.index
        header = _HEADER.search(self.text, start, end) if node.style in _BLOCK else None
        return (header.end() if header else start), end

    def _end_of_scalar(self, node: yaml.ScalarNode) -> int:
        """The end of a scalar; of one in block style the end of its last line, an empty one only if it counts."""
        start, end = node.start_mark.index, node.end_mark.index
        if node.style not in _BLOCK:
            return end
        header = _HEADER.search(self.text, start, end)
        if header and "+" in header[0] and not self.indent(end).strip():
            return len(_LAST_BREAK.sub("", self.text[: self.line_start(end)], count=1))
        return start + len(self.text[start:end].rstrip())

    def _end_after(self, position: int, node: yaml.Node) -> int:
        """The end of a value that begins after a position, where an alias may stand for it."""
        if node.start_mark.index >= position:
            return self.end(node)
        alias = _ALIAS.match(self.text, position)
        if alias is None:
            raise ValueError
        return alias.end()

    @cached_property
    def _keys(self) -> Mapping[tuple[int, int], Key]:
        """Every key, by line and column."""
        found: dict[tuple[int, int], Key] = {}
        for node, within in self._walk():
            if isinstance(node, yaml.MappingNode):
                for index, (key, _) in enumerate(node.value):
                    mark = key.start_mark
                    found[mark.line, mark.column] = Key(mapping=node, index=index, within=within)
        return found

    @cached_property
    def _nodes(self) -> Sequence[yaml.Node]:
        return [node for node, _ in self._walk()]

    @cached_property
    def _uses(self) -> Mapping[int, int]:
        return Counter(id(child) for node in self._nodes for child in children(node))

    def _walk(self) -> Iterator[tuple[yaml.Node, Within]]:
        """Every node once, with what is around it."""
        seen: set[int] = set()
        rest: list[tuple[yaml.Node, Within]] = [(root, ()) for root in self.roots]
        while rest:
            node, within = rest.pop()
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield node, within
            if isinstance(node, yaml.MappingNode):
                for index, (key, value) in enumerate(node.value):
                    rest += ((key, within), (value, (*within, (node, index))))
            elif isinstance(node, yaml.SequenceNode):
                rest += ((each, (*within, (node, index))) for index, each in enumerate(node.value))


def text_of(node: yaml.Node) -> str:
    """Of a scalar; of another node an empty one."""
    return node.value if isinstance(node, yaml.ScalarNode) else ""


def is_block(node: yaml.Node) -> bool:
    """Whether a node is a list or mapping in lines of its own."""
    return isinstance(node, yaml.CollectionNode) and not node.flow_style


def children(node: yaml.Node) -> Iterator[yaml.Node]:
    """The items of a list; the keys and values of a mapping."""
    if isinstance(node, yaml.MappingNode):
        yield from (each for pair in node.value for each in pair)
    elif isinstance(node, yaml.SequenceNode):
        yield from node.value


def _composed(text: str) -> Sequence[yaml.Node]:
    """The nodes of every document; read with libyaml, which is fast, and with what reads some that it refuses."""
    if hasattr(yaml, "CSafeLoader"):
        try:
            return list(yaml.compose_all(text, Loader=yaml.CSafeLoader))
        except (yaml.YAMLError, UnicodeEncodeError):
            pass
    return list(yaml.compose_all(text, Loader=yaml.SafeLoader))
