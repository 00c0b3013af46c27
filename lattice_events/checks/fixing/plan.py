"""What mends findings: how the files of all of them shall be, and which must be mended by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lattice_events.checks.finding import Finding, parse_place
from lattice_events.checks.fixing.origins import file_refusal
from lattice_events.checks.fixing.texts import fix_text
from lattice_events.checks.fixing.trees import tree_of
from lattice_events.checks.fixing.writing import Style, inline
from lattice_events.checks.rule import REMOVED, Edit

_SHOWN = Style(is_flow=False, is_json=False, newline="\n", step="  ")


@dataclass(frozen=True, kw_only=True)
class Unfixed:
    """A finding that has edits which are not made."""

    finding: Finding
    reason: str

    @property
    def advice(self) -> str:
        """What to do by hand."""
        edits = "; ".join(map(_described, self.finding.edits))
        return f"{self.finding.place}: {self.finding.code} is not fixed, because {self.reason}. By hand: {edits}."


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What to do.

    Attributes:
        texts: Of each file that changes, as it shall be.
        fixed: The findings that are mended so.
        unfixed: Those that could not be.
    """

    texts: Mapping[str, str]
    fixed: Sequence[Finding]
    unfixed: Sequence[Unfixed]


def edited_files(findings: Iterable[Finding]) -> Sequence[str]:
    """The files that the edits of findings are about."""
    return sorted({parse_place(edit.place).file for each in findings for edit in each.edits})


def plan_fixes(findings: Iterable[Finding], texts: Mapping[str, str]) -> Plan:
    """Make the edits of findings.

    Args:
        findings: Of any rules.
        texts: Of the files that could be read.
    """
    unfixed: list[Unfixed] = []
    by_file: dict[str, list[Finding]] = {}
    for each in findings:
        reason = _refusal(each, texts) if each.edits else ""
        if reason:
            unfixed.append(Unfixed(finding=each, reason=reason))
        elif each.edits:
            by_file.setdefault(edited_files((each,))[0], []).append(each)
    changed: dict[str, str] = {}
    fixed: list[Finding] = []
    for file, several in by_file.items():
        made = fix_text(texts[file], [each.edits for each in several], is_json=file.endswith(".json"))
        unfixed += (Unfixed(finding=several[index], reason=reason) for index, reason in made.refused.items())
        fixed += (each for index, each in enumerate(several) if index not in made.refused)
        if made.text != texts[file]:
            changed[file] = made.text
    return Plan(texts=changed, fixed=fixed, unfixed=unfixed)


def _refusal(finding: Finding, texts: Mapping[str, str]) -> str:
    """Why the files of a finding are not edited; empty if they may be."""
    file, *others = edited_files((finding,))
    if others:
        return "several files would have to change"
    return file_refusal(file, texts.get(file, "")) or ("" if file in texts else "the file cannot be read")


def _described(edit: Edit) -> str:
    """An edit in words."""
    name = edit.beside or edit.inside or edit.name
    if edit.value is REMOVED:
        return f"remove {name}"
    where = f" beside {edit.name}" if edit.beside else f" in {edit.name}" if edit.inside != "" else ""
    if isinstance(edit.inside, int):
        return f"write {_shown(edit.value)} as item {edit.inside + 1}{where}"
    return f"write {_shown({name: edit.value})[1:-1]}{where}"


def _shown(value: Any) -> str:
    return inline(tree_of(value, is_short=True), _SHOWN)
