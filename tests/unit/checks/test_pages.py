from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lattice_events.checks.pages import index, titled
from lattice_events.checks.table import RULE_BY_CODE, RULES

ROOT = Path(__file__).parents[3]


def test_the_pages_of_the_rules_are_what_the_rules_say() -> None:
    done = subprocess.run(
        [sys.executable, "scripts/check_pages.py", "--check"],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )

    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README.md", "docs/checks.md", "CHANGELOG.md"])
def test_rules_that_pages_name_are_there(page: str) -> None:
    named = set(re.findall(r"\bLTC\d{3}\b", (ROOT / page).read_text()))

    assert named
    assert named <= RULE_BY_CODE.keys()


def test_a_text_of_a_rule_is_no_markup() -> None:
    rule = replace(RULES[0], reason="`a` *b* <c> | d\\.", why="Why.", fix="Mend it.")

    assert titled(rule).split("\n")[2] == r"\`a\` \*b\* \<c> \| d\\."
    assert r"| warning | \`a\` \*b\* \<c> \| d\\. *Fixable.* |" in index([rule])


def test_each_family_has_its_table() -> None:
    headings = [line for line in index(RULES).split("\n") if line.startswith("### ")]

    assert headings[0] == "### Target groups"
    assert len(headings) == len(set(headings)) == len({rule.family for rule in RULES})
