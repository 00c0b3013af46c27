"""Run rules over what was read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from lattice_events.checks.finding import Finding, Place, parse_place
from lattice_events.checks.rule import Found, Material, Rule
from lattice_events.checks.rules.reading import unreadable
from lattice_events.errors import Problem

_UNREADABLE = unreadable.RULE.code


def run_rules(material: Material, rules: Iterable[Rule]) -> tuple[Finding, ...]:
    """Everything that the rules find, by file and line; what a reader says of a place that a rule names is left out.

    A reader refuses what it cannot make a network of, at times for the mistake that a rule explains better.
    """
    findings = [finding_of(rule, found) for rule in rules for found in rule.check(material)]
    return in_order(_told_once(findings, hides_others=material.network is None))


def keep(findings: Sequence[Finding], is_kept: Callable[[Finding], bool]) -> tuple[Finding, ...]:
    """The findings that a test keeps; what a reader says stands again where it keeps none that explains it.

    Else nothing would say that no network can be made of what was read, so that many rules cannot find anything.
    """
    kept = [each for each in findings if is_kept(each)]
    explained = {each.place for each in kept if each.explains}
    again = {
        (said.place, said.message): said
        for each in findings
        for said in each.explains
        if each.place not in explained
    }
    return in_order((*kept, *filter(is_kept, again.values())))


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


def _told_once(findings: Sequence[Finding], *, hides_others: bool) -> Iterable[Finding]:
    """Each finding once, without those of readers at the places of others, which keep them if they hide other mistakes."""
    told = {(each.place, each.code, each.message): each for each in reversed(findings)}.values()
    said: dict[Place, list[Finding]] = defaultdict(list)
    for each in told:
        if each.code == _UNREADABLE:
            said[each.place].append(each)
    explained = {each.place for each in told if _explains(each)}
    for each in told:
        if _explains(each) and hides_others:
            yield replace(each, explains=tuple(said.get(each.place, ())))
        elif each.code != _UNREADABLE or each.place not in explained:
            yield each


def _explains(finding: Finding) -> bool:
    return finding.code != _UNREADABLE and finding.severity != "note"
