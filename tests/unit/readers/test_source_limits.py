"""Hostile YAML and JSON: bounded time and memory, and one line with the place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lattice_events.errors import ManifestError
from lattice_events.readers.common import documents as source
from lattice_events.readers.common.documents import MAX_DEPTH, parse_json, parse_yaml

LEVELS = range(1, 30)
# Each would be 9 ** 29 values, written out.
BOMBS = {
    "aliases in lists": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in LEVELS),
    "aliases in mappings": "a0: &a0 {x: 1}\n"
    + "".join(f"a{n}: &a{n} {{{', '.join(f'k{i}: *a{n - 1}' for i in range(9))}}}\n" for n in LEVELS),
    "merge keys": "a0: &a0 {x: 1}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in LEVELS),
    "merge keys of nothing": "a0: &a0 {}\n" + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in LEVELS),
    "aliases in a tag": "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} !Join [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in LEVELS),
}  # fmt: skip
TAGS = {
    "a: !!timestamp x": {"a": "x"},
    "a: 2026-02-30": {"a": "2026-02-30"},
    "a: 2026-01-02T03:04:05Z": {"a": "2026-01-02T03:04:05Z"},
    "a: !!binary YQ==": {"a": "YQ=="},
    "a: =": {"a": "="},
    "a: <<": {"a": "<<"},
    "a: ! x": {"a": "x"},
    "a: ! [x]": {"a": ["x"]},
    "a: !!str 1": {"a": "1"},
    "a: !!int '1'": {"a": 1},
    "a: 0x10": {"a": 16},
    "a: !!map {b: 1}": {"a": {"b": 1}},
    '{"a": "\\ud83d\\ude00"}': {"a": "😀"},
    "a: '\ufeffx'": {"a": "\ufeffx"},
    "x: &x {a: 1, b: 1}\ny: &y {a: 2, c: 2}\nz: {<<: [*x, *y], b: 3}": {
        "x": {"a": 1, "b": 1}, "y": {"a": 2, "c": 2}, "z": {"a": 1, "b": 3, "c": 2},
    },
}  # fmt: skip
REFUSED = {
    "a: !!int x": "1:4: This is not YAML: 'x' is not a valid !!int.",
    "a: !!int ''": "1:4: This is not YAML: '' is not a valid !!int.",
    "a: !!float x": "1:4: This is not YAML: 'x' is not a valid !!float.",
    "a: !!bool x": "1:4: This is not YAML: 'x' is not a valid !!bool.",
    "a: !!set {b}": "1:4: This is not YAML: the tag !!set is not supported.",
    "a: !!omap [b: 1]": "1:4: This is not YAML: the tag !!omap is not supported.",
    "a: !!pairs [b: 1]": "1:4: This is not YAML: the tag !!pairs is not supported.",
    "a: !!int [1]": "1:4: This is not YAML: the tag !!int is not supported.",
    "a: !!map x": "1:4: This is not YAML: the tag !!map is not supported.",
    "a: !!python/none": "1:4: This is not YAML: the tag !!python/none is not supported.",
    "a: !!python/tuple [1]": "1:4: This is not YAML: the tag !!python/tuple is not supported.",
    "a: !!python/object/apply:os.system [id]": "1:4: This is not YAML: the tag !!python/object/apply:os.system",
    f"a: {'9' * 5000}": "1:4: This is not YAML: it has a number that is too large.",
    f"a: 0x{'f' * 5000}": "1:4: This is not YAML: it has a number that is too large.",
    f"a: 1{':1' * 5000}": "1:4: This is not YAML: it has a number that is too large.",
    f"%YAML {'9' * 5000}.1\n--- a": "1:7: This is not YAML: it has a number that is too large.",
    'a: "\\UFFFFFFFF"': "1:7: This is not YAML: it has a number that is too large.",
    'a: "\\U00110000"': "1:7: This is not YAML: it has a number that is too large.",
    "a: \0": "1:4: This is not YAML: it contains the character U+0000.",
    "a: 1\nb:\n  c: \x1b[31m": "3:6: This is not YAML: it contains the character U+001B.",
    'a: "\\0"': "1:4: This is not YAML: a text must not contain the character U+0000.",
    'a: "\\ud800"': r"1:4: This is not YAML: a text contains half of a character, such as \ud800.",
    'a: "\\ude00\\ud83d"': "1:4: This is not YAML: a text contains half of a character",
    "? [a]\n: 1": "1:3: This is not YAML: a key must be plain text.",
    "? {a: 1}\n: 1": "1:3: This is not YAML: a key must be plain text.",
    "a: 1\n'a': 2": "2:1: This is not YAML: the key 'a' appears twice in one mapping.",
    "1: a\n'1': b": "2:1: This is not YAML: the key '1' appears twice in one mapping.",
    "1: a\n0x1: b": "2:1: This is not YAML: the key '0x1' appears twice in one mapping.",
    "a: &a {b: 1}\nc: {<<: *a, <<: *a}": "2:13: This is not YAML: the key '<<' appears twice in one mapping.",
    "a: {<<: x}": "1:9: This is not YAML: << needs a mapping, or a list of mappings.",
    "a: {<<: [x]}": "1:10: This is not YAML: << needs a mapping, or a list of mappings.",
    "a: &a {<<: *a}": "1:4: This is not YAML: an alias refers to a value that contains it.",
    "a: *b": "1:4: This is not YAML: found undefined alias 'b'.",
    "[" * 5000: "1:102: This is not YAML: it has more than 100 levels.",
    "{a: " * 5000: "1:402: This is not YAML: it has more than 100 levels.",
    "- " * 5000: "1:203: This is not YAML: it has more than 100 levels.",
    "? " * 5000: "1:203: This is not YAML: it has more than 100 levels.",
    "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}]\n" for n in range(1, 5000)): (
        "1:10: This is not YAML: it has more than 100 levels when its aliases are expanded."
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", BOMBS.values(), ids=BOMBS)
def test_what_small_text_makes_huge_is_refused(text: str) -> None:
    with pytest.raises(
        ManifestError, match=r"^f\.yml:\d+:\d+: This is not YAML: it has more than 250,000 values"
    ):
        parse_yaml(text, "f.yml")


def test_a_long_file_is_refused_before_it_is_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "MAX_NODES", 1000)

    with pytest.raises(ManifestError, match="f.yml:2001:1: This is not YAML: it has more than 1,000 values"):
        parse_yaml("a\n---\n" * 10_000, "f.yml")


@pytest.mark.parametrize(("text", "value"), TAGS.items())
def test_a_tag_gives_what_cloudformation_would_read(text: str, value: Any) -> None:
    assert parse_yaml(text, "f.yml").value == value


@pytest.mark.parametrize(("text", "said"), REFUSED.items(), ids=lambda each: ascii(each[:40]))
def test_what_cannot_be_read_is_refused_in_one_line_with_its_place(text: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_yaml(text, "f.yml")
    assert str(caught.value).startswith(f"f.yml:{said}")
    assert len(str(caught.value).splitlines()) == 1


def test_a_deep_configuration_is_read() -> None:
    text = "[" * MAX_DEPTH + "]" * MAX_DEPTH

    assert parse_yaml(text, "f.yml").value == parse_json(text, "f.json") == json.loads(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 5000 + "]" * 5000, "f.json: This JSON has more than 100 levels."),
        ('{"a":' * 900 + "1" + "}" * 900, "f.json: This JSON has more than 100 levels."),
        ("[" * 500_000, "f.json: This JSON has more than 100 levels."),
        ("9" * 5000, "f.json: This is not JSON: Exceeds the limit (4300 digits)"),
        ("{", "f.json: This is not JSON: Expecting property name"),
    ],
    ids=["lists", "objects", "unclosed", "digits", "broken"],
)
def test_json_that_cannot_be_read_is_refused(text: str, said: str) -> None:
    with pytest.raises(ManifestError) as caught:
        parse_json(text, "f.json")
    assert str(caught.value).startswith(said)
