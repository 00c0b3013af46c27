from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lattice_events.checks.fixing.texts import CONFLICT, fix_text
from lattice_events.checks.rule import REMOVED, Edit
from tests.editing import edit_of

ARN = {"Fn::GetAtt": ["Group", "Arn"]}
CASES = [
    # ── the value of a key ──
    pytest.param("a: b\n", ("a", "c"), "a: c\n", id="a text"),
    pytest.param("a: b # why\nd: e\n", ("a", "c"), "a: c # why\nd: e\n", id="before a comment"),
    pytest.param("a: b", ("a", "c"), "a: c", id="without a last line break"),
    pytest.param("a:\n", ("a", "c"), "a: c\n", id="where there is none"),
    pytest.param("a:  # why\n", ("a", "c"), "a: c  # why\n", id="where there is only a comment"),
    pytest.param("a: 'b'\n", ("a", "it's"), "a: 'it''s'\n", id="in single quotation marks"),
    pytest.param('a: "b"\n', ("a", "c"), 'a: "c"\n', id="in double quotation marks"),
    pytest.param("a: b\n", ("a", "*"), 'a: "*"\n', id="a text that would be an alias"),
    pytest.param("a: b\n", ("a", "true"), 'a: "true"\n', id="a text that would be a truth value"),
    pytest.param("a: b\n", ("a", "no"), 'a: "no"\n', id="a text that would be a truth value of YAML 1.1"),
    pytest.param("a: b\n", ("a", "12"), 'a: "12"\n', id="a text that would be a number"),
    pytest.param("a: b\n", ("a", "2012-10-17"), 'a: "2012-10-17"\n', id="a text that would be a date"),
    pytest.param("a: b\n", ("a", "!x"), 'a: "!x"\n', id="a text that would be a tag"),
    pytest.param("a: b\n", ("a", "x: y"), 'a: "x: y"\n', id="a text that would be a mapping"),
    pytest.param("a: b\n", ("a", "x #y"), 'a: "x #y"\n', id="a text that would have a comment"),
    pytest.param("a: b\n", ("a", ""), 'a: ""\n', id="an empty text"),
    pytest.param("a: b\n", ("a", "x:y/*"), "a: x:y/*\n", id="a text with a colon inside"),
    pytest.param("a: {b: c}\n", ("b", "x,y"), 'a: {b: "x,y"}\n', id="a text that would end in braces"),
    pytest.param("a: b\n", ("a", True), "a: true\n", id="a truth value"),
    pytest.param("a: b\n", ("a", 443), "a: 443\n", id="a number"),
    pytest.param("a: b\n", ("a", ARN), "a: !GetAtt Group.Arn\n", id="an attribute"),
    pytest.param("a: b\n", ("a", {"Ref": "Group"}), "a: !Ref Group\n", id="a reference"),
    pytest.param("a: !GetAtt S.Arn\n", ("a", {"Fn::Sub": "${S.Arn}/*"}), "a: !Sub ${S.Arn}/*\n", id="a substitution"),
    pytest.param("{a: b}\n", ("a", {"Fn::Sub": "${S}"}), '{a: !Sub "${S}"}\n', id="a substitution in braces"),
    pytest.param('a: !Sub "${S}"\n', ("a", {"Fn::Sub": "${S}/*"}), 'a: !Sub "${S}/*"\n', id="a quoted substitution"),
    pytest.param(
        "a: b\n", ("a", {"Fn::Join": ["", ["x"]]}), "a:\n  Fn::Join:\n    - \"\"\n    - [x]\n", id="a long intrinsic"
    ),
    pytest.param("a: |\n  x\n  y\n\nb: c\n", ("a", "z"), "a: z\n\nb: c\n", id="for lines"),
    pytest.param("a: x\n  y\nb: c\n", ("a", "z"), "a: z\nb: c\n", id="for a text of two lines"),
    pytest.param("a:\n  b: c\n# end\n", ("a", "z"), "a: z\n# end\n", id="for a mapping"),
    pytest.param("a:\n  - b\n  - c\nd: e\n", ("a", ["z"]), "a:\n  - z\nd: e\n", id="for a list"),
    pytest.param("a: {b: c} # why\n", ("a", {"d": 1}), "a: {d: 1} # why\n", id="for a mapping in braces"),
    # ── a key of a mapping ──
    pytest.param("a:\n  b: c\n", ("a", "V2", "d"), "a:\n  b: c\n  d: V2\n", id="a further key"),
    pytest.param("a:\n    b: c\n", ("a", {"e": "f"}, "d"), "a:\n    b: c\n    d:\n        e: f\n", id="deeper"),
    pytest.param("a:\n  b: c # why\n  # end\nd: e\n", ("a", 1, "f"), "a:\n  b: c # why\n  f: 1\n  # end\nd: e\n", id="among comments"),
    pytest.param("a:\n  b: c", ("a", 1, "d"), "a:\n  b: c\n  d: 1", id="at the end of the text"),
    pytest.param("a:\r\n  b: c\r\n", ("a", 1, "d"), "a:\r\n  b: c\r\n  d: 1\r\n", id="with line breaks of Windows"),
    pytest.param("a:\n  b: |\n    x\n\nc: d\n", ("a", 1, "e"), "a:\n  b: |\n    x\n  e: 1\n\nc: d\n", id="behind lines"),
    pytest.param("a:\n  b: |+\n    x\n\nc: d\n", ("a", 1, "e"), "a:\n  b: |+\n    x\n\n  e: 1\nc: d\n", id="behind lines whose end counts"),
    pytest.param("a:\n  b:\n  - c\nd: e\n", ("a", 1, "f"), "a:\n  b:\n  - c\n  f: 1\nd: e\n", id="behind a list"),
    pytest.param("a:\n  b: &x c\n  d: *x # why\n", ("a", 1, "e"), "a:\n  b: &x c\n  d: *x # why\n  e: 1\n", id="behind an alias"),
    pytest.param("a:\n- b: c\n  d:\n    e: f\n", ("d", 1, "g"), "a:\n- b: c\n  d:\n    e: f\n    g: 1\n", id="in a list"),
    pytest.param("- a:\n", ("a", 1, "b"), "- a:\n    b: 1\n", id="of nothing in a list"),
    pytest.param("a:\n  b:  # why\n", ("b", "V2", "c"), "a:\n  b:  # why\n    c: V2\n", id="of nothing"),
    pytest.param("a: {}\n", ("a", 1, "b"), "a: {b: 1}\n", id="of an empty mapping"),
    pytest.param("a: {b: c}\n", ("a", {"e": "f"}, "d"), "a: {b: c, d: {e: f}}\n", id="in braces"),
    pytest.param("a: {b: c,}\n", ("a", 1, "d"), "a: {b: c, d: 1,}\n", id="before a last comma"),
    pytest.param("a: {\n  b: c # why\n}\n", ("a", 1, "d"), "a: {\n  b: c,\n  d: 1 # why\n}\n", id="in braces of several lines"),
    pytest.param("a:\n  b: c # why\n", ("a", "d", "b"), "a:\n  b: d # why\n", id="a key that is there"),
    pytest.param("a:\n  <<: {b: c}\n", ("a", "d", "b"), "a:\n  <<: {b: c}\n  b: d\n", id="a key that is merged"),
    # ── an item of a list ──
    pytest.param("a: [b, c]\n", ("a", "d", 1), "a: [b, d]\n", id="in brackets"),
    pytest.param("a:\n  - b # why\n  - c\n", ("a", "d", 0), "a:\n  - d # why\n  - c\n", id="of a list"),
    # ── a key less ──
    pytest.param("a: 1\nb: 2\nc: 3\n", ("b", REMOVED), "a: 1\nc: 3\n", id="a key less"),
    pytest.param("a: 1\nb: 2", ("b", REMOVED), "a: 1", id="the last one less"),
    pytest.param("a: 1\n# of b\nb: 2  # why\nc: 3\n", ("b", REMOVED), "a: 1\n# of b\n# why\nc: 3\n", id="a key less, with its comments"),
    pytest.param("a: 1\nb:\n  c: 2\n\nd: 3\n", ("b", REMOVED), "a: 1\n\nd: 3\n", id="a mapping less"),
    pytest.param("a:\n  b: 1 # why\n", ("b", REMOVED), "a:\n  {} # why\n", id="the only one less"),
    pytest.param("- a: 1\n  b: 2\n", ("a", REMOVED), "- b: 2\n", id="the first of an item less"),
    pytest.param("- a: 1 # why\n  b: 2\n", ("a", REMOVED), "- # why\n  b: 2\n", id="the first of an item less, with its comment"),
    pytest.param("{a: 1, b: 2, c: 3}\n", ("a", REMOVED), "{b: 2, c: 3}\n", id="the first in braces less"),
    pytest.param("{a: 1, b: 2, c: 3}\n", ("c", REMOVED), "{a: 1, b: 2}\n", id="the last in braces less"),
    pytest.param("x: {a: 1}\n", ("a", REMOVED), "x: {}\n", id="the only one in braces less"),
    pytest.param("a:\n  b: 1\n  c: 2\n", ("a", REMOVED, "b"), "a:\n  c: 2\n", id="a key of a value less"),
    # ── JSON ──
    pytest.param('{"a": {"b": 1}}', ("a", "c", "d"), '{"a": {"b": 1, "d": "c"}}', id="JSON in a line"),
    pytest.param('{"a": "b"}', ("a", ARN), '{"a": {"Fn::GetAtt": ["Group", "Arn"]}}', id="an attribute in JSON"),
    pytest.param(
        '{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n',
        ("a", {"d": True}, "c"),
        '{\n\t"a": {\n\t\t"b": 1,\n\t\t"c": {\n\t\t\t"d": true\n\t\t}\n\t}\n}\n',
        id="JSON with tabs",
    ),
    pytest.param('{\n  "a": 1,\n  "b": 2\n}\n', ("b", REMOVED), '{\n  "a": 1\n}\n', id="a line of JSON less"),
    pytest.param('{"a": [\n  "b"\n]}', ("a", "c", 0), '{"a": [\n  "c"\n]}', id="an item in JSON"),
    # ── several documents ──
    pytest.param("--- # one\na: 1\n---\nb: 2\n...\n", ("b", 3), "--- # one\na: 1\n---\nb: 3\n...\n", id="of the second document"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "asked", "expected"), CASES)
