"""Edits of texts, by the name of a key."""

from __future__ import annotations

import re
from typing import Any

from lattice_events.checks.rule import Edit


def edit_of(text: str, name: str, value: Any, inside: str | int = "", *, nth: int = 0) -> Edit:
    """An edit of the nth key of a name, in quotation marks or not."""
    start = list(re.finditer(rf'(?<![\w"-])"?{re.escape(name)}"?\s*(?=:)', text))[nth].start()
    line, column = text.count("\n", 0, start) + 1, start - text.rfind("\n", 0, start)
    return Edit(place=f"template.yaml:{line}:{column}", name=name, value=value, inside=inside)
