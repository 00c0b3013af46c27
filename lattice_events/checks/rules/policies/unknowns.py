"""Policy documents with parts that nobody here knows, as documents that allow whatever those may."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from lattice_events.definitions.values import Unknown

_ALLOWS_ALL = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
_NEGATED = {"NotPrincipal": "Principal", "NotAction": "Action", "NotResource": "Resource"}
_PLACEHOLDERS: Mapping[str, str] = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}


def has_unknown(value: Any) -> bool:
    """Whether a part of a value is unknown."""
    if isinstance(value, dict):
        return any(map(has_unknown, value.values()))
    if isinstance(value, list):
        return any(map(has_unknown, value))
    return isinstance(value, Unknown)


def widened(document: Mapping[str, Any], *, kind: str) -> dict[str, Any]:
    """A document whose Allows say at least what the real ones do; what a Deny says is for others to leave out."""
    known = {key: value for key, value in document.items() if not isinstance(value, Unknown)}
    if "Version" in document:
        known.setdefault("Version", "2012-10-17")
    if "Statement" in document:
        known["Statement"] = _each(document["Statement"], lambda value: _statement(value, kind))
    return known


def _each(value: Any, change: Callable[[Any], Any]) -> Any:
    return [change(each) for each in value] if isinstance(value, list) else change(value)


def _statement(statement: Any, kind: str) -> Any:
    if isinstance(statement, Unknown):
        return {key: value for key, value in _ALLOWS_ALL.items() if kind == "auth" or key != "Principal"}
    if not isinstance(statement, dict):
        return statement
    known: dict[str, Any] = {}
    for key, value in statement.items():
        if not has_unknown(value):
            known[key] = value
        elif key == "Condition":
            known[key] = _without_unknown(value)
        elif key in _NEGATED:
            known[_NEGATED[key]] = "*"
        elif key in _PLACEHOLDERS:
            known[key] = _filled(value, _PLACEHOLDERS[key])
    return known


def _filled(value: Any, placeholder: str) -> Any:
    if isinstance(value, Unknown):
        return placeholder
    if isinstance(value, dict):
        return {key: _filled(each, placeholder) for key, each in value.items()}
    return _each(value, lambda each: placeholder if isinstance(each, Unknown) else each)


def _without_unknown(conditions: Any) -> Any:
    """The conditions that are known; a key one of whose values is not may be met by anything."""
    if not isinstance(conditions, dict):
        return {}
    known: dict[str, Any] = {}
    for operator, keys in conditions.items():
        if isinstance(keys, dict):
            known[operator] = {key: value for key, value in keys.items() if not has_unknown(value)}
        elif not has_unknown(keys):
            known[operator] = keys
    return known
