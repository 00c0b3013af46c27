"""What the Serverless CLI could not know: placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from lattice_events.readers.common.documents import Path

_PLACEHOLDER = re.compile(r"\{\{resolve:([^{}]*)\}\}")


def placeholder(name: str) -> str:
    """What stands for the value of a ``KIND:NAME``."""
    return f"{{{{resolve:{name}}}}}"


def find_unknown(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    """Every ``KIND:NAME`` that a value waits for, with its key path.

    Args:
        value: Of the configuration.
        path: Its key path.
    """
    if isinstance(value, str):
        for match in _PLACEHOLDER.finditer(value):
            yield path, match[1]
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from find_unknown(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from find_unknown(item, (*path, index))
