"""Run rules over what was read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lattice_events.checks.finding import Finding, parse_place
from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.reading import unreadable
from lattice_events.errors import Problem

_UNREADABLE = unreadable.RULE.code


def run_rules(material: Material, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Everything that the rules find, by file and line; what a reader says of a place that a rule names is left out.

    A reader refuses what it cannot make a network of, at times for the mistake that a rule explains better.
    """
    findings = [finding_of(rule, found) for rule in rules for found in rule.check(material)]
    return in_order(_told_once(findings))


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings by file and line."""
    return tuple(sorted(findings, key=lambda each: (each.place, each.code, each.message)))


def finding_of(rule: Rule, found: Found) -> Finding:
    """What a rule says, as text that every report can carry: names in it may be anything."""
    told = Problem(found.message, found.place)
    is_made = any(parse_place(each.place).construct for each in found.edits)  # by a tool, of something else
    return Finding(
        rule=rule,
        place=parse_place(told.origin),
        message=told.message,
        edits=() if is_made else found.edits,
        resource=found.resource,
        path=found.path,
    )


def _told_once(findings: Sequence[Finding]) -> Iterable[Finding]:
    """Each finding once, without those of readers at the places of others."""
    explained = {each.place for each in findings if each.code != _UNREADABLE and each.severity != "note"}
    told = {(each.place, each.code, each.message): each for each in reversed(findings)}
    return [each for each in told.values() if each.code != _UNREADABLE or each.place not in explained]
