"""`import lattice_events` stays cheap: a cold start pays for every module it loads.

Modules are counted and never timed: a count is the same on every machine.
"""

from __future__ import annotations

import json
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_MODULES = 45

# What each costs after Lambda's bootstrap, in issue order: 9, 3, 3, 2 ms and the two for logs and coroutines.
TOO_DEAR = {"asyncio", "dataclasses", "datetime", "inspect", "logging", "typing", "urllib.parse"}

# Without site (-S), because an editable install's own import hook would load modules that Lambda does not have.
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
import awslambdaric.bootstrap
before = set(sys.modules)
import lattice_events
import json
print(json.dumps(sorted(set(sys.modules) - before)))
"""


@pytest.fixture(scope="module")
def added() -> set[str]:
    """The modules that the import adds to a process that has loaded what Lambda's has."""
    pytest.importorskip("awslambdaric")
    paths = [str(ROOT), sysconfig.get_path("purelib"), sysconfig.get_path("platlib")]
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", PROGRAM, *paths], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout))


def test_import_adds_the_standard_library_only(added: set[str]) -> None:
    tops = {name.partition(".")[0] for name in added}

    assert tops - sys.stdlib_module_names == {"lattice_events"}


def test_import_adds_few_modules(added: set[str]) -> None:
    assert len(added) <= MAX_MODULES, sorted(added)


def test_the_readme_says_how_many_are_ours(added: set[str]) -> None:
    ours = {name for name in added if name.partition(".")[0] == "lattice_events"}
    in_words = {12: "twelve", 13: "thirteen", 14: "fourteen"}[len(ours)]

    assert f"standard library and {in_words} small modules" in (ROOT / "README.md").read_text()


def test_import_adds_nothing_that_is_dear(added: set[str]) -> None:
    assert added & TOO_DEAR == set()
