"""How many of the requests that could come a policy lets in: none, some, or all of them.

`evaluate` answers for one request; this answers for every one that a caller could send to one place. Where nothing
can be told without the request itself, the answer is `Extent.SOME`.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from lattice_events.network.policy.facts import Facts
from lattice_events.network.policy.keys import is_played
from lattice_events.network.policy.operators import OPERATORS
from lattice_events.network.policy.patterns import compile_pattern, literal_start, variables_of
from lattice_events.network.policy.statements import Condition, Element, Policy, Statement

_PATH_KEY = "vpc-lattice-svcs:requestpath"


class Extent(IntEnum):
    """How many of some requests; ``SOME`` is also what cannot be told."""

    NONE = 0
    SOME = 1
    ALL = 2


class Requests(NamedTuple):
    """The requests that are asked about.

    Attributes:
        facts: What they have in common; those of `open_keys` do not count.
        has_open_path: Whether the path of `facts` is only what their paths begin with.
        open_keys: Condition keys, in lower case and without the name behind a slash, that each may have its own values of.
    """

    facts: Facts
    has_open_path: bool
    open_keys: frozenset[str]

    def is_fixed(self, key: str) -> bool:
        """Whether all of them have the same values of a condition key."""
        key = key.lower()
        if key == _PATH_KEY and self.has_open_path:
            return False
        return is_played(key) and key.partition("/")[0] not in self.open_keys


def extent_of(policy: Policy, requests: Requests) -> Extent:
    """How many of the requests a policy allows; it is at least as many as `evaluate` finds."""
    denied = _most(requests, policy.statements, "Deny")
    if denied is Extent.ALL:
        return Extent.NONE
    allowed = _most(requests, policy.statements, "Allow")
    return min(allowed, Extent.SOME) if denied else allowed


def statement_extent(statement: Statement, requests: Requests) -> Extent:
    """How many of the requests a statement is about."""
    facts = requests.facts
    if not (statement.names_caller(facts) and statement.names_action(facts)):
        return Extent.NONE
    conditions = (_condition_extent(each, requests) for each in statement.conditions)
    return min((_resource_extent(statement.resource, requests), *conditions))


def _most(requests: Requests, statements: Iterable[Statement], effect: str) -> Extent:
    extents = (statement_extent(each, requests) for each in statements if each.effect == effect)
    return max(extents, default=Extent.NONE)


def _resource_extent(resource: Element | None, requests: Requests) -> Extent:
    if resource is None:
        return Extent.ALL
    facts, is_open = requests.facts, requests.has_open_path
    extents = [_pattern_extent(each, facts.resource, requests, is_open=is_open) for each in resource.values]
    return _negated(max(extents, default=Extent.NONE), is_negated=resource.is_negated)


def _condition_extent(condition: Condition, requests: Requests) -> Extent:
    """Exact for what all of the requests have in common; paths are compared by how they begin."""
    variables = (key for value in condition.values for key in variables_of(value))
    if all(map(requests.is_fixed, (condition.key, *variables))):
        return Extent.ALL if condition.holds(requests.facts) else Extent.NONE
    plain = condition.operator.replace("Not", "")
    if condition.key.lower() != _PATH_KEY or condition.set_operator or plain != "StringLike":
        return Extent.SOME
    extents = [
        _pattern_extent(value, requests.facts.path, requests, is_open=True) for value in condition.values
    ]
    return _negated(max(extents, default=Extent.NONE), is_negated=OPERATORS[condition.operator].is_negated)


def _negated(extent: Extent, *, is_negated: bool) -> Extent:
    return Extent(Extent.ALL - extent) if is_negated else extent


def _pattern_extent(pattern: str, start: str, requests: Requests, *, is_open: bool) -> Extent:
    """How many of the texts that begin so, or of the one that is so, a pattern matches."""
    if not all(map(requests.is_fixed, variables_of(pattern))) or (is_open and "${" in pattern):
        return Extent.SOME
    if not is_open:
        return Extent.ALL if compile_pattern(pattern)(start, requests.facts.values) else Extent.NONE
    literal = literal_start(pattern)
    if not (literal.startswith(start) or start.startswith(literal)):
        return Extent.NONE  # most end here
    rests = [pattern[position:] for position in _positions(pattern, start)]
    if any(rest and not rest.strip("*") for rest in rests):
        return Extent.ALL
    return Extent.SOME if rests else Extent.NONE


def _positions(pattern: str, text: str) -> set[int]:
    """Where in a pattern one may be when the text has been read."""
    positions = {0}
    for character in text:
        reached = _past_stars(pattern, positions)
        positions = {
            position if pattern[position] == "*" else position + 1
            for position in reached
            if pattern[position : position + 1] in ("*", "?", character)
        }
    return _past_stars(pattern, positions)


def _past_stars(pattern: str, positions: Iterable[int]) -> set[int]:
    """The positions, and those behind stars that match nothing."""
    reached = set()
    for position in positions:
        reached.add(position)
        while pattern[position : position + 1] == "*":
            position += 1  # noqa: PLW2901 - on to what stands behind the stars
            reached.add(position)
    return reached
