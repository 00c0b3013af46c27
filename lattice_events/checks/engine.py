"""Run rules over what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lattice_events.checks.finding import Finding, parse_place
from lattice_events.checks.rule import Material, Rule
from lattice_events.checks.rules.reading import unreadable

_UNREADABLE = unreadable.RULE.code


def run_rules(material: Material, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Everything that the rules find, by file and line; what a reader says of a place that a rule names is left out.

    A reader refuses what it cannot make a network of, at times for the mistake that a rule explains better.
    """
    findings = [
        Finding(
            rule=rule,
            place=parse_place(found.place),
            message=found.message,
            edits=found.edits,
            resource=found.resource,
            path=found.path,
        )
        for rule in rules
        for found in rule.check(material)
    ]
    return tuple(sorted(_told_once(findings), key=lambda each: (each.place, each.code, each.message)))


def _told_once(findings: Sequence[Finding]) -> Iterable[Finding]:
    """Each finding once, without those of readers at the places of others."""
    explained = {each.place for each in findings if each.code != _UNREADABLE and each.severity != "note"}
    told = {(each.place, each.code, each.message): each for each in reversed(findings)}
    return [each for each in told.values() if each.code != _UNREADABLE or each.place not in explained]
