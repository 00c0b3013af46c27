from __future__ import annotations

import re
from pathlib import Path

import pytest

from lattice_events.checks.rule import Rule
from lattice_events.checks.table import RULES
from tests.checking import findings_in

PACKAGE = Path("lattice_events/checks/rules")


@pytest.fixture(params=RULES, ids=lambda rule: rule.code)
def rule(request: pytest.FixtureRequest) -> Rule:
    found: Rule = request.param
    return found


@pytest.fixture(params=[rule for rule in RULES if not rule.runs_handlers], ids=lambda rule: rule.code)
def still_rule(request: pytest.FixtureRequest) -> Rule:
    """One that needs no function to run; tests/integration/test_check_handlers.py has the others."""
    found: Rule = request.param
    return found


def found_by(rule: Rule, text: str, folder: Path) -> list[str]:
    file = folder / "definition.yaml"
    file.write_text(text)
    return [each.code for each in findings_in(file) if each.code == rule.code]


def test_the_wrong_example_of_a_rule_has_its_mistake(still_rule: Rule, tmp_path: Path) -> None:
    assert still_rule.code in found_by(still_rule, still_rule.wrong, tmp_path)


def test_the_right_example_of_a_rule_is_without_it(still_rule: Rule, tmp_path: Path) -> None:
    assert found_by(still_rule, still_rule.right, tmp_path) == []


def test_a_rule_says_why_and_what_to_do(rule: Rule) -> None:
    assert re.fullmatch(r"LTC\d{3}", rule.code)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)
    assert all(text.endswith(".") for text in (rule.reason, rule.why, rule.fix))
    assert rule.source
    assert all(each.startswith("https://") for each in rule.source)


def test_codes_and_names_are_used_once_and_in_order() -> None:
    codes, names = [rule.code for rule in RULES], [rule.name for rule in RULES]

    assert codes == sorted(set(codes))
    assert len(names) == len(set(names))


def test_each_rule_is_a_module_of_its_name() -> None:
    modules = {path.stem for path in PACKAGE.glob("*/*.py")} - {"__init__"}

    assert {rule.name.replace("-", "_") for rule in RULES} <= modules
