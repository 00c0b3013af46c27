"""The graph in the DOT language, for Graphviz: it has no limits of size.

Source:
    https://graphviz.org/doc/info/lang.html
    https://graphviz.org/docs/attr-types/escString/
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lattice_events.network.graph.drawing import (
    COLOURS,
    FRAME_COLOUR,
    TEXT_COLOUR,
    Box,
    Drawing,
    draw,
    printable,
)
from lattice_events.network.graph.values import Graph, NodeKind

_FONT = 'fontname="Helvetica,Arial,sans-serif"'
_SHAPES: dict[NodeKind, str] = {
    "service network": "hexagon",
    "auth policy": "note",
    "target group": "component",
    "function": "box",
}
_SHARP: tuple[NodeKind, ...] = ("service network", "auth policy", "target group", "listener")


def to_dot(graph: Graph) -> str:
    """The text of a directed graph, from left to right, with a cluster for what belongs to each service."""
    return "".join(f"{line}\n" for line in _lines(draw(graph)))


def _lines(drawing: Drawing) -> Iterator[str]:
    yield "digraph {"
    yield f"  rankdir=LR; ranksep=0.4; nodesep=0.15; {_FONT}; fontsize=12;"
    yield f'  node [{_FONT}, fontsize=11, fontcolor="{TEXT_COLOUR}", height=0.3, margin="0.12,0.06"];'
    yield f"  edge [{_FONT}, fontsize=10, arrowsize=0.6];"
    for box in drawing.boxes:
        yield f"  {_box(box)}"
    for frame in drawing.frames:
        yield f"  subgraph cluster_{frame.key} {{"
        yield f"    label={_quoted([frame.title])}; color={_quoted([FRAME_COLOUR])}; margin=12;"
        yield from (f"    {_box(box)}" for box in frame.boxes)
        yield "  }"
    for arrow in drawing.arrows:
        label = f" [label={_quoted([arrow.label])}]" if arrow.label else ""
        yield f"  {arrow.source} -> {arrow.target}{label};"
    yield "}"


def _box(box: Box) -> str:
    """One line that defines a node; its full name shows where the pointer rests."""
    kind = box.node.kind
    fill, line = COLOURS[kind]
    style = "filled" if kind in _SHARP else "filled,rounded"
    attributes = {
        "label": _quoted(box.lines),
        "tooltip": _quoted([printable(f"{kind}: {box.node.name}")]),
        "shape": _SHAPES.get(kind, "box"),
        "style": f'"{style}"',
        "fillcolor": f'"{fill}"',
        "color": f'"{line}"',
    }
    return f"{box.key} [{', '.join(f'{name}={value}' for name, value in attributes.items())}];"


def _quoted(lines: Iterable[str]) -> str:
    r"""Lines between quotes; Graphviz reads ``\N`` and ``&lt;`` in them as more than text."""
    return '"' + r"\n".join(map(_text, lines)) + '"'


def _text(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
