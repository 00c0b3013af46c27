"""Values that the user gave for secrets: they must not be printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from lattice_events.readers.cloudformation.dynamic_references import fields, is_secret
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.fragment import Fragment
from lattice_events.readers.common.sources import ReadOptions


def secret_values(options: ReadOptions, templates: Iterable[Mapping[str, Any]]) -> set[str]:
    """Values of secrets, and of parameters with ``NoEcho``."""
    found = {value for key, text in options.variables.items() if is_secret(key) for value in fields(text)}
    for template in templates:
        found.update(options.params[name] for name in _unshown(template) if name in options.params)
    return found - {""}


def hide(fragment: Fragment, secrets: set[str]) -> None:
    """Take the values of secrets out of what will be printed, and name them to who adds more."""
    fragment.secrets += secrets
    fragment.notes[:] = map(fragment.hidden, fragment.notes)
    fragment.problems[:] = [each.saying(fragment.hidden(each.message)) for each in fragment.problems]


def _unshown(template: Mapping[str, Any]) -> Iterator[str]:
    """The parameters of a template whose values CloudFormation does not show."""
    for name, declared in mapping(template.get("Parameters")).items():
        if str(mapping(declared).get("NoEcho")).lower() == "true":
            yield str(name)
