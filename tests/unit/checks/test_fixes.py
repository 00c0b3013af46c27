"""`--fix` on every mistake of the corpus that can be mended in one way only."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import yaml

from lattice_events.checks.rule import Rule
from lattice_events.checks.table import RULES
from lattice_events.readers.common.documents import parse_yaml
from tests.checking import findings_in
from tests.fixing import fixed
from tests.mistakes import DEFINITIONS, MISTAKES, Mistake

FIXABLE = {rule.code for rule in RULES if rule.is_fixable}
FIXED = [each for each in MISTAKES if any(line.split()[0] in FIXABLE for line in each.findings)]


def texts_below(folder: Path) -> dict[str, str]:
    """The texts of all files, line breaks as they are."""
    files = (each for each in sorted(folder.rglob("*")) if each.is_file())
    return {str(each.relative_to(folder)): each.read_bytes().decode() for each in files}


def comments(text: str) -> list[str]:
    return re.findall(r"(?:^|(?<=\s))#.*", text)


@pytest.mark.parametrize("mistake", FIXED, ids=str)
def test_a_fix_leaves_nothing_that_it_could_mend(mistake: Mistake, tmp_path: Path) -> None:
    folder = mistake.made_in(tmp_path)
    by_hand = [(each.code, each.message) for each in findings_in(folder) if not each.edits]

    remaining, said = fixed(folder)

    assert [(each.code, each.message) for each in remaining] == by_hand
    assert said == []


@pytest.mark.parametrize("mistake", FIXED, ids=str)
def test_a_second_fix_changes_nothing_and_comments_survive(mistake: Mistake, tmp_path: Path) -> None:
    folder = mistake.made_in(tmp_path)
    before = texts_below(folder)

    fixed(folder)
    once = texts_below(folder)
    fixed(folder)

    assert texts_below(folder) == once
    assert {name: comments(text) for name, text in once.items()} == {
        name: comments(text) for name, text in before.items()
    }


def layouts(value: object) -> dict[str, str]:
    """A definition as others would write it."""
    return {
        "tabs.json": json.dumps(value, indent="\t").replace("\n", "\r\n"),
        "line.json": json.dumps(value),
        "flow.yaml": yaml.safe_dump(value, sort_keys=False, default_flow_style=True),
        "wide.yaml": yaml.safe_dump(value, sort_keys=False, indent=4),
    }


TEMPLATES = [each for each in FIXED if (DEFINITIONS / each.definition / "template.yaml").is_file()]
FIRST = {line.split()[0]: each for each in reversed(TEMPLATES) for line in each.findings}


@pytest.mark.parametrize("mistake", dict.fromkeys(FIRST.values()), ids=str)
def test_a_fix_says_the_same_in_every_layout(mistake: Mistake, tmp_path: Path) -> None:
    file = mistake.made_in(tmp_path) / "template.yaml"
    before = parse_yaml(file.read_text(), "").value
    fixed(file)
    after = parse_yaml(file.read_text(), "").value

    for name, text in layouts(before).items():
        other = tmp_path / name
        other.write_bytes(text.encode())
        fixed(other)
        assert parse_yaml(other.read_bytes().decode(), name).value == after


@pytest.mark.parametrize("rule", [each for each in RULES if each.is_fixable], ids=lambda rule: rule.code)
def test_the_wrong_example_of_a_fixable_rule_is_mended(rule: Rule, tmp_path: Path) -> None:
    file = tmp_path / "definition.yaml"
    file.write_text(rule.wrong)

    remaining, said = fixed(file)

    assert rule.code not in [each.code for each in remaining if each.edits]
    assert said == []
