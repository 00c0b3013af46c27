from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from lattice_events.checks.finding import Finding, Place
from lattice_events.checks.rule import Rule, Severity
from lattice_events.checks.rules.reading import unreadable
from lattice_events.checks.selection import Threshold, is_failure, select_rules
from lattice_events.checks.suggestions import suggest_rule
from lattice_events.errors import ConfigurationError


def rule(code: str, name: str, severity: Severity = "error") -> Rule:
    return replace(unreadable.RULE, code=code, name=name, severity=severity)


VERSION = rule("LTC001", "event-version-unstated")
WEIGHTS = rule("LTC105", "weights-all-zero")
POLICY = rule("LTC201", "policy-never-matches")
RULES = (VERSION, WEIGHTS, POLICY, unreadable.RULE)


@pytest.mark.parametrize(
    ("select", "ignore", "expected"),
    [
        ([], [], RULES),
        (["LTC001"], [], (VERSION, unreadable.RULE)),
        (["LTC1", "policy-never-matches"], [], (WEIGHTS, POLICY, unreadable.RULE)),
        (["LTC"], ["LTC2"], (VERSION, WEIGHTS, unreadable.RULE)),
        ([], ["event-version-unstated", "LTC10"], (POLICY, unreadable.RULE)),
        (["LTC901"], [], (unreadable.RULE,)),
        (["LTC001"], ["LTC9"], (VERSION, unreadable.RULE)),
        ([], ["unreadable", "LTC901", "LTC001"], (WEIGHTS, POLICY, unreadable.RULE)),
    ],
)
def test_rules_are_selected_by_code_beginning_and_name(
    select: Sequence[str], ignore: Sequence[str], expected: tuple[Rule, ...]
) -> None:
    assert select_rules(RULES, select=select, ignore=ignore) == expected


def test_every_text_that_means_no_rule_is_told() -> None:
    with pytest.raises(ConfigurationError) as caught:
        select_rules(RULES, select=["LTC01", "LTC0", "ltc105", ""], ignore=["policy-never-matchs", "LTC5"])

    assert str(caught.value).splitlines() == [
        "--select LTC01: there is no such rule. Did you mean LTC001?",
        "--select ltc105: there is no such rule. Did you mean LTC105?",
        "--select : there is no such rule. Give the code of a rule, its beginning (LTC2), or its name.",
        "--ignore policy-never-matchs: there is no such rule. Did you mean policy-never-matches?",
        "--ignore LTC5: there is no such rule. Give the code of a rule, its beginning (LTC2), or its name.",
    ]


@pytest.mark.parametrize(
    ("select", "ignore"), [(["LTC2"], ["LTC2"]), (["LTC201"], ["policy-never-matches"]), ([], ["LTC"])]
)
def test_a_choice_that_leaves_no_rule_is_refused(select: Sequence[str], ignore: Sequence[str]) -> None:
    with pytest.raises(ConfigurationError, match="No rule is left"):
        select_rules(RULES, select=select, ignore=ignore)


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("LTC0001", " Did you mean LTC001?"),
        ("ltc105", " Did you mean LTC105?"),
        ("event-version-unstatd", " Did you mean event-version-unstated?"),
        ("LTC999", ""),
        ("LTC202", ""),
        ("LTC" + "9" * 5000, ""),
    ],
)
def test_a_rule_is_suggested_for_what_is_nearly_its_code_or_name(text: str, suggestion: str) -> None:
    assert suggest_rule(text, RULES) == suggestion


@pytest.mark.parametrize(
    ("fail_on", "expected"),
    [
        ("error", [True, False, False]),
        ("warning", [True, True, False]),
        ("note", [True, True, True]),
        ("never", [False, False, False]),
    ],
)
def test_a_run_fails_on_what_is_as_severe_as_it_says(fail_on: Threshold, expected: list[bool]) -> None:
    severities: tuple[Severity, ...] = ("error", "warning", "note")
    findings = [
        Finding(rule=rule("LTC001", "x", severity), place=Place("a.yaml"), message="")
        for severity in severities
    ]

    assert [is_failure([each], fail_on=fail_on) for each in findings] == expected
    assert not is_failure([], fail_on=fail_on)