def test_an_edit_changes_what_it_says_and_nothing_else(
    text: str, asked: tuple[Any, ...], expected: str
) -> None:
    fixed = fix_text(text, [[edit_of(text, *asked)]])

    assert (fixed.text, fixed.refused) == (expected, {})


def refused(text: str, *asked: Edit) -> list[str]:
    """Why edits were not made, one by one; the text must be as it was where none was."""
    fixed = fix_text(text, [[each] for each in asked])
    assert len(fixed.refused) < len(asked) or fixed.text == text
    return [fixed.refused.get(index, "") for index in range(len(asked))]


@pytest.mark.parametrize(
    ("text", "edit", "reason"),
    [
        pytest.param("a: 1\n", Edit(place="f.yaml:1:1", name="b", value=2), "b is not written at this place", id="name"),
        pytest.param("a: 1\n", Edit(place="f.yaml:1:4", name="a", value=2), "a is not written at this place", id="column"),
        pytest.param("a: 1\n", Edit(place="f.yaml", name="x", value=2), "x is not written at this place", id="file only"),
        pytest.param("a: b\n", edit_of("a: b\n", "a", 1, "c"), "a is no mapping here", id="text"),
        pytest.param("a: !Sub {b: c}\n", edit_of("a: !Sub {b: c}\n", "a", 1, "d"), "a is no mapping here", id="tag"),
        pytest.param("a: {Fn::If: b}\n", edit_of("a: {Fn::If: b}\n", "a", 1, "d"), "a is an intrinsic function here", id="If"),
        pytest.param("a: b # c\n", edit_of("a: b # c\n", "a", "b"), "it says that already", id="no change"),
        pytest.param("a: {b: c}\n", edit_of("a: {b: c}\n", "a", REMOVED, "d"), "a has no d here", id="no such key"),
        pytest.param("a: [b]\n", edit_of("a: [b]\n", "a", "c", 1), "a has no item 1 here", id="no such item"),
        pytest.param("a: b\n", edit_of("a: b\n", "a", "c", 0), "a has no item 0 here", id="no list"),
    ],
)  # fmt: skip
def test_an_edit_whose_place_is_not_as_expected_is_refused(text: str, edit: Edit, reason: str) -> None:
    assert refused(text, edit) == [reason]


