"""What a run of `lattice check` has to tell, whatever the format."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import get_args

from lattice_events.checks.finding import Finding
from lattice_events.checks.rule import Severity

_NAMED_FILES = 3  # as many as one reads in a sentence


@dataclass(frozen=True, kw_only=True)
class Report:
    """The findings, and what formats say beside them.

    Attributes:
        version: Of this package.
        findings: By file and line.
        files: That were checked, as the user called them.
        notes: What else should be said.
        folder: Where the paths of files begin; absolute.
        root: Of the repository, where code hosts let them begin; absolute.
        is_failure: Whether a finding makes the run fail.
        known: How many findings the baseline has, which are not told.
        baseline: How it is called.
        has_every_rule: Whether no rule was left out.
    """

    version: str
    findings: Sequence[Finding]
    files: Sequence[str]
    notes: Sequence[str]
    folder: str
    root: str
    is_failure: Callable[[Finding], bool]
    known: int = 0
    baseline: str = ""
    has_every_rule: bool = True

    @property
    def counts(self) -> dict[Severity, int]:
        """How many findings there are of each severity."""
        found = Counter(each.severity for each in self.findings)
        return {severity: found[severity] for severity in get_args(Severity)}

    def from_root(self, file: str) -> str:
        """The path of a file from the root of the repository, with slashes."""
        path = os.path.relpath(
            os.path.join(self.folder, file), self.root
        )  # both absolute: nothing is looked up
        return path.replace(os.sep, "/")

    def summary(self) -> str:
        """A sentence: ``3 errors, 2 warnings in 4 files.``, say."""
        found = [_counted(number, severity) for severity, number in self.counts.items() if number]
        if not found:
            return self._nothing()
        files = {each.place.file for each in self.findings}
        return f"{', '.join(found)} in {_counted(len(files), 'file')}."

    def _nothing(self) -> str:
        by = "" if self.has_every_rule else " by the chosen rules"
        if self.known:
            verb = "is" if self.known == 1 else "are"
            found = " found" if by else ""
            return f"No new mistakes{found}{by}: {_counted(self.known, 'finding')} {verb} in {self.baseline}."
        return f"No mistakes found{by}{_in_files(self.files)}."


def _in_files(files: Sequence[str]) -> str:
    if not files:
        return ""
    *others, last = files
    if len(others) >= _NAMED_FILES:
        return f" in {len(files)} files"
    return f" in {', '.join(others)}{' and ' if others else ''}{last}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'s' if number != 1 else ''}"
