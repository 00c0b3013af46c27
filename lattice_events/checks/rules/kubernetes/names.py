"""Names that are likely a slip for another, or stand in the wrong namespace."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lattice_events.definitions.collection import Definitions

_SHORTEST = 5  # shorter names are near each other by chance


class Names:
    """Says what references to objects that are not given likely mean."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._namespaces: dict[str, Mapping[str, list[str]]] = {}  # by kind and name
        self._slips: dict[str, Mapping[tuple[str, str], list[str]]] = {}  # by kind, namespace and slip

    def meant_instead(self, kind: str, namespace: str, name: str) -> str:
        """What a reference likely means, in words; empty if that may well be elsewhere.

        Only a slip of the hand counts: neither ``web-v1`` nor ``webs-v2`` is meant where ``web-v2`` is said.
        """
        if "{" in name + namespace:  # a placeholder
            return ""
        if kind not in self._slips:
            self._learn(kind)
        elsewhere = self._namespaces[kind].get(name)
        if elsewhere:
            return f"{kind} {name} is in namespace {' and '.join(elsewhere)}, not in {namespace}"
        near = [
            each
            for slip in _slips(name)
            for each in self._slips[kind].get((namespace, slip), ())
            if _letters(each) != _letters(name) and len(name) >= _SHORTEST
        ]
        return f"there is no {kind} {name}, but {min(near)}" if near else ""

    def _learn(self, kind: str) -> None:
        """Remember the objects of a kind."""
        namespaces: dict[str, list[str]] = {}
        slips: dict[tuple[str, str], list[str]] = {}
        for each in self._definitions.of_kind(kind):
            namespaces.setdefault(each.name, []).append(each.namespace)
            for slip in _slips(each.name):
                slips.setdefault((each.namespace, slip), []).append(each.name)
        self._namespaces[kind], self._slips[kind] = namespaces, slips


def _slips(name: str) -> set[str]:
    """A name, and what is left of it without each of its characters.

    Two names have one in common if one character was changed, missed, added or swapped with the next.
    """
    return {name, *(name[:index] + name[index + 1 :] for index in range(len(name)))}


def _letters(name: str) -> str:
    """A name without what tells versions and numbers from each other."""
    return re.sub(r"[0-9]|s\b", "", name)
