"""What changes in a file, as git shows it, so that git apply takes it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_NO_BREAK = "\n\\ No newline at end of file\n"


def unified_diff(file: str, before: str, after: str) -> Iterator[str]:
    """The lines of a diff, each with its line break; none where nothing changes."""
    lines = difflib.unified_diff(
        _LINE.findall(before), _LINE.findall(after), fromfile=f"a/{file}", tofile=f"b/{file}"
    )
    for line in lines:
        yield line if line.endswith("\n") else line + _NO_BREAK
