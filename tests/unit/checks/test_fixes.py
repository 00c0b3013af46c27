"""`--fix` on every mistake of the corpus that can be mended in one way only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lattice_events.checks.rule import Rule
from lattice_events.checks.table import RULES
from tests.checking import findings_in
from tests.fixing import fixed
from tests.mistakes import MISTAKES, Mistake

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


@pytest.mark.parametrize("rule", [each for each in RULES if each.is_fixable], ids=lambda rule: rule.code)
def test_the_wrong_example_of_a_fixable_rule_is_mended(rule: Rule, tmp_path: Path) -> None:
    file = tmp_path / "definition.yaml"
    file.write_text(rule.wrong)

    remaining, said = fixed(file)

    assert rule.code not in [each.code for each in remaining if each.edits]
    assert said == []
