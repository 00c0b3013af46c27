"""What texts of requests look like, and whether a pattern of a policy can match one at all.

A shape has a piece for each character: which characters may stand there, and whether any number of them may. A pattern
with wildcards and a shape have a text in common if both can be walked through at once.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from lattice_events.network.policy import variables_of

DIGITS = frozenset(string.digits)
LOWER = frozenset(string.ascii_lowercase + string.digits + "-")
WORD = frozenset(string.ascii_letters + string.digits + "-")
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


class Piece(NamedTuple):
    """Which characters may stand at a place, ``None`` for any; and whether any number of them may."""

    characters: frozenset[str] | None
    is_repeated: bool = False


Shape = Sequence[Piece]
ANYTHING: Shape = (Piece(None, is_repeated=True),)


def text(value: str) -> Shape:
    """Exactly these characters."""
    return [Piece(frozenset(each)) for each in value]


def some(characters: frozenset[str], count: int = 1) -> Shape:
    """So many of some characters."""
    return [Piece(characters)] * count


def many(characters: frozenset[str]) -> Shape:
    """One or more of some characters."""
    return [Piece(characters), Piece(characters, is_repeated=True)]


def arn(service: str, resource: Shape, *, region: bool = True) -> Shape:
    """An ARN of a service, of any account."""
    regions = many(LOWER) if region else ()
    return [
        *text("arn:"), *many(LOWER), *text(f":{service}:"), *regions, *text(":"), *some(DIGITS, 12), *text(":"), *resource
    ]  # fmt: skip


@cache
def service_resource(service_id: str = "") -> Shape:
    """What ``Resource`` is compared with: the ARN of a service and a path; of one service, if its id is given."""
    name = text(service_id) if service_id else [*text("svc-"), *many(WORD)]
    return arn("vpc-lattice", [*text("service/"), *name, *text("/"), *ANYTHING])


def can_match(
    pattern: str,
    shape: Shape,
    *,
    is_literal: bool = False,
    ignore_case: bool = False,
    has_variables: bool = True,
) -> bool:
    """Whether there is a text of a shape that a pattern matches.

    Args:
        pattern: Of a policy; a policy variable in it may be anything.
        shape: Of the texts.
        is_literal: Whether ``*`` and ``?`` are themselves, as for StringEquals.
        ignore_case: As some operators do.
        has_variables: Whether ``${key}`` is a variable, which depends on the version of the policy.
    """
    pieces = list(_pieces(pattern, is_literal=is_literal, has_variables=has_variables))
    end, seen, waiting = (len(pieces), len(shape)), set(), [(0, 0)]
    while waiting:
        at = waiting.pop()
        if at == end:
            return True
        if at not in seen:
            seen.add(at)
            waiting += _steps(pieces, shape, at, ignore_case)
    return False


def _steps(ours: Shape, theirs: Shape, at: tuple[int, int], ignore_case: bool) -> Iterator[tuple[int, int]]:
    """Where both can be next: past what may be there no times, or past a character that both have."""
    left, right = at
    mine = ours[left] if left < len(ours) else None
    other = theirs[right] if right < len(theirs) else None
    if mine and mine.is_repeated:
        yield left + 1, right
    if other and other.is_repeated:
        yield left, right + 1
    if mine and other and _meet(mine.characters, other.characters, ignore_case):
        yield left + (not mine.is_repeated), right + (not other.is_repeated)


def _meet(ours: frozenset[str] | None, theirs: frozenset[str] | None, ignore_case: bool) -> bool:
    if ours is None or theirs is None:
        return True
    if ignore_case:
        return not {each.lower() for each in ours}.isdisjoint(each.lower() for each in theirs)
    return not ours.isdisjoint(theirs)


def _pieces(pattern: str, *, is_literal: bool, has_variables: bool) -> Iterator[Piece]:
    """A pattern as a shape of its own."""
    end = 0
    for match in _VARIABLE.finditer(pattern) if has_variables else ():
        yield from _plain(pattern[end : match.start()], is_literal=is_literal)
        # ${*}, ${?} and ${$} are those characters; all others stand for the value of a key.
        yield from ANYTHING if variables_of(match[0]) else text(match[1].strip())
        end = match.end()
    yield from _plain(pattern[end:], is_literal=is_literal)


def _plain(part: str, *, is_literal: bool) -> Iterable[Piece]:
    if is_literal:
        return text(part)
    wildcards = {"*": Piece(None, is_repeated=True), "?": Piece(None)}
    return [wildcards.get(each) or Piece(frozenset(each)) for each in part]
