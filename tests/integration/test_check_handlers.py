from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lattice_events.checks.rule import Rule
from lattice_events.checks.table import RULES
from tests.mistakes import MISTAKES_OF_RUNS, Mistake

RULES_OF_RUNS = [rule for rule in RULES if rule.runs_handlers]


def check(folder: Path, text: str, *options: str) -> subprocess.CompletedProcess[str]:
    (folder / "template.yaml").write_text(text)
    command = [sys.executable, "-m", "lattice_events", "check", *options, "template.yaml"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("rule", RULES_OF_RUNS, ids=lambda rule: rule.code)
def test_the_examples_of_a_rule_about_answers_run(rule: Rule, tmp_path: Path) -> None:
    assert rule.code in check(tmp_path, rule.wrong, "--run-handlers").stdout
    assert rule.code not in check(tmp_path, rule.right, "--run-handlers").stdout


@pytest.mark.parametrize("rule", RULES_OF_RUNS, ids=lambda rule: rule.code)
def test_no_function_runs_unless_the_user_says_so(rule: Rule, tmp_path: Path) -> None:
    assert rule.code not in check(tmp_path, rule.wrong).stdout


@pytest.mark.parametrize("mistake", MISTAKES_OF_RUNS, ids=str)
def test_a_mistake_in_an_answer_is_found_where_it_is_and_nothing_else(
    mistake: Mistake, tmp_path: Path
) -> None:
    folder = mistake.made_in(tmp_path)
    command = [sys.executable, "-m", "lattice_events", "check", "--run-handlers", "--format", "json"]

    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60)

    found = [f"{each['code']} {each['file']}:{each['line']}" for each in json.loads(done.stdout)["findings"]]
    assert found == mistake.findings


def test_each_rule_about_answers_has_a_mistake() -> None:
    found = {line.split()[0] for each in MISTAKES_OF_RUNS for line in each.findings}

    assert found == {rule.code for rule in RULES_OF_RUNS}


def test_what_a_function_writes_goes_to_standard_error(tmp_path: Path) -> None:
    done = check(
        tmp_path, RULES_OF_RUNS[0].right.replace("return", "print('hello'); return"), "--run-handlers"
    )

    assert "hello" in done.stderr
    assert "hello" not in done.stdout
