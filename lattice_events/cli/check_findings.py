"""Which findings `lattice check` tells: of the rules that were asked for."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import click

from lattice_events.checks.engine import keep, run_rules
from lattice_events.checks.finding import Finding, parse_place
from lattice_events.checks.ignores import apply_ignores, metadata_ignores
from lattice_events.checks.rule import DryRun, Material, Rule
from lattice_events.checks.selection import Threshold, is_failure, select_rules
from lattice_events.checks.table import RULES
from lattice_events.cli.completions import complete_rule
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.ignores import Ignore
from lattice_events.errors import ManifestError
from lattice_events.readers.common.comments import find_ignores
from lattice_events.readers.common.files import read_text
from lattice_events.readers.project import Survey

_OPTIONS = (
    click.option(
        "--select",
        multiple=True,
        metavar="CODES",
        shell_complete=complete_rule,
        help="Only these rules: codes, their beginnings (LTC2) or names, separated by commas; repeatable.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        metavar="CODES",
        shell_complete=complete_rule,
        help="Not these rules; likewise.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice(get_args(Threshold)),
        default="error",
        show_default=True,
        help="The least severity of a finding that makes the exit status 1.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What a user wants to be told.

    Attributes:
        rules: Those that were asked for.
        fail_on: What makes the exit status 1.
    """

    rules: tuple[Rule, ...]
    fail_on: Threshold

    @property
    def codes(self) -> frozenset[str]:
        """Of the rules."""
        return frozenset(rule.code for rule in self.rules)

    @property
    def has_every_rule(self) -> bool:
        """Whether none was left out."""
        return self.rules == RULES

    def is_failure(self, findings: Iterable[Finding]) -> bool:
        """Whether the exit status is 1."""
        return is_failure(findings, fail_on=self.fail_on)


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What one look at the files has found.

    Attributes:
        found: What is defined.
        findings: To tell.
        said: What else to say.
        known: How many findings are not told because a baseline has them.
        baseline: How that is called.
    """

    found: Survey
    findings: Sequence[Finding]
    said: Sequence[str] = ()
    known: int = 0
    baseline: str = ""


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that says which findings count."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_choice(*, select: tuple[str, ...], ignore: tuple[str, ...], fail_on: Threshold) -> Choice:
    """What the options say.

    Raises:
        ConfigurationError: One of them names no rule.
    """
    rules = select_rules(RULES, select=_codes(select), ignore=_codes(ignore))
    return Choice(rules=rules, fail_on=fail_on)


def _codes(texts: tuple[str, ...]) -> list[str]:
    """Every code of comma lists."""
    return [code.strip() for text in texts for code in text.split(",")]


def find_mistakes(found: Survey, choice: Choice, *, dry_runs: tuple[DryRun, ...] = ()) -> tuple[Finding, ...]:
    """The findings to tell; every rule runs, since one explains what another one only refuses."""
    material = Material(
        definitions=found.definitions,
        network=found.network,
        problems=found.problems,
        lost_handlers=found.lost_handlers,
        repetitions=found.repetitions,
        dry_runs=dry_runs,
        assumptions=found.settings.assumptions,
    )
    findings = run_rules(material, RULES)
    told = apply_ignores(
        findings,
        (*found.ignores, *metadata_ignores(found.definitions), *_comments(found.definitions, findings)),
        definitions=found.definitions,
        folder=os.getcwd(),
        is_complete=found.network is not None,
    )
    return keep(told, lambda each: each.code in choice.codes)


def _comments(definitions: Definitions, findings: Iterable[Finding]) -> Iterator[Ignore]:
    """What the comments of every file ignore in which something is defined, or found."""
    origins = [each.origin for each in definitions.resources]
    origins += [each.origin for each in definitions.objects]
    files = {parse_place(each).file for each in origins}
    for file in sorted(files.union(each.place.file for each in findings)):
        try:
            yield from find_ignores(read_text(Path(file), file), file)
        except ManifestError:  # it has no file, or one that is told already
            continue
