from __future__ import annotations

from pathlib import Path

import pytest

from lattice_events.checks.table import RULES
from tests.checking import findings_in, told
from tests.mistakes import DEFINITIONS, MISTAKES, Mistake


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_is_found_where_it_is_and_nothing_else(mistake: Mistake, tmp_path: Path) -> None:
    folder = mistake.made_in(tmp_path)

    assert told(findings_in(folder), folder) == mistake.findings


@pytest.mark.parametrize("mistake", MISTAKES, ids=str)
def test_a_mistake_tells_what_is_found(mistake: Mistake) -> None:
    assert mistake.findings


@pytest.mark.parametrize("folder", sorted(DEFINITIONS.iterdir()), ids=lambda each: each.name)
def test_nothing_is_found_in_a_correct_definition(folder: Path) -> None:
    assert findings_in(folder) == ()


def test_rules_say_whether_their_mistakes_can_be_fixed(tmp_path: Path) -> None:
    places = [mistake.made_in(tmp_path / str(mistake)) for mistake in MISTAKES]
    for rule in RULES:
        places.append(tmp_path / f"{rule.code}.yaml")
        places[-1].write_text(rule.wrong)

    fixed = {each.code for place in places for each in findings_in(place) if each.edits}

    assert fixed == {rule.code for rule in RULES if rule.is_fixable}
