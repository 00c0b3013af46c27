"""Comments are what stands between tokens: a `#` inside of a text is none."""

from __future__ import annotations

import pytest

from lattice_events.definitions.ignores import Ignore, OnLine
from lattice_events.readers.common.comments import Comment, find_comments, find_ignores

TEXT = """\
a: "x # text"   # one
# two
b: | # three
  text # in the block
 # four
c: plain#no # five
d: 'several
  # no comment
  lines' # six
e: [1,# seven
  2]
f: &anchor # eight
  !Sub # nine
  text
g: >-
   # folded text

# ten
--- # eleven
"h # i": "é # text" # twelve é
"""


def comments(text: str) -> list[tuple[str, int, int, bool]]:
    return [(each.text, each.line, each.column, each.is_alone) for each in find_comments(text)]


def test_a_comment_is_found_where_no_token_is() -> None:
    assert comments(TEXT) == [
        ("# one", 1, 17, False),
        ("# two", 2, 1, True),
        ("# three", 3, 6, False),
        ("# four", 5, 2, True),
        ("# five", 6, 13, False),
        ("# six", 9, 10, False),
        ("# seven", 10, 7, False),
        ("# eight", 12, 12, False),
        ("# nine", 13, 8, False),
        ("# ten", 18, 1, True),
        ("# eleven", 19, 5, False),
        ("# twelve é", 20, 21, False),
    ]


@pytest.mark.parametrize("text", ["a: [", "a: 'x\n# y\n", "\tb: # x\n"])
def test_what_is_no_yaml_has_no_comment(text: str) -> None:
    assert comments(text) == []


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\x85", "\u2028"])
def test_lines_are_counted_as_yaml_counts_them(newline: str) -> None:
    assert comments(f"# a{newline}b: # c{newline}  - d{newline}") == [
        ("# a", 1, 1, True),
        ("# c", 2, 4, False),
    ]


def test_a_character_beyond_the_first_plane_counts_once() -> None:
    assert find_comments("a: 🦀 # x") == (Comment(text="# x", line=1, column=6, is_alone=False),)


def ignore(rule: str, reason: str, place: str, line: int) -> Ignore:
    return Ignore(rule=rule, reason=reason, place=f"a.yaml:{place}", scope=OnLine(line))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1 # lattice: ignore LTC001: why", [ignore("LTC001", "why", "1:6", 1)]),
        ("a: 1 #lattice:ignore  LTC001 :why: so", [ignore("LTC001", "why: so", "1:6", 1)]),
        ("a: 1 ## Lattice: Ignore LTC001", [ignore("LTC001", "", "1:6", 1)]),
        ("a: 1 # lattice: ignore LTC001 because", [ignore("LTC001", "", "1:6", 1)]),
        ("a: 1 # lattice: ignore LTC001:  ", [ignore("LTC001", "", "1:6", 1)]),
        ("a: 1 # lattice: ignore", [ignore("", "", "1:6", 1)]),
        ("a: 1 # lattice: ignore: why", [ignore("", "why", "1:6", 1)]),
        (
            "# lattice: ignore LTC001, some-name: why\na: 1",
            [ignore("LTC001", "why", "1:1", 2), ignore("some-name", "why", "1:1", 2)],
        ),
        (
            "# lattice: ignore LTC001: why\n# and so\n  # lattice: ignore LTC002: too\na: 1",
            [ignore("LTC001", "why", "1:1", 4), ignore("LTC002", "too", "3:3", 4)],
        ),
        ("# lattice: ignore LTC001: why\n\na: 1", [ignore("LTC001", "why", "1:1", 2)]),
        ("a: '# lattice: ignore LTC001: why'", []),
        ("a: |\n  # lattice: ignore LTC001: why\n", []),
        ("a: 1 # see lattice: ignore LTC001: why", []),
        ("a: 1 # lattice: ignored", []),
    ],
)  # fmt: skip
def test_an_ignore_is_about_its_line_or_the_next(text: str, expected: list[Ignore]) -> None:
    assert find_ignores(text, "a.yaml") == tuple(expected)
