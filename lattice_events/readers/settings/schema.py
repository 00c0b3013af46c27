"""The JSON Schema of settings, which editors complete with, and what it says is wrong with some.

The words for a mistake stand in the schema, as ``errorMessage``, where editors read them, too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.readers.common.documents import Path

NAMED = {"targets": "target", "callers": "caller", "assumptions": "assumption", "faults": "fault"}
"""The settings that are mappings by name, and what each of their values is."""


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One thing that the schema does not allow, and where in the settings."""

    path: Path
    message: str


@cache
def schema_text() -> str:
    """The schema."""
    return files("lattice_events.readers.settings").joinpath("schema.json").read_text("utf-8")


def find_mistakes(
    value: Any, *, name: str, finer: Mapping[str, Callable[[str], str | None]]
) -> list[Mistake]:
    """Everything in settings that the schema does not allow.

    Args:
        value: The settings.
        name: How to call them in messages; empty for a file of their own.
        finer: By name of a property: says better than the schema what a text must be.
    """
    if value == {}:
        return []  # most often so, and jsonschema takes longer to import than a network to start
    found: dict[Mistake, None] = {}
    for error in _validator().iter_errors(value):
        if "propertyNames" in error.absolute_schema_path:
            continue  # whoever reads what has the name says it, and where that stands
        path = tuple(error.absolute_path)
        if error.validator == "additionalProperties":
            found |= dict.fromkeys(_unknown(path, error, name))
            continue
        words = (
            finer[path[-1]](error.instance) if error.validator == "pattern" and path[-1] in finer else None
        )
        words = words or error.schema["errorMessage"] + _not(error.instance)
        found[Mistake(path=path, message=f"{_label(path, name)} {words}.")] = None
    return list(found)


@cache
def _validator() -> Any:
    from jsonschema import Draft202012Validator, validators

    def pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[Any]:
        """As ECMAScript reads it: the end is not before a line's end."""
        from jsonschema import ValidationError

        if isinstance(text, str) and not re.fullmatch(pattern, text):
            yield ValidationError("")

    kind = validators.extend(Draft202012Validator, {"pattern": pattern})  # type: ignore[no-untyped-call]  # its stubs lack it
    return kind(json.loads(schema_text()))


def _unknown(path: Path, error: Any, name: str) -> Iterator[Mistake]:
    """The keys that a mapping must not have."""
    known: Sequence[str] = list(error.schema["properties"])
    for key in error.instance:
        if key not in known:
            hint = did_you_mean(str(key), known)
            yield Mistake(path=(*path, key), message=f"{_owner(path, name)} {key}.{hint}")


def _owner(path: Path, name: str) -> str:
    if path and path[0] == "assumptions":
        return "There is no assumption"
    if path:
        return f"A {NAMED[str(path[0])]} has no setting"
    return f"{name} has no setting" if name else "There is no setting"


def _label(path: Path, name: str) -> str:
    """How to call what stands at a path."""
    if not path:
        return name or "A file of settings"
    kind = NAMED.get(str(path[0]))
    if kind is None or len(path) == 1:
        return str(path[0])
    if kind == "assumption":
        return str(path[1])
    words = [str(each) for each in path[2:] if not isinstance(each, int)]
    return f"The {words[0]} of the {kind} {path[1]}" if words else f"The {kind} {path[1]}"


def _not(value: Any) -> str:
    """What was given, where that is short and no URL with a password."""
    is_secret = isinstance(value, str) and "://" in value and "@" in value
    return f", not {value!r}" if isinstance(value, (str, int, float)) and not is_secret else ""
