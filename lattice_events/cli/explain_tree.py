"""A described decision as a tree on the terminal."""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text
from rich.tree import Tree

from lattice_events.cli.lines import plain
from lattice_events.network.steps import Step, Style, steps_of

_NO_WRAP = 100_000
_STYLES: Mapping[Style, str] = {
    "": "",
    "name": "cyan",
    "good": "green",
    "bad": "red",
    "warning": "yellow",
    "quiet": "dim",
    "strong": "bold",
}


def print_tree(title: str, described: dict[str, Any]) -> None:
    """Print every step of a decision, the outcome last."""
    # A terminal wraps; in a file or a pipe each step is a line, however long.
    width = None if sys.stdout.isatty() else _NO_WRAP
    Console(highlight=False, width=width).print(_tree(title, steps_of(described)))


def tree_text(title: str, described: dict[str, Any]) -> str:
    """The same without colours, and without what a target was sent, which may be long."""
    steps = steps_of(described)
    if described["sent"]:
        steps[-1] = steps[-1]._replace(steps=())
    written = io.StringIO()
    Console(file=written, color_system=None, highlight=False, width=_NO_WRAP).print(_tree(title, steps))
    return written.getvalue()


def _tree(title: str, steps: Sequence[Step]) -> Tree:
    tree = Tree(Text(plain(title), style="bold"), highlight=False)
    _add(tree, steps)
    return tree


def _add(tree: Tree, steps: Sequence[Step]) -> None:
    for step in steps:
        branch = tree.add(Text.assemble(*((plain(part.text), _STYLES[part.style]) for part in step.parts)))
        if step.text:
            branch.add(Text("\n".join(map(plain, step.text.split("\n")))))
        _add(branch, step.steps)
