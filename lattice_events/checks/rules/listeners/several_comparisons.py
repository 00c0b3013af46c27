"""A match with two kinds of comparison."""

from __future__ import annotations

from collections.abc import Iterator

from lattice_events.checks.rule import Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.listeners.matches import text_matches


def _check(material: Material) -> Iterator[Found]:
    for each in text_matches(material.definitions):
        if len(each.kinds) > 1:
            message = f"A match of {each.rule.name} has {' and '.join(each.kinds)}: it has one of them."
            yield found_in(each.rule, *each.path, "Match", message=message)


RULE = Rule(
    code="LTC110",
    name="several-comparisons",
    severity="error",
    reason="A match has several of Exact, Prefix and Contains.",
    why="A path match is exact or a prefix, and a header match exact, a prefix or a part. CloudFormation's schema lets several stand; AWS's handler of the type then refuses to create the rule.",
    fix="Keep one. Rules of their own match what else is meant.",
    source=(
        "https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PathMatchType.html",
        "https://github.com/aws-cloudformation/aws-cloudformation-resource-providers-vpc-lattice",
    ),
    wrong=rule("PathMatch:\n  CaseSensitive: true\n  Match:\n    Exact: /orders\n    Prefix: /orders/\n"),
    right=rule("PathMatch:\n  CaseSensitive: true\n  Match:\n    Prefix: /orders\n"),
    check=_check,
)
