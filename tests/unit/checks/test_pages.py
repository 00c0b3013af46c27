from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from lattice_events.checks.table import RULE_BY_CODE

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