SHARED = "a: &x\n  b: 1\n  c: {d: 2}\ne: *x\nf:\n  <<: *x\n  g: 3\n"
IS_SHARED = "aliases of an anchor use it too, and a change here would change them all"


@pytest.mark.parametrize("asked", [("b", 2), ("a", 2), ("a", 2, "h"), ("d", 3), ("c", 3, "h"), ("e", 4)])
def test_what_several_places_use_is_not_changed(asked: tuple[Any, ...]) -> None:
    assert refused(SHARED, edit_of(SHARED, *asked)) == [IS_SHARED]


def test_a_key_beside_an_alias_is_changed() -> None:
    assert fix_text(SHARED, [[edit_of(SHARED, "g", 4)]]).text == SHARED.replace("g: 3", "g: 4")


def test_comments_inside_of_what_would_go_keep_it() -> None:
    text = "a:\n  b: # why\n    c: 1\n    # end\n    d: 2\n"

    assert (
        refused(text, edit_of(text, "b", 1), edit_of(text, "b", REMOVED)) == ["comments would go with it"] * 2
    )


def test_a_text_whose_last_line_break_would_come_to_count_stays() -> None:
    text = "a:\n  b: |\n    x"

    assert refused(text, edit_of(text, "a", 1, "c")) == [CONFLICT]


