"""Which rules a user asks for, and which findings make a run fail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal, get_args

from lattice_events.checks.finding import Finding
from lattice_events.checks.rule import Rule, Severity
from lattice_events.checks.rules.reading import unreadable
from lattice_events.checks.suggestions import suggest_rule
from lattice_events.errors import ConfigurationError, Problem

Threshold = Literal["error", "warning", "note", "never"]
_BEGINNING = re.compile(r"LTC\d{0,3}")
_ORDER: Sequence[Severity] = get_args(Severity)


def select_rules(
    rules: Sequence[Rule], *, select: Sequence[str] = (), ignore: Sequence[str] = ()
) -> tuple[Rule, ...]:
    """The rules that a user asks for; what cannot be read is told whatever is selected or ignored.

    Args:
        rules: All there are.
        select: Codes, beginnings of codes such as ``LTC2``, and names; all of them where there are none.
        ignore: Likewise; it has the last word.

    Raises:
        ConfigurationError: Carries every text that means no rule; or no rule is left.
    """
    problems = [*_unknown("--select", select, rules), *_unknown("--ignore", ignore, rules)]
    if problems:
        raise ConfigurationError(problems)
    chosen = [
        rule for rule in rules if (not select or _is_meant(rule, select)) and not _is_meant(rule, ignore)
    ]
    if not chosen:
        raise ConfigurationError("No rule is left: --ignore takes away everything that --select names.")
    return tuple(rule for rule in rules if rule in chosen or rule.code == unreadable.RULE.code)


def is_failure(findings: Iterable[Finding], *, fail_on: Threshold) -> bool:
    """Whether one of the findings is as severe as what a run shall fail on."""
    if fail_on == "never":
        return False
    severe = _ORDER[: _ORDER.index(fail_on) + 1]
    return any(each.severity in severe for each in findings)


def _is_meant(rule: Rule, texts: Iterable[str]) -> bool:
    return any(
        text in (rule.code, rule.name) or (_BEGINNING.fullmatch(text) and rule.code.startswith(text))
        for text in texts
    )


def _unknown(option: str, texts: Iterable[str], rules: Sequence[Rule]) -> Iterator[Problem]:
    """What is wrong with texts that mean no rule."""
    for text in dict.fromkeys(texts):
        if not any(_is_meant(rule, (text,)) for rule in rules):
            hint = suggest_rule(text, rules) or " Give the code of a rule, its beginning (LTC2), or its name."
            yield Problem(f"{option} {text}: there is no such rule.{hint}")
