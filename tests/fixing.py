"""Fix what lies in a folder, as `lattice check --fix` does."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lattice_events.checks.finding import Finding
from lattice_events.cli.check_findings import Looked, find_mistakes
from lattice_events.cli.check_fixing import fix_files
from lattice_events.cli.check_report import Output
from lattice_events.readers.project import survey
from tests.checking import EVERYTHING, STILL


def look(*paths: Path) -> Looked:
    """What `lattice check` finds."""
    found = survey(paths, STILL)
    return Looked(found=found, findings=find_mistakes(found, EVERYTHING))


def fixed(*paths: Path) -> tuple[Sequence[Finding], Sequence[str]]:
    """Fix the files; what is found in them then, and what must be done by hand."""
    output = Output(format_="text", file=None, is_quiet=True)
    looked = fix_files(look(*paths), lambda: look(*paths), output)
    return looked.findings, looked.said
