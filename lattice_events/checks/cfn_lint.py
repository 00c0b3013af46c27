"""Rules for cfn-lint: ``cfn-lint template.yaml -a lattice_events.checks.cfn_lint``, and what runs it: editors, ``sam validate --lint``.

What cfn-lint has read is what is looked at, never a file: an editor holds text that is not saved. Each rule of
`lattice check` about templates is a class of this module, which cfn-lint finds; all of them share one run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path as FilePath
from typing import Any

from cfnlint import rules as lint

from lattice_events.checks.engine import run_rules
from lattice_events.checks.finding import Finding
from lattice_events.checks.ignores import apply_ignores, metadata_ignores
from lattice_events.checks.rule import Material, Rule
from lattice_events.checks.rules.reading import unused_ignore
from lattice_events.checks.table import RULES
from lattice_events.definitions.values import Path
from lattice_events.readers.cloudformation.reader import TemplateSource, template_source
from lattice_events.readers.common.documents import MAX_DEPTH, Document
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.project import survey_source
from lattice_events.readers.sam.reader import sam_source
from lattice_events.readers.sam.samconfig import SamConfig
from lattice_events.readers.sam.template import is_sam

_LETTERS = {"error": "E", "warning": "W", "note": "I"}
_STILL = ReadOptions(runs_functions=False, runs_targets=False, guesses_conditions=True)


def lint_id(rule: Rule) -> str:
    """The id of a rule for cfn-lint: LTC001 is W9001; what starts with 9 is left to users there."""
    return f"{_LETTERS[rule.severity]}9{rule.code.removeprefix('LTC')}"


class _Reading:
    """What cfn-lint has read as plain values, with the marks of its parser."""

    def __init__(self, template: Any) -> None:
        self.positions: dict[Path, tuple[int, int]] = {}
        self.ends: dict[tuple[int, int], tuple[int, int]] = {}
        self.value = self._plain(template, ())

    def _plain(self, value: Any, path: Path) -> Any:
        """A value without marks; what is nested too deeply, or contains itself, ends there."""
        self._mark(value, path)
        if len(path) > MAX_DEPTH:
            return None
        if isinstance(value, dict):
            plain = {}
            for key, item in value.items():
                plain_key = str(key) if isinstance(key, str) else key
                self._mark(key, (*path, plain_key))
                plain[plain_key] = self._plain(item, (*path, plain_key))
            return plain
        if isinstance(value, list):
            return [self._plain(item, (*path, index)) for index, item in enumerate(value)]
        if isinstance(value, date):  # which CloudFormation reads as text
            return value.isoformat()
        return str(value) if isinstance(value, str) else value

    def _mark(self, node: Any, path: Path) -> None:
        """Remember where a node stands, if cfn-lint does; of a key and its value, the key."""
        start, end = getattr(node, "start_mark", None), getattr(node, "end_mark", None)
        if start is not None and end is not None:
            place = (start.line + 1, start.column + 1)
            self.positions.setdefault(path, place)
            self.ends.setdefault(place, (end.line + 1, end.column + 1))


@lru_cache(maxsize=1)  # every rule asks about one template, then about the next
def _matches(cfn: Any) -> Mapping[str, list[lint.RuleMatch]]:
    """What is found in a template, by code."""
    reading = _Reading(cfn.template)
    file = cfn.filename or "template"
    document = Document(value=reading.value, file=file, positions=reading.positions)
    paths = {place: path for path, place in reversed(reading.positions.items())}
    found: dict[str, list[lint.RuleMatch]] = {}
    for each in _findings(document):
        place = (each.place.line, each.place.column)
        location = [number - 1 for number in (*place, *reading.ends.get(place, place))]
        message = f"{each.code}: {each.message}"
        match = lint.RuleMatch(list(paths.get(place, ())), message, location=tuple(location))
        found.setdefault(each.code, []).append(match)
    return found


def _findings(document: Document) -> Iterator[Finding]:
    found = survey_source(_source(document), _STILL)
    material = Material(
        definitions=found.definitions,
        network=found.network,
        problems=found.problems,
        lost_handlers=found.lost_handlers,
    )
    ignores = (*found.ignores, *metadata_ignores(found.definitions))
    yield from apply_ignores(
        run_rules(material, RULES),
        ignores,
        definitions=found.definitions,
        folder=str(FilePath.cwd()),
        is_complete=False,  # what other templates say is not known here
    )


def _source(document: Document) -> TemplateSource:
    """The template as the reader of its form gives it, without the files that it names."""
    folder = FilePath(document.file).absolute().parent
    if is_sam(document.value):  # an earlier cfn-lint has translated it
        return sam_source(document, folder, _STILL, config=SamConfig(), is_alone=True)
    return template_source(document, folder, is_alone=True)


def _lint_rule(rule: Rule) -> type[lint.CloudFormationLintRule]:
    """The class for cfn-lint of a rule."""

    def match(_: lint.CloudFormationLintRule, cfn: Any) -> Iterator[lint.RuleMatch]:
        yield from _matches(cfn).get(rule.code, ())

    about = {
        "__doc__": rule.reason,
        "__module__": __name__,
        "id": lint_id(rule),
        "shortdesc": rule.reason,
        "description": f"{rule.why} {rule.fix}",
        "source_url": rule.source[0],
        "tags": ["vpc-lattice", rule.code, rule.name],
        "match": match,
    }
    return type(rule.code, (lint.CloudFormationLintRule,), about)


LINT_RULES = tuple(
    _lint_rule(rule)
    for rule in RULES
    if rule.form == "template" and not rule.runs_handlers and rule is not unused_ignore.RULE
)
globals().update({each.__name__: each for each in LINT_RULES})  # where cfn-lint looks for classes
