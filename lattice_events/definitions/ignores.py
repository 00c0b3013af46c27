"""What users write so that a finding is not told, with its reason: in a comment, in ``Metadata``, in settings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lattice_events.definitions.values import Path

_WORDS = re.compile(r"\s*([\w-]+(?:\s*,\s*[\w-]+)*)?\s*(.*)", re.DOTALL)


@dataclass(frozen=True)
class OnLine:
    """The findings of one line of the file in which the ignore stands."""

    line: int


@dataclass(frozen=True)
class InResource:
    """The findings of one resource."""

    stack: str
    name: str


@dataclass(frozen=True)
class InFile:
    """The findings of the file in which the ignore stands."""


@dataclass(frozen=True)
class InFolder:
    """The findings of the files of a folder, and of the folders in it; absolute."""

    folder: str


Scope = OnLine | InResource | InFile | InFolder


@dataclass(frozen=True, kw_only=True)
class Ignore:
    """One rule that is not to be told somewhere.

    Attributes:
        rule: Its code or its name, as it was written; empty where there is none.
        reason: Why; empty where none is given.
        place: ``file:line:column`` of what was written.
        scope: Of which findings it speaks.
    """

    rule: str
    reason: str
    place: str
    scope: Scope


def read_ignore(text: str) -> tuple[list[str], str]:
    """The rules and the reason of ``LTC001, LTC105: reason``; what follows without a colon is no reason."""
    match = _WORDS.fullmatch(text)
    assert match is not None  # every part of the pattern may be missing
    rules = re.split(r"\s*,\s*", match[1]) if match[1] else [""]
    colon, reason = match[2][:1], match[2][1:].strip()
    return rules, reason if colon == ":" else ""


def read_ignores(value: Any) -> Iterator[tuple[Path, str, str]]:
    """The key path, rule and reason of each item of an ``ignore``: a mapping, a list of mappings, or of texts."""
    if value is None:
        return
    for path, rules, reason in _items(value, ()):
        for rule in read_ignore(rules)[0]:
            yield path, rule, reason


def _items(value: Any, path: Path) -> Iterator[tuple[Path, str, str]]:
    if isinstance(value, dict):
        for key, reason in value.items():
            yield (*path, key), str(key), reason.strip() if isinstance(reason, str) else ""
    elif isinstance(value, list) and not path:
        for index, item in enumerate(value):
            yield from _items(item, (index,))
    else:
        rules, colon, reason = str(value).partition(":")
        yield path, rules, reason.strip() if colon else ""
