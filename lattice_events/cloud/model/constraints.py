"""What a value must be to fit a shape of the model: types, lengths, ranges, patterns, enumerations, unions."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import ListShape, MapShape, Shape, StringShape, StructureShape

_LINE_TERMINATORS = dict.fromkeys(map(ord, "\r\u0085\u2028\u2029"), "\n")  # Python has a dot match them


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Why a value does not fit its shape.

    Attributes:
        path: Of the value: ``defaultAction.forward.targetGroups[0].weight``; empty is the whole.
        value: As it was given.
        text: What it must be.
        is_readable: Whether the value is of the right type, and only its content is wrong.
    """

    path: str
    value: Any
    text: str
    is_readable: bool = True


def problems(shape: Shape, value: Any, *, path: str = "") -> Iterator[Problem]:
    """Everything that is wrong with a value; a member of a structure that is None is absent."""
    yield from _BY_TYPE[shape.type_name](shape, value, path)


def _unreadable(path: str, value: Any, due: str) -> Problem:
    return Problem(path=path, value=value, text=f"Member must be {due}", is_readable=False)


def _structure_problems(shape: StructureShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _unreadable(path, value, "an object")
        return
    given = {name: item for name, item in value.items() if item is not None}
    if shape.is_tagged_union and len(given) != 1:
        yield _unreadable(path, value, f"an object with exactly one of {', '.join(shape.members)}")
    for name in shape.required_members:
        if name not in given:
            yield Problem(path=_joined(path, name), value=None, text="Member must not be null")
    for name, item in given.items():
        if name in shape.members:
            yield from problems(shape.members[name], item, path=_joined(path, name))
        else:
            yield _unreadable(_joined(path, str(name)), item, f"one of {', '.join(shape.members) or 'none'}")


def _list_problems(shape: ListShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, list | tuple):
        yield _unreadable(path, value, "a list")
        return
    yield from _length_problems(shape, value, path)
    for index, item in enumerate(value):
        yield from problems(shape.member, item, path=f"{path}[{index}]")


def _map_problems(shape: MapShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, Mapping):
        yield _unreadable(path, value, "an object")
        return
    yield from _length_problems(shape, value, path)
    for key, item in value.items():
        yield from problems(shape.key, key, path=path)
        yield from problems(shape.value, item, path=_joined(path, str(key)))


def _string_problems(shape: StringShape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, str):
        yield _unreadable(path, value, "a text")
        return
    if shape.enum and value not in shape.enum:
        text = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Problem(path=path, value=value, text=text)
    yield from _length_problems(shape, value, path)
    pattern = shape.metadata.get("pattern")
    # A text that is far too long is not searched: a pattern may take long with it.
    if pattern and len(value) <= shape.metadata.get("max", len(value)) and not _fits(pattern, value):
        text = f"Member must satisfy regular expression pattern: {pattern}"
        yield Problem(path=path, value=value, text=text)


def _fits(pattern: str, value: str) -> bool:
    r"""Whether a whole text has a pattern of Java: ``\d`` is 0 to 9 only, a dot is no line terminator at all."""
    return re.fullmatch(pattern, value.translate(_LINE_TERMINATORS), re.ASCII) is not None


def _integer_problems(shape: Shape, value: Any, path: str) -> Iterator[Problem]:
    bits = 63 if shape.type_name == "long" else 31
    if type(value) is not int or not -(2**bits) <= value < 2**bits:
        yield _unreadable(path, value, f"a whole number of {bits + 1} bits")
        return
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and value < least:
        yield Problem(path=path, value=value, text=f"Member must have value greater than or equal to {least}")
    if most is not None and value > most:
        yield Problem(path=path, value=value, text=f"Member must have value less than or equal to {most}")


def _boolean_problems(_: Shape, value: Any, path: str) -> Iterator[Problem]:
    if not isinstance(value, bool):
        yield _unreadable(path, value, "true or false")


def _timestamp_problems(_: Shape, value: Any, path: str) -> Iterator[Problem]:
    try:
        datetime.fromisoformat(value)
    except (TypeError, ValueError):
        yield _unreadable(path, value, "a time of ISO 8601")


def _length_problems(shape: Shape, value: Any, path: str) -> Iterator[Problem]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and len(value) < least:
        yield Problem(
            path=path, value=value, text=f"Member must have length greater than or equal to {least}"
        )
    if most is not None and len(value) > most:
        yield Problem(path=path, value=value, text=f"Member must have length less than or equal to {most}")


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


_BY_TYPE: Mapping[str, Callable[[Any, Any, str], Iterator[Problem]]] = {
    "structure": _structure_problems,
    "list": _list_problems,
    "map": _map_problems,
    "string": _string_problems,
    "integer": _integer_problems,
    "long": _integer_problems,
    "boolean": _boolean_problems,
    "timestamp": _timestamp_problems,
}
