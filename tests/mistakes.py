"""Mistakes as diffs to correct definitions, with everything that `lattice check` finds then.

A mistake is a file of `tests/cases/checks/mistakes/`: its title, where it is known from (``source:``), each finding
(``finds: CODE FILE:LINE``), whether functions must run for that (``runs: handlers``), and a unified diff to a folder of `tests/cases/checks/definitions/`.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parent / "cases" / "checks"
DEFINITIONS = CASES / "definitions"
_CHANGED = re.compile(r"^\+\+\+ b/([^/\s]+)/", re.MULTILINE)


@dataclass(frozen=True)
class Mistake:
    """One file of mistakes."""

    path: Path

    def __str__(self) -> str:
        return self.path.stem

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def findings(self) -> list[str]:
        """``CODE FILE:LINE`` of each, in order."""
        return re.findall(r"^finds: (LTC\d{3} \S+:\d+)$", self.text, re.MULTILINE)

    @property
    def runs_handlers(self) -> bool:
        """Whether it is found with --run-handlers only."""
        return bool(re.search(r"^runs: handlers$", self.text, re.MULTILINE))

    @property
    def definition(self) -> str:
        """The folder that it changes."""
        name: str
        (name,) = set(_CHANGED.findall(self.text))
        return name

    def made_in(self, folder: Path) -> Path:
        """A copy of the definition with the mistake in it."""
        shutil.copytree(DEFINITIONS / self.definition, folder / self.definition)
        subprocess.run(["git", "apply", "--unidiff-zero", self.path], cwd=folder, check=True)
        return folder / self.definition


ALL_MISTAKES = [Mistake(path) for path in sorted((CASES / "mistakes").glob("*.diff"))]
MISTAKES = [each for each in ALL_MISTAKES if not each.runs_handlers]
MISTAKES_OF_RUNS = [each for each in ALL_MISTAKES if each.runs_handlers]
