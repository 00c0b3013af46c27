"""The graph as a Mermaid flowchart, as GitHub draws it.

Names come from anywhere, so that no character of one that means something to Mermaid, Markdown or HTML stays itself.

Source:
    https://mermaid.js.org/syntax/flowchart.html
    https://mermaid.js.org/config/schema-docs/config.html
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from lattice_events.network.graph.drawing import COLOURS, FRAME_COLOUR, TEXT_COLOUR, Arrow, Box, Drawing, draw
from lattice_events.network.graph.values import Graph, NodeKind

_MOST_CHARACTERS = 50_000  # Mermaid's ``maxTextSize``
_MOST_EDGES = 500  # Mermaid's ``maxEdges``
_LONG_TITLE = 22  # characters; of a longer one Mermaid makes two lines
_LINE_BREAK = "\n      "
_NOTHING = (
    "\u200b"  # a space without width, where text would become a tag, a link, an icon, a formula or a list
)
_PARTED = re.compile(r"(?<=[<&@])|(?<=:)(?=//|fa-)|(?<=www)(?=\.)|(?<=\$)(?=\$)", re.IGNORECASE)
_STARTS_BLOCK = re.compile(r"[^\w/]|\d+[.)]|_")
_PLAIN = frozenset(f" -/.,+…·{_NOTHING}")  # beside letters and digits
_MARKDOWN = frozenset("*_[~\\")
_SHAPES: dict[NodeKind, tuple[str, str]] = {
    "service network": ("{{", "}}"),
    "auth policy": (">", "]"),
    "service": ("[", "]"),
    "listener": ("[", "]"),
    "target group": ("[[", "]]"),
    "function": ("([", "])"),
    "HTTP target": ("([", "])"),
}
_ROUNDED = ("(", ")")


def to_mermaid(graph: Graph) -> str:
    """The text of a flowchart, from left to right, with a frame around what belongs to each service."""
    return "".join(f"{line}\n" for line in _lines(draw(graph)))


def find_excess(text: str) -> str | None:
    """Say what is beyond the limits that GitHub leaves Mermaid; ``None`` for a text that it draws."""
    edges = sum(" -->" in line for line in text.splitlines())
    if edges > _MOST_EDGES:
        return f"{edges:,} edges, and Mermaid draws {_MOST_EDGES}"
    if len(text) > _MOST_CHARACTERS:
        return f"{len(text):,} characters, and Mermaid reads {_MOST_CHARACTERS:,}"
    return None


def _lines(drawing: Drawing) -> Iterator[str]:
    yield _settings(drawing)
    yield "flowchart LR"
    for box in drawing.boxes:
        yield f"  {_box(box)}"
    for frame in drawing.frames:
        yield f'  subgraph {frame.key} ["`{_text(frame.title)}`"]'
        yield from (f"    {_box(box)}" for box in frame.boxes)
        yield "  end"
    for arrow in drawing.arrows:
        yield f"  {_arrow(arrow)}"
    for kind in drawing.kinds:
        fill, line = COLOURS[kind]
        yield f"  classDef {_class(kind)} fill:{fill},stroke:{line},color:{TEXT_COLOUR}"
    if drawing.frames:
        yield f"  classDef frame fill:transparent,stroke:{FRAME_COLOUR}"
        yield f"  class {','.join(frame.key for frame in drawing.frames)} frame"


def _settings(drawing: Drawing) -> str:
    """Boxes close together, lines that are not broken, and room for the titles."""
    has_long_title = any(len(frame.title) > _LONG_TITLE for frame in drawing.frames)
    flowchart = {
        "rankSpacing": 24,
        "nodeSpacing": 18,
        "padding": 8,
        "wrappingWidth": 500,
        "subGraphTitleMargin": {"top": 0, "bottom": 28 if has_long_title else 8},
    }
    return f"%%{{init: {json.dumps({'flowchart': flowchart})}}}%%"


def _box(box: Box) -> str:
    """One line that defines a node."""
    start, end = _SHAPES.get(box.node.kind, _ROUNDED)
    return f'{box.key}{start}"`{_LINE_BREAK.join(map(_text, box.lines))}`"{end}:::{_class(box.node.kind)}'


def _arrow(arrow: Arrow) -> str:
    label = f'|"`{_text(arrow.label)}`"|' if arrow.label else ""
    return f"{arrow.source} -->{label} {arrow.target}"


def _class(kind: NodeKind) -> str:
    """A class that is no keyword."""
    return f"is_{kind.lower().replace(' ', '_')}"


def _text(text: str) -> str:
    """Plain text as a Markdown string of Mermaid, without the quotes around it.

    Mermaid 11 reads every label as Markdown once it has decoded it, other versions only Markdown strings; these are
    read alike by all. What Markdown minds is escaped as Markdown does it, what Mermaid and HTML mind is a number.
    """
    parted = _PARTED.sub(_NOTHING, text)
    return "".join(map(_character, _NOTHING + parted if _STARTS_BLOCK.match(parted) else parted))


def _character(character: str) -> str:
    if character.isalnum() or character in _PLAIN:
        return character
    return f"\\{character}" if character in _MARKDOWN else f"#{ord(character)};"
