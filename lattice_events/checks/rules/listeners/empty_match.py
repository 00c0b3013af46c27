"""A match that says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import REMOVED, Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.listeners.matches import HEADERS, HTTP, text_matches
from lattice_events.definitions.types import RULE as LISTENER_RULE
from lattice_events.definitions.values import Resource


def _check(material: Material) -> Iterator[Found]:
    for each in material.definitions.of_type(LISTENER_RULE):
        http = each.get(*HTTP)
        if http is None or http == {}:
            message = f"{each.name} matches nothing: say a Method, a PathMatch or HeaderMatches."
            yield found_in(each, *HTTP, message=message)
        elif each.get(*HEADERS) == []:
            message = f"{each.name} has an empty list of HeaderMatches."
            yield found_in(each, *HEADERS, message=message, edits=_edits(each, http))
    for match in text_matches(material.definitions):
        if match.value.get("Match") in (None, {}):
            message = f"A match of {match.rule.name} compares with nothing: say Exact or Prefix."
            yield found_in(match.rule, *match.path, "Match", message=message)


def _edits(rule: Resource, http: object) -> tuple[Edit, ...]:
    """Takes the list away, if something is matched without it."""
    if not isinstance(http, dict) or len(http) == 1:
        return ()
    return (Edit(place=rule.place(*HEADERS), name="HeaderMatches", value=REMOVED),)


RULE = Rule(
    code="LTC115",
    name="empty-match",
    severity="error",
    reason="A rule, or a match of it, matches nothing.",
    why="A rule must match a method, a path or headers. CloudFormation's schema lets the match be empty, and Terraform's provider crashes on it; what every request should meet is the listener's default action.",
    fix="State what the rule matches, or make its action the default action of the listener.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_HttpMatch.html",
        "https://github.com/hashicorp/terraform-provider-aws/issues/42156",
    ),
    wrong=rule("{}\n"),
    right=rule("Method: GET\n"),
    check=_check,
    is_fixable=True,
    fix_changes="rules",
)
