"""A match that leaves it to a default whether the case of letters counts."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.listeners.matches import TextMatch, text_matches


def _check(material: Material) -> Iterator[Found]:
    default = material.assumptions.cloudformation_case_sensitive
    for each in text_matches(material.definitions):
        if each.value.get("CaseSensitive") is None and each.kinds:
            what = "path" if each.shape == "PathMatch" else f"header {each.value.get('Name')}"
            counts = "counts" if default else "does not count"
            message = f"{each.rule.name} does not say whether the case of its {what} counts: here it {counts}, in the API it does."
            yield found_in(each.rule, *each.path, message=message, edits=_edits(each, default=default))


def _edits(match: TextMatch, *, default: bool) -> tuple[Edit, ...]:
    """States what is so today."""
    if match.shape == "HeaderMatch":
        place = match.rule.place(*match.path, "Name")
        return (Edit(place=place, name="Name", beside="CaseSensitive", value=default),)
    return (
        Edit(place=match.rule.place(*match.path), name="PathMatch", inside="CaseSensitive", value=default),
    )


RULE = Rule(
    code="LTC108",
    name="case-unstated",
    severity="warning",
    reason="A path or header match does not say whether the case of letters counts.",
    why="The default depends on who makes the rule: in CloudFormation's schema it is false, so that /Orders meets a match of /orders; the API's text says true for paths; the Kubernetes controller writes true. An auth policy compares paths with their case, so that a rule which does not can let in what a policy meant to keep out.",
    fix="State CaseSensitive. The fix states what CloudFormation makes of it today: false.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PathMatch.html",
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-vpclattice-rule-pathmatch.html",
    ),
    wrong=rule("PathMatch:\n  Match:\n    Prefix: /orders\n"),
    right=rule("PathMatch:\n  CaseSensitive: false\n  Match:\n    Prefix: /orders\n"),
    check=_check,
    is_fixable=True,
)
