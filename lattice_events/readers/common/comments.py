"""The comments of a YAML file, which its parser leaves out: they stand between its tokens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from lattice_events.definitions.ignores import Ignore, OnLine, read_ignore

_LINE = re.compile("([^\n\r\x85\u2028\u2029]*)(\r\n|[\n\r\x85\u2028\u2029]|$)")  # as YAML has them
_IGNORE = re.compile(r"#+\s*lattice\s*:\s*ignore\b(.*)", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Comment:
    """One comment; lines and columns count from 1.

    Attributes:
        text: From its ``#`` to the end of its line.
        is_alone: Whether nothing else is on its line.
    """

    text: str
    line: int
    column: int
    is_alone: bool


def find_ignores(text: str, file: str) -> tuple[Ignore, ...]:
    """Every ``# lattice: ignore CODE: reason`` of a file; one that stands alone is about the next line.

    Args:
        text: Of the file; one that is no YAML has none.
        file: How to call it.
    """
    if not _IGNORE.search(text):  # nearly every file, and its tokens take their time
        return ()
    comments = find_comments(text)
    alone = {each.line for each in comments if each.is_alone}
    return tuple(
        Ignore(rule=rule, reason=reason, place=f"{file}:{each.line}:{each.column}", scope=scope)
        for each in comments
        for match in [_IGNORE.fullmatch(each.text)]
        if match
        for scope in [OnLine(_meant_line(each, alone))]
        for rules, reason in [read_ignore(match[1])]
        for rule in rules
    )


def _meant_line(comment: Comment, alone: set[int]) -> int:
    """The line that a comment is about: its own, or the first one below that is no comment."""
    line = comment.line
    while line in alone:
        line += 1
    return line


def find_comments(text: str) -> tuple[Comment, ...]:
    """Every comment of a file; none of what is no YAML."""
    for loader in (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader):
        try:
            return tuple(_comments(text, loader))
        except (yaml.YAMLError, ValueError, OverflowError):  # the other one may read it
            continue
    return ()


def _comments(text: str, loader: Any) -> Iterator[Comment]:
    for start, end, line, column in _gaps(text, loader):
        for index, match in enumerate(_LINE.finditer(text, start, end)):
            before, mark, after = match[1].partition("#")
            indent = 0 if index else column
            if mark:
                yield Comment(
                    text=f"#{after}",
                    line=line + index + 1,
                    column=indent + len(before) + 1,
                    is_alone=indent == 0 and not before.strip(),
                )


def _gaps(text: str, loader: Any) -> Iterator[tuple[int, int, int, int]]:
    """Where tokens are not, as start and end in the text, and the line and column of the start, from 0.

    The first line of a block scalar is one: a comment may follow its ``|``.
    """
    at, line, column = 0, 0, 0
    for token in yaml.scan(text, Loader=loader):
        start, end = token.start_mark, token.end_mark
        if start.index > at:
            yield at, start.index, line, column
        if isinstance(token, yaml.ScalarToken) and token.style in ("|", ">"):
            header = _LINE.match(text, start.index)
            assert header is not None  # every part of the pattern may be empty
            yield start.index, header.end(1), start.line, start.column
        if end.index > at:
            at, line, column = end.index, end.line, end.column
