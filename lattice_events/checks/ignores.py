"""Leave out the findings that users ignore, and say what is wrong with their ignores."""

from __future__ import annotations

import os.path
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import PurePath

from lattice_events.checks.engine import finding_of, in_order, keep
from lattice_events.checks.finding import Finding, Place, parse_place
from lattice_events.checks.rule import Found, Rule
from lattice_events.checks.rules.reading import ignore_without_reason, unknown_ignore, unused_ignore
from lattice_events.checks.suggestions import suggest_rule
from lattice_events.checks.table import RULES
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.ignores import Ignore, InFile, InFolder, InResource, OnLine, read_ignores

_RULES = {name: rule for rule in RULES for name in (rule.code, rule.name)}


def metadata_ignores(definitions: Definitions) -> Iterator[Ignore]:
    """What the resources of templates ignore of themselves: ``Metadata: {lattice: {ignore: …}}``."""
    for resource in definitions.resources:
        metadata = resource.written.get("Metadata")
        lattice = metadata.get("lattice") if isinstance(metadata, dict) else None
        written = lattice.get("ignore") if isinstance(lattice, dict) else None
        for path, rule, reason in read_ignores(written):
            place = resource.locate(("Metadata", "lattice", "ignore", *path))
            yield Ignore(
                rule=rule, reason=reason, place=place, scope=InResource(resource.stack, resource.name)
            )


def apply_ignores(
    findings: Sequence[Finding],
    ignores: Iterable[Ignore],
    *,
    definitions: Definitions,
    folder: str,
    is_complete: bool,
) -> tuple[Finding, ...]:
    """The findings that nobody ignores, and what is wrong with ignores.

    Args:
        findings: Of all rules.
        ignores: Of every form.
        definitions: In which they were found.
        folder: From which relative paths start; absolute.
        is_complete: Whether every rule could run; else an ignore may be about what is not known.
    """
    written = list(dict.fromkeys(ignores))
    counting = [each for each in written if each.reason and each.rule in _RULES]
    scopes = _Scopes(definitions, folder)
    used: set[tuple[str, str]] = set()

    def is_told(finding: Finding) -> bool:
        covering = [
            each
            for each in counting
            if _RULES[each.rule].code == finding.code and scopes.cover(each, finding)
        ]
        used.update((each.place, each.rule) for each in covering)
        return not covering

    told = keep(findings, is_told)
    unused = [each for each in counting if is_complete and (each.place, each.rule) not in used]
    complaints = [*_without_rule(written), *_without_reason(written), *map(_unused, unused)]
    return in_order((*told, *dict.fromkeys(complaints)))


class _Scopes:
    """Knows of which findings an ignore speaks."""

    def __init__(self, definitions: Definitions, folder: str) -> None:
        self._definitions = definitions
        self._folder = folder

    def cover(self, ignore: Ignore, finding: Finding) -> bool:
        """Whether a finding is where an ignore counts."""
        match ignore.scope:
            case OnLine(line):
                return finding.place.line == line and self._is_beside(ignore, finding)
            case InFile():
                return self._is_beside(ignore, finding)
            case InFolder(folder):
                return PurePath(self._absolute(finding.place.file)).is_relative_to(self._absolute(folder))
            case InResource():
                return ignore.scope in self._owners(finding)

    def _is_beside(self, ignore: Ignore, finding: Finding) -> bool:
        return self._absolute(parse_place(ignore.place).file) == self._absolute(finding.place.file)

    def _absolute(self, path: str) -> str:
        return os.path.normpath(os.path.join(self._folder, path))

    def _owners(self, finding: Finding) -> Sequence[InResource]:
        """The resource of a finding; of one that names none, those that start last before its place."""
        if finding.resource is not None:
            return [InResource(finding.resource.stack, finding.resource.name)]
        places = [place for place, _ in self._starts]
        before = bisect_right(places, Place(finding.place.file, finding.place.line, finding.place.column))
        start = places[before - 1] if before else None
        if start is None or start.file != finding.place.file:
            return ()
        return [owner for place, owner in self._starts if place == start]

    @cached_property
    def _starts(self) -> Sequence[tuple[Place, InResource]]:
        """Where resources start, in order."""
        starts = []
        for each in self._definitions.resources:
            place = parse_place(each.origin)
            starts.append((Place(place.file, place.line, place.column), InResource(each.stack, each.name)))
        return sorted(starts, key=lambda start: start[0])


def _without_rule(ignores: Iterable[Ignore]) -> Iterator[Finding]:
    for each in ignores:
        if not each.rule:
            message = "This ignore names no rule: write lattice: ignore CODE: REASON."
            yield _about(each, unknown_ignore.RULE, message)
        elif each.rule not in _RULES:
            yield _about(
                each, unknown_ignore.RULE, f"There is no rule {each.rule} to ignore.{_hint(each.rule)}"
            )


def _hint(text: str) -> str:
    """What to write instead."""
    if any(rule.code.startswith(text) for rule in RULES):
        return " An ignore takes whole codes, not the beginning of some: write the code of the finding."
    return suggest_rule(text, RULES) or " Write the code of the finding, or the name of its rule."


def _without_reason(ignores: Iterable[Ignore]) -> Iterator[Finding]:
    for each in ignores:
        if each.rule in _RULES and not each.reason:
            message = f"This ignore of {each.rule} gives no reason, so it does not count: write {each.rule}: REASON."
            yield _about(each, ignore_without_reason.RULE, message)


def _unused(ignore: Ignore) -> Finding:
    message = f"{ignore.rule} is not found {_where(ignore)}, so this ignore does nothing: take it away."
    return _about(ignore, unused_ignore.RULE, message)


def _where(ignore: Ignore) -> str:
    match ignore.scope:
        case OnLine(line):
            return f"at line {line}"
        case InFile():
            return "in this file"
        case InFolder():
            return "in this folder"
        case InResource(_, name):
            return f"in {name}"


def _about(ignore: Ignore, rule: Rule, message: str) -> Finding:
    return finding_of(rule, Found(place=ignore.place, message=message))
