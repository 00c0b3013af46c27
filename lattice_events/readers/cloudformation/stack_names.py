"""Names of stacks that nobody named: made of the paths of their templates, whatever order they are given in."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import PurePath

_LONGEST = 24  # so that a name that is made of it is not too long either: a service's has 40


def made_up_stack_names(origins: Iterable[str]) -> dict[str, str]:
    """A stack's name for each template: its file's, with as few of its folders as tell it from the others.

    Args:
        origins: How the user calls the files.
    """
    parts = {origin: _parts(origin) for origin in origins}
    names = {origin: each[-1:] for origin, each in parts.items()}
    for origin, each in parts.items():
        others = [other for other in parts.values() if other != each and other[-1:] == each[-1:]]
        if others:
            names[origin] = _distinct(each, others)
    joined = {origin: "-".join(each) for origin, each in names.items()}
    counts = Counter(joined.values())
    return {
        origin: name if len(name) <= _LONGEST and counts[name] == 1 else _hashed(name, origin)
        for origin, name in joined.items()
    }


def _parts(origin: str) -> tuple[str, ...]:
    """A path's parts, as a stack's name may have them."""
    path = PurePath(origin)
    parts = (*path.parts[:-1], path.name.partition(".")[0] or "stack")
    named = (re.sub(r"[^a-z0-9]+", "-", part.lower()).strip("-") for part in parts)
    return tuple(part for part in named if part) or ("stack",)


def _distinct(parts: tuple[str, ...], others: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """The file's name after the nearest folder that no other file of that name lies in, if there is one."""
    elsewhere = {part for other in others for part in other[:-1]}
    folder = next((part for part in reversed(parts[:-1]) if part not in elsewhere), None)
    return parts if folder is None else (folder, parts[-1])


def _hashed(name: str, origin: str) -> str:
    """A name that is short enough for what is made of it, and no other file's."""
    return f"{name[: _LONGEST - 7].rstrip('-')}-{hashlib.sha256(origin.encode()).hexdigest()[:6]}"
