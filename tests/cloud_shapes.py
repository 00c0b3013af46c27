"""Values that fit the shapes of botocore's model of VPC Lattice: the least, and everything."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from re import _constants as op  # type: ignore[attr-defined]  # Python's reading of a pattern is not public
from re import _parser  # type: ignore[attr-defined]  # likewise
from typing import Any

from botocore.model import Shape, StructureShape

from lattice_events.cloud.model.service import service

OPERATIONS = tuple(service().operation_names)
MOST_CHARACTERS = 300  # of a text whose shape allows more
MOST_ALTERNATIVES = 5  # of a union or an enumeration
CHARACTERS = 'aé日 /%+&="\\'  # of a text without a pattern


Given = Mapping[str, Any]
"""Values by the name of their shape, in place of those that are made up."""


@dataclass(frozen=True, kw_only=True)
class Making:
    """How a value is made.

    Attributes:
        is_full: Whether it has the members that are not required.
        pick: Which member of a union, which value of an enumeration, which branch of a pattern.
        given: Values that are due.
    """

    is_full: bool
    pick: int = 0
    given: Given = field(default_factory=dict)


LEAST = Making(is_full=False)
FULL = Making(is_full=True)


def inputs(operation: str, *, given: Given | None = None) -> Iterator[dict[str, Any]]:
    """Inputs of an operation: the least first, then full ones that differ where there are alternatives."""
    shape = service().operation_model(operation).input_shape
    full = [Making(is_full=True, pick=pick, given=given or {}) for pick in range(MOST_ALTERNATIVES)]
    values = [made(shape, how) for how in (Making(is_full=False, given=given or {}), *full)]
    yield from (value for index, value in enumerate(values) if value not in values[:index])


def made(shape: Shape, how: Making) -> Any:
    """A value that fits a shape."""
    if shape.name in how.given:
        return how.given[shape.name]
    makers: Mapping[str, Callable[[Any], Any]] = {
        "structure": lambda of: {name: made(of.members[name], how) for name in _names(of, how)},
        "list": lambda of: [made(of.member, how)],  # an empty one in a query string is none
        "map": lambda of: {made(of.key, how): made(of.value, how)} if how.is_full else {},
        "string": lambda of: _text(of, how),
        "integer": lambda of: of.metadata.get("max" if how.is_full else "min", 7),
        "long": lambda _: 2**40,
        "boolean": lambda _: how.is_full,
        "timestamp": lambda _: "2026-11-26T22:12:00+00:00",
    }
    return makers[shape.type_name](shape)


def _names(shape: StructureShape, how: Making) -> list[str]:
    if shape.is_tagged_union:
        names = list(shape.members)
        return [names[how.pick % len(names)]]
    return list(shape.members) if how.is_full else list(shape.required_members)


def _text(shape: Shape, how: Making) -> str:
    if shape.enum:
        return str(shape.enum[how.pick % len(shape.enum)])
    low, high = shape.metadata.get("min", 1), shape.metadata.get("max", 20)
    pattern = shape.metadata.get("pattern")
    if pattern is None:
        length = min(high, MOST_CHARACTERS) if how.is_full else max(low, 1)
        return "".join(itertools.islice(itertools.cycle(CHARACTERS), length))
    texts = (_matching(_parser.parse(pattern), pick=how.pick, more=more) for more in itertools.count())
    return next(text for text in texts if re.fullmatch(pattern, text) and low <= len(text) <= high)


def _matching(tree: Any, *, pick: int, more: int) -> str:
    return "".join(_piece(kind, detail, pick=pick, more=more) for kind, detail in tree)


def _piece(kind: Any, detail: Any, *, pick: int, more: int) -> str:
    match kind:
        case op.IN:
            return _member(detail)
        case op.SUBPATTERN:
            return _matching(detail[-1], pick=pick, more=more)
        case op.BRANCH:
            return _matching(detail[1][pick % len(detail[1])], pick=pick, more=more)
        case op.MAX_REPEAT | op.MIN_REPEAT:
            fewest, most, repeated = detail
            times: int = min(fewest + more, most)
            return _matching(repeated, pick=pick, more=more) * times
        case op.LITERAL:
            return chr(detail)
        case op.ANY | op.NOT_LITERAL:
            return "a"
        case _:
            return ""  # anchors and assertions: the whole text is matched in the end


def _member(members: Any) -> str:
    kind, detail = members[0]
    codes = {op.RANGE: lambda: detail[0], op.LITERAL: lambda: detail}
    return chr(codes.get(kind, lambda: ord("0"))())  # of a category: \d
