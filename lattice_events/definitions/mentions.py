"""Which resources of its template a value mentions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

_IN_TEXT = re.compile(r"\$\{([^!}]+)\}")


class Mention(NamedTuple):
    """A name in an intrinsic: a logical id, a parameter or something else; without an attribute, of what ``Ref`` gives."""

    name: str
    attribute: str = ""


def mentions(value: Any) -> Iterator[Mention]:
    """What every ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub`` of a value names."""
    if isinstance(value, list):
        for item in value:
            yield from mentions(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _named(key, item)
            yield from mentions(item)


def _named(key: object, item: Any) -> Iterator[Mention]:
    """What an intrinsic itself names; what is nested in it is found on its own."""
    first = item[0] if isinstance(item, list) and item else item
    if not isinstance(first, str):
        return
    if key == "Ref":
        yield Mention(first)
    elif key == "Fn::GetAtt" and isinstance(item, list):  # the name may have dots where Terraform made it
        yield Mention(first, str(item[1]) if len(item) > 1 else "")
    elif key == "Fn::GetAtt":
        yield _split(first)
    elif key == "Fn::Sub":
        yield from map(_split, _IN_TEXT.findall(first))


def _split(text: str) -> Mention:
    name, _, attribute = text.partition(".")
    return Mention(name, attribute)
