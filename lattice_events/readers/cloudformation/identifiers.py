"""References between resources of VPC Lattice: by ARN or id, to this template's or another source's."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.readers.cloudformation.reading import Reading
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import Kind, Reference
from lattice_events.readers.common.properties import WrongPropertyError

_WORDS: Mapping[Kind, str] = {"service": "service", "listener": "listener", "targetgroup": "target group"}
_IDS: Mapping[Kind, str] = {"service": "svc", "listener": "listener", "targetgroup": "tg"}
_GIVEN = re.compile("[a-z0-9-]{1,128}")  # a name, or an id that need not be as long as AWS's


def find_parent(
    reading: Reading, name: str, key: str, kind: Kind, known: Mapping[str, str]
) -> str | Reference:
    """The ARN of the service of a listener or the listener of a rule; a reference, if another source must have it.

    Raises:
        WrongPropertyError: It is not given, or names nothing.
        UnknownValueError: It cannot be known.
    """
    text = reading.template.text(name, key)
    if text is None:
        raise WrongPropertyError(f"{key} is missing, so {name} has no {_WORDS[kind]}.", ())
    if text in known:
        return known[text]
    path: Path = ("Resources", name, "Properties", key)
    if not _may_be(reading, kind, text, path):
        message = f"{key} of {name} is not a {_WORDS[kind]} of this template: {text}."
        raise WrongPropertyError(message, (key,))
    return _reference(reading, kind, text, path)


def find_group(reading: Reading, name: str, identifier: Any, path: Path, names: list[str]) -> str:
    """The ARN of the target group that an action of a resource names, as far as this template knows it.

    Raises:
        WrongPropertyError: It names nothing.
    """
    known = reading.target_groups
    if isinstance(identifier, str) and identifier in known:
        return known[identifier]
    place: Path = ("Resources", name, "Properties", *path)
    if not isinstance(identifier, str) or not _may_be(reading, "targetgroup", identifier, place):
        hint = did_you_mean(str(identifier), names) or " Write !Ref and its logical id."
        message = f"TargetGroupIdentifier is not a target group of this template: {identifier}.{hint}"
        raise WrongPropertyError(message, path)
    reading.fragment.imported_target_groups.append(_reference(reading, "targetgroup", identifier, place))
    return identifier


def _reference(reading: Reading, kind: Kind, text: str, path: Path) -> Reference:
    """What another source must define."""
    origin, answer = reading.template.locate(path), reading.answer(path)
    return Reference(text=text, origin=origin, kinds=(kind,), answer=answer)


def _may_be(reading: Reading, kind: Kind, text: str, path: Path) -> bool:
    """Whether a text may name something of another source: by ARN or id, or by name where the user gave it."""
    if text.startswith("arn:"):
        return re.fullmatch(rf"arn:[^:]+:vpc-lattice:[^:]*:[^:]*:(.+/)?{kind}/[^/]+", text) is not None
    if re.fullmatch(f"{_IDS[kind]}-[0-9a-z]{{17}}", text):
        return True
    return reading.template.written(path) != text and _GIVEN.fullmatch(text) is not None
