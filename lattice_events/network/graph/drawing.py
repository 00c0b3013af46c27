"""The graph as it is drawn: a frame around what belongs to each service, and the lines of text in each box."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lattice_events.network.graph.values import Edge, Graph, Node, NodeKind

TEXT_COLOUR = "#212121"
FRAME_COLOUR = "#2e7d32"
COLOURS: Mapping[NodeKind, tuple[str, str]] = {
    "caller": ("#ede7f6", "#5e35b1"),
    "service network": ("#e3f2fd", "#1565c0"),
    "auth policy": ("#fffde7", "#f9a825"),
    "service": ("#e8f5e9", FRAME_COLOUR),
    "listener": ("#e8f5e9", FRAME_COLOUR),
    "rule": ("#ffffff", "#78909c"),
    "target group": ("#eceff1", "#546e7a"),
    "function": ("#fff3e0", "#ef6c00"),
    "HTTP target": ("#e0f7fa", "#00838f"),
}
"""Of boxes and the lines around them; dark text is legible on each of them, on a light page as on a dark one."""

_MOST_CHARACTERS = 48
_MOST_LINES = 8
_MARKS: Mapping[NodeKind, str] = {"function": "λ "}


@dataclass(frozen=True, kw_only=True)
class Box:
    """What is drawn of a node: its name and details, a line each, below a key that any language takes for a name."""

    node: Node
    lines: tuple[str, ...]

    @property
    def key(self) -> str:
        """See `key_of`."""
        return key_of(self.node)


@dataclass(frozen=True, kw_only=True)
class Frame:
    """A service around what belongs to it."""

    key: str
    title: str
    boxes: tuple[Box, ...]


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """What is drawn of an edge; its ends are keys of boxes."""

    source: str
    target: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Everything that is drawn."""

    boxes: tuple[Box, ...]
    frames: tuple[Frame, ...]
    arrows: tuple[Arrow, ...]

    @property
    def kinds(self) -> list[NodeKind]:
        """Of the boxes, each once."""
        boxes = (*self.boxes, *(box for frame in self.frames for box in frame.boxes))
        return sorted({box.node.kind for box in boxes})


def draw(graph: Graph) -> Drawing:
    """The drawing of a graph.

    A service that has a frame has no box: what leads to it leads to its auth policy, or to its listeners where it has
    none, and these say what is to be said of the service.
    """
    framed = {service: nodes for service, nodes in graph.inside.items() if _listeners(nodes)}
    frames = (
        Frame(
            key=key_of(service),
            title=shortened(service.name),
            boxes=tuple(_box(node, service) for node in framed[service.id]),
        )
        for service in graph.of_kind("service")
        if service.id in framed
    )
    boxes = (_box(node, None) for node in graph.nodes if node.id not in framed and node.service not in framed)
    arrows = (arrow for edge in graph.edges for arrow in _arrows(edge, graph, framed))
    return Drawing(boxes=tuple(boxes), frames=tuple(frames), arrows=tuple(arrows))


def key_of(node: Node) -> str:
    """A name for a node that is no keyword of any language, and that no other node has."""
    name = re.sub("[^a-z0-9]+", "_", node.name.lower())[:20].strip("_")
    return f"{node.kind[0].lower()}_{name}_{hashlib.sha256(node.id.encode(errors='surrogatepass')).hexdigest()[:8]}"


def _listeners(nodes: Iterable[Node]) -> list[Node]:
    return [node for node in nodes if node.kind == "listener"]


def _box(node: Node, service: Node | None) -> Box:
    """A node's name and details; a listener has those of its service too."""
    details = [*node.details, *(service.details if service and node.kind == "listener" else ())]
    lines = [_MARKS.get(node.kind, "") + node.name, *details]
    return Box(node=node, lines=tuple(map(shortened, _not_too_many(lines))))


def _arrows(edge: Edge, graph: Graph, framed: Mapping[str, Sequence[Node]]) -> Iterator[Arrow]:
    source, target = graph.node_by_id[edge.source], graph.node_by_id[edge.target]
    for end in _entries(source, framed[target.id]) if target.id in framed else [target]:
        yield Arrow(source=key_of(source), target=key_of(end), label=shortened(edge.label))


def _entries(source: Node, inside: Iterable[Node]) -> list[Node]:
    """Where what leads to a service enters its frame."""
    policies = [node for node in inside if node.kind == "auth policy" and node is not source]
    return policies or _listeners(inside)


def _not_too_many(lines: list[str]) -> list[str]:
    more = len(lines) - _MOST_LINES
    return lines if more <= 0 else [*lines[: _MOST_LINES - 1], f"+ {more + 1} more"]


def shortened(text: str) -> str:
    """Printable text, without its middle if it is long."""
    text = printable(text)
    if len(text) <= _MOST_CHARACTERS:
        return text
    half = (_MOST_CHARACTERS - 1) // 2
    return f"{text[: _MOST_CHARACTERS - 1 - half]}…{text[-half:]}"


def printable(text: str) -> str:
    """Text without control characters, line breaks and halves of characters."""
    return "".join(character if character.isprintable() else "?" for character in text)