def test_edits_of_one_text_are_made_together() -> None:
    text = "a: # x\n  b: 1\n  # y\nc: {d: 2}\n"
    asked: list[tuple[Any, ...]] = [("a", 3, "e"), ("b", 4), ("c", 5, "f"), ("a", 6, "g"), ("c", 7, "h")]

    fixed = fix_text(text, [[edit_of(text, *each)] for each in asked])

    assert fixed.text == "a: # x\n  b: 4\n  e: 3\n  g: 6\n  # y\nc: {d: 2, f: 5, h: 7}\n"


def test_an_edit_that_two_findings_ask_for_is_made_once() -> None:
    text = "a:\n  b: 1\n"
    asked = edit_of(text, "a", 2, "c")

    assert fix_text(text, [[asked], [asked]]).text == "a:\n  b: 1\n  c: 2\n"


def test_of_two_edits_that_exclude_each_other_the_first_is_made() -> None:
    text = "a:\n  b: 1\nc: 2\n"

    fixed = fix_text(text, [[edit_of(text, "b", 3)], [edit_of(text, "a", 4)], [edit_of(text, "c", 5)]])

    assert (fixed.text, fixed.refused) == ("a:\n  b: 3\nc: 5\n", {1: CONFLICT})


def test_edits_that_belong_together_are_all_made_or_none() -> None:
    text = "a: 1\nb: 2\n"
    asked = [edit_of(text, "a", 3), Edit(place="f.yaml:2:1", name="c", value=4)]

    assert fix_text(text, [asked]).text == text


def test_a_text_that_cannot_be_parsed_stays() -> None:
    text = "a: {\n"

    assert refused(text, edit_of(text, "a", 1)) == ["the file cannot be parsed as a whole"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("- a: b # why\n  c: d\n", "- a: b # why\n  c: d\n  e: 1\n", id="in lines"),
        pytest.param("[{c: d, a: b}]\n", "[{c: d, a: b, e: 1}]\n", id="in braces"),
        pytest.param('[{"a": "b"}]\n', '[{"a": "b", "e": 1}]\n', id="in JSON"),
        pytest.param("- a: b\n  e: 2\n", "- a: b\n  e: 1\n", id="that is there"),
    ],
)
def test_a_key_is_set_beside_another_of_an_item_of_a_list(text: str, expected: str) -> None:
    edit = replace(edit_of(text, "a", 1), beside="e")

    assert fix_text(text, [[edit]]).text == expected
