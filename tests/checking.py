"""Run the rules over definitions in a folder, as `lattice check` does."""

from __future__ import annotations

import os
from pathlib import Path

from lattice_events.checks.finding import Finding
from lattice_events.checks.rule import Material
from lattice_events.checks.table import RULES
from lattice_events.cli.check_findings import Choice, find_mistakes
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import survey

STILL = ReadOptions(runs_functions=False, runs_targets=False, guesses_conditions=True)
EVERYTHING = Choice(rules=RULES, fail_on="never")


def material_of(*paths: Path, options: ReadOptions | None = None) -> Material:
    """What the paths define."""
    found = survey(paths, options or STILL)
    return Material(
        definitions=found.definitions,
        network=found.network,
        problems=found.problems,
        lost_handlers=found.lost_handlers,
        repetitions=found.repetitions,
    )


def findings_in(*paths: Path) -> tuple[Finding, ...]:
    """Everything that `lattice check` finds."""
    return find_mistakes(survey(paths, STILL), EVERYTHING)


def told(findings: tuple[Finding, ...], folder: Path) -> list[str]:
    """``CODE FILE:LINE`` of each, with files as seen from a folder."""
    return [f"{each.code} {os.path.relpath(each.place.file, folder)}:{each.place.line}" for each in findings]


def codes_of(definition: str, folder: Path, *families: str, file: str = "definition.yaml") -> list[str]:
    """The codes of what the rules find in one definition, or those of some families (``LTC4``, say)."""
    (folder / file).write_text(definition)
    return [each.code for each in findings_in(folder / file) if each.code.startswith(families or "")]
