"""YAML with positions."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lattice_events.errors import ManifestError
from lattice_events.readers.common.documents import parse_yaml, parse_yaml_stream

CORPUS = Path(__file__).parents[2] / "cases" / "corpus"
WRITTEN = sorted(file for file in CORPUS.rglob("*") if file.suffix in (".yaml", ".yml", ".template"))


def test_short_tags_become_long() -> None:
    document = parse_yaml(
        "a: !Ref X\nb: !GetAtt X.Arn\nc: !Sub 'x-${Y}'\nd: !Join ['-', [a, !Ref B]]\ne: !Condition C\nf: !Sub {x: 1}\n",
        "f",
    )

    assert document.value == {
        "a": {"Ref": "X"},
        "b": {"Fn::GetAtt": ["X", "Arn"]},
        "c": {"Fn::Sub": "x-${Y}"},
        "d": {"Fn::Join": ["-", ["a", {"Ref": "B"}]]},
        "e": {"Condition": "C"},
        "f": {"Fn::Sub": {"x": 1}},
    }


def test_a_key_path_has_a_place_or_its_parent_s() -> None:
    document = parse_yaml("a:\n  b:\n    - c: 1\n", "f.yml")

    assert document.locate(("a", "b", 0, "c")) == "f.yml:3:7"
    assert document.locate(("a", "b", 0, "none")) == "f.yml:3:7"
    assert document.locate(("none",)) == "f.yml:1:1"


def test_merge_keys_are_merged() -> None:
    assert parse_yaml("x: &x {a: 1}\ny:\n  <<: *x\n  b: 2\n", "f").value["y"] == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [1,\n", "f.yml:2:1: This is not YAML"),
        ("a: 1\na: 2\n", "f.yml:2:1: This is not YAML: the key 'a' appears twice in one mapping."),
        ("? [1]\n: 2\n", "f.yml:1:3: This is not YAML"),
        ("a: \x01\n", "f.yml:1:4: This is not YAML"),
        ("a: 1\n---\nb: 2\n", "f.yml: One YAML document was expected, not 2."),
        ("a: &a [*a]\n", "f.yml:1:4: This is not YAML: an alias refers to a value that contains it."),
        ("", "f.yml: One YAML document was expected, not 0."),
    ],
)
def test_what_is_no_yaml_is_named_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_yaml(text, "f.yml")
    assert str(caught.value).startswith(said)


def test_a_stream_has_every_document() -> None:
    assert [document.value for document in parse_yaml_stream("a: 1\n---\nb: 2\n", "f")] == [
        {"a": 1},
        {"b": 2},
    ]


@pytest.mark.parametrize(
    "text", ['{"a": "}\\n{"}\n{"b": 2}\n', '{\n"a": "}\\n{"\n}\n\n{"b": 2}', '{"a": "}\\n{"}  \n{\n"b": 2}']
)
def test_json_objects_may_follow_each_other(text: str) -> None:
    """Source: https://jsonlines.org, and what kubectl prints when it is called twice."""
    assert [document.value for document in parse_yaml_stream(text, "f")] == [{"a": "}\n{"}, {"b": 2}]


def test_json_may_be_indented_with_tabs() -> None:
    document = parse_yaml('{\n\t"a": {\n\t\t"b": 1\n\t}\n}\n', "f.json")

    assert document.value == {"a": {"b": 1}}
    assert document.locate(("a", "b")) == "f.json:3:3"


@pytest.mark.parametrize(
    ("text", "value", "places"),
    [
        ("a: 1\nb: 2\na: 3\n", {"a": 3, "b": 2}, [("3:1", "1:1")]),
        ("a: {x: {y: 1}}\na: {z: 2}\n", {"a": {"z": 2}}, [("2:1", "1:1")]),
        ("a: 1\n'a': 2\na: 3\n", {"a": 3}, [("2:1", "1:1"), ("3:1", "2:1")]),
        ("1: a\n'1': b\n", {"1": "b"}, [("2:1", "1:1")]),
        ('{"a": 1, "a": 2}', {"a": 2}, [("1:10", "1:2")]),
        ("x: &x {a: 1}\ny: {<<: *x, a: 2}\n", {"x": {"a": 1}, "y": {"a": 2}}, []),
    ],
)
def test_of_a_key_that_is_there_twice_the_last_counts_and_both_places_are_said(
    text: str, value: object, places: list[tuple[str, str]]
) -> None:
    (document,) = parse_yaml_stream(text, "f")

    assert document.value == value
    assert [note.split(":", 3)[0:3] for note in document.notes] == [
        ["f", *place.split(":")] for place, _ in places
    ]
    assert all(f"also at f:{first};" in note for note, (_, first) in zip(document.notes, places, strict=True))


def test_what_a_replaced_value_had_has_no_place() -> None:
    (document,) = parse_yaml_stream("a: {x: 1}\na:\n  y: 2\n", "f")

    assert document.locate(("a", "x")) == "f:2:1"


def test_many_keys_that_are_there_twice_are_a_few_notes() -> None:
    (document,) = parse_yaml_stream("a: 1\n" * 1000, "f")

    assert len(list(document.notes)) == 11
    assert list(document.notes)[-1] == "f: 989 further keys appear twice."


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: 12:30", {"a": "12:30"}),  # Kubernetes has no numbers to the base of 60
        ("a: 1:30.5", {"a": "1:30.5"}),
        ("a: 0777", {"a": 511}),
        ("a: yes\nb: y\nc: 'on'", {"a": True, "b": "y", "c": "on"}),
        ('{\n\t"a": 1\n}', {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
    ],
)
def test_what_cloudformation_and_kubernetes_take_is_read(text: str, value: object) -> None:
    assert parse_yaml(text, "f.template").value == value


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: str(file.relative_to(CORPUS)))
def test_what_is_read_does_not_depend_on_libyaml(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = file.read_text()
    fast = parse_yaml_stream(text, "f.yml")
    monkeypatch.setitem(sys.modules, "yaml._yaml", None)

    assert parse_yaml_stream(text, "f.yml") == fast


def test_what_libyaml_refuses_is_read() -> None:
    assert parse_yaml(r'{"a": "\ud83d\ude00"}', "f.json").value == {"a": "😀"}


def test_a_tab_between_words_is_read() -> None:
    assert parse_yaml("a: b\tc\nd:\t1\n", "f.yml").value == {"a": "b\tc", "d": 1}
