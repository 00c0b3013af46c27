"""Placeholders in manifests: what ``envsubst`` or a script replaces before ``kubectl apply``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

_PLACEHOLDER = re.compile(r"\$\{(\w+)\}|\{\{ *(\w+) *\}\}", re.ASCII)


def filled(value: Any, params: Mapping[str, str]) -> Any:
    """A value with every placeholder in its texts that a parameter has a value for."""
    match value:
        case str():
            return _PLACEHOLDER.sub(lambda found: params.get(_name(found), found[0]), value)
        case dict():
            return {filled(key, params): filled(each, params) for key, each in value.items()}
        case list():
            return [filled(each, params) for each in value]
        case _:
            return value


def without_placeholders(name: str) -> str:
    """A name as it could be once its placeholders are replaced."""
    return _PLACEHOLDER.sub("x", name)


def placeholder_notes(name: str) -> Iterator[str]:
    """What to say of the placeholders that are still in a name."""
    for found in _PLACEHOLDER.finditer(name):
        yield f"The placeholder {found[0]} stays in names as it is; --param {_name(found)}=VALUE replaces it."


def _name(found: re.Match[str]) -> str:
    return found[1] or found[2]
