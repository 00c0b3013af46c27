"""The patterns of policy elements: wildcards and policy variables.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import NamedTuple

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_LITERALS = {"*": "*", "?": "?", "$": "$"}
_ESCAPED = "${$}{"  # a dollar sign and a brace that begin no variable
_SPECIAL = re.compile(r"[*?]|\$\{")
_WILDCARD = re.compile(r"[*?]")
_COLON = re.compile(r"\$\{[^{}]*\}|(:)")

Lookup = Callable[[str], Sequence[str]]


def variables_of(pattern: str) -> list[str]:
    """The keys that a pattern's policy variables name."""
    names = (match[1].strip() for match in _VARIABLE.finditer(pattern))
    return [_key_and_default(name)[0] for name in names if name not in _LITERALS]


def escape_variables(pattern: str) -> str:
    """The pattern with its policy variables as plain text."""
    return pattern.replace("${", _ESCAPED)


def unescape_variables(pattern: str) -> str:
    """What `escape_variables` was given."""
    return pattern.replace(_ESCAPED, "${")


def escape_pattern(text: str) -> str:
    """The pattern that a text matches, and no other text does."""
    return _WILDCARD.sub(r"${\g<0>}", escape_variables(text))


@lru_cache(maxsize=1024)
def split_arn(pattern: str) -> tuple[str, ...]:
    """The parts of an ARN, six at most; the colon of a policy variable divides nothing."""
    parts, start = [], 0
    for end in [match.start() for match in _COLON.finditer(pattern) if match[1]][:5]:
        parts.append(pattern[start:end])
        start = end + 1
    return (*parts, pattern[start:])


def matches_pattern(pattern: str, text: str, lookup: Lookup, *, ignore_case: bool = False) -> bool:
    """Whether a text matches a pattern; see `compile_pattern`."""
    return compile_pattern(pattern, ignore_case=ignore_case)(text, lookup)


def compile_pattern(pattern: str, *, ignore_case: bool = False) -> Callable[[str, Lookup], bool]:
    """What says whether a text matches a pattern with ``*``, ``?`` and ``${key}``.

    A variable is the value of a key, taken literally; ``${key, 'default'}`` has one to fall back
    on. A pattern whose variable has no value, or several, matches nothing.

    Args:
        pattern: Of the policy.
        ignore_case: As some operators do.

    Returns:
        A function of the text of a request and what looks up the values of a key.
    """
    if pattern == "*":
        return lambda _text, _lookup: True
    if "${" in pattern:
        return lambda text, lookup: _matches_expanded(_expand(pattern, lookup), text, ignore_case)
    if ignore_case or "?" in pattern:
        segments = _compile(((pattern, True),), ignore_case)
        return lambda text, _: _matches(segments, text)
    return _compile_plain(pattern)


def _compile_plain(pattern: str) -> Callable[[str, Lookup], bool]:
    """For a pattern that has stars only, whose parts are found without a regular expression."""
    first, *middle = pattern.split("*")
    if not middle:
        return lambda text, _: text == first
    last = middle.pop()

    def matches(text: str, _: Lookup) -> bool:
        if not text.startswith(first):
            return False
        position = len(first)
        for part in middle:
            found = text.find(part, position)
            if found < 0:
                return False
            position = found + len(part)
        return len(text) - len(last) >= position and text.endswith(last)

    return matches


def literal_start(pattern: str) -> str:
    """What every text that a pattern matches begins with."""
    return _SPECIAL.split(pattern, maxsplit=1)[0]


def compile_text(pattern: str) -> Callable[[Lookup], str | None]:
    """What gives the pattern as plain text; see `resolve_text`."""
    if "${" not in pattern:
        return lambda _: pattern
    return lambda lookup: resolve_text(pattern, lookup)


def resolve_text(pattern: str, lookup: Lookup) -> str | None:
    """The pattern as plain text, its variables replaced; ``None`` when one has no value."""
    parts = _expand(pattern, lookup)
    return None if parts is None else "".join(text for text, _ in parts)


def _expand(pattern: str, lookup: Lookup) -> tuple[tuple[str, bool], ...] | None:
    """Pieces of the pattern, each with whether its wildcards are ones."""
    pieces: list[tuple[str, bool]] = []
    position = 0
    for match in _VARIABLE.finditer(pattern):
        value = _value(match[1].strip(), lookup)
        if value is None:
            return None
        pieces += [(pattern[position : match.start()], True), (value, False)]
        position = match.end()
    return (*pieces, (pattern[position:], True))


def _value(variable: str, lookup: Lookup) -> str | None:
    """What a policy variable stands for."""
    if variable in _LITERALS:
        return _LITERALS[variable]
    key, default = _key_and_default(variable)
    values = lookup(key)
    if len(values) == 1:
        return values[0]
    return None if values else default


def _key_and_default(variable: str) -> tuple[str, str | None]:
    """``key, 'default'`` in its parts; what is not written so is a key, which no request has."""
    key, comma, rest = variable.partition(",")
    rest = rest.strip()
    if comma and len(rest) > 1 and rest[0] == rest[-1] == "'" and "'" not in rest[1:-1]:
        return key.strip(), rest[1:-1]
    return variable, None


def _matches_expanded(pieces: tuple[tuple[str, bool], ...] | None, text: str, ignore_case: bool) -> bool:
    """Whether a text matches a pattern whose variables have their values, or lack one."""
    return pieces is not None and _matches(_compile(pieces, ignore_case), text)


class _Segment(NamedTuple):
    """What stands between two stars, and how many characters it is long."""

    pattern: re.Pattern[str]
    length: int


@lru_cache(maxsize=1024)
def _compile(pieces: tuple[tuple[str, bool], ...], ignore_case: bool) -> tuple[_Segment, ...]:
    """The segments of a pattern, in order."""
    sources, lengths = [""], [0]
    for text, has_wildcards in pieces:
        for index, part in enumerate(text.split("*") if has_wildcards else (text,)):
            if index:
                sources.append("")
                lengths.append(0)
            escaped = re.escape(part)
            sources[-1] += escaped.replace(r"\?", ".") if has_wildcards else escaped
            lengths[-1] += len(part)
    flags = re.DOTALL | (re.IGNORECASE if ignore_case else 0)
    return tuple(
        _Segment(re.compile(source, flags), length) for source, length in zip(sources, lengths, strict=True)
    )


def _matches(segments: tuple[_Segment, ...], text: str) -> bool:
    """Whether the segments stand in a text: the first at its start, the last at its end.

    Each of the others is taken where it comes first, which leaves most to those behind it; so no
    text, however long, makes this slow, as backtracking would be.
    """
    first, *middle = segments
    found = first.pattern.match(text)
    if found is None or not middle:
        return found is not None and found.end() == len(text)
    position, last = found.end(), middle.pop()
    for segment in middle:
        found = segment.pattern.search(text, position)
        if found is None:
            return False
        position = found.end()
    start = len(text) - last.length
    return start >= position and last.pattern.match(text, start) is not None
