"""Colours of what commands print by click."""

from __future__ import annotations

import os

import click


def obey_no_color() -> None:
    """Print no colours with ``NO_COLOR``; click by itself looks at the terminal alone."""
    if os.environ.get("NO_COLOR"):
        click.get_current_context().color = False
