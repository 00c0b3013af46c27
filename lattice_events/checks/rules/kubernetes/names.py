"""Names that are likely a slip for another, or stand in the wrong namespace."""

from __future__ import annotations

import difflib
import re

from lattice_events.definitions.collection import Definitions

_CLOSE = 0.85


def meant_instead(definitions: Definitions, kind: str, namespace: str, name: str) -> str:
    """What a reference to an object that is not given likely means, in words; empty if that may well be elsewhere.

    Only a slip of the hand counts: neither ``web-v1`` nor ``webs-v2`` is meant where ``web-v2`` is said.
    """
    given = definitions.of_kind(kind)
    elsewhere = [each.namespace for each in given if each.name == name]
    if "{" in name + namespace:  # a placeholder
        return ""
    if elsewhere:
        return f"{kind} {name} is in namespace {' and '.join(elsewhere)}, not in {namespace}"
    beside = [
        each.name for each in given if each.namespace == namespace and _letters(each.name) != _letters(name)
    ]
    close = difflib.get_close_matches(name, beside, n=1, cutoff=_CLOSE)
    return f"there is no {kind} {name}, but {close[0]}" if close else ""


def _letters(name: str) -> str:
    """A name without what tells versions and numbers from each other."""
    return re.sub(r"[0-9]|s\b", "", name)
