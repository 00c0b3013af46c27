"""The parts of what rules match: paths and headers, each with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.types import RULE
from lattice_events.definitions.values import Resource

HTTP = ("Match", "HttpMatch")
PATH = (*HTTP, "PathMatch")
HEADERS = (*HTTP, "HeaderMatches")
KINDS = {"PathMatch": ("Exact", "Prefix"), "HeaderMatch": ("Exact", "Prefix", "Contains")}


class TextMatch(NamedTuple):
    """A path match or a header match of a rule: its key path, and what stands there."""

    rule: Resource
    path: tuple[str | int, ...]
    value: dict[str, Any]
    shape: str  # of KINDS

    @property
    def kinds(self) -> list[str]:
        """The kinds of comparison that it says."""
        match = self.value.get("Match")
        return [kind for kind in KINDS[self.shape] if isinstance(match, dict) and match.get(kind) is not None]


def text_matches(definitions: Definitions) -> Iterator[TextMatch]:
    """Every path match and header match, as far as it is known."""
    for rule in definitions.of_type(RULE):
        path = rule.get(*PATH)
        if isinstance(path, dict):
            yield TextMatch(rule, PATH, path, "PathMatch")
        headers = rule.get(*HEADERS)
        for index, header in enumerate(headers if isinstance(headers, list) else ()):
            if isinstance(header, dict):
                yield TextMatch(rule, (*HEADERS, index), header, "HeaderMatch")
