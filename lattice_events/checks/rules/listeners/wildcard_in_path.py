"""A path with a wildcard or a parameter, which other routers have."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lattice_events.checks.rule import Edit, Found, Material, Rule, found_in
from lattice_events.checks.rules.listeners.examples import rule
from lattice_events.checks.rules.listeners.matches import TextMatch, text_matches

_WILD = re.compile(r"\*|\{[^}]*\}")
_AT_THE_END = re.compile(r"(/[^*{}]*)(?:\*|\{[^}]*\+\})")


def _check(material: Material) -> Iterator[Found]:
    for each in text_matches(material.definitions):
        if each.shape == "PathMatch" and len(each.kinds) == 1:
            (kind,) = each.kinds
            text = each.value["Match"][kind]
            found = _WILD.search(text) if isinstance(text, str) else None
            if found:
                message = f"VPC Lattice has no wildcards in paths, but {each.rule.name} matches {text}: write Prefix: {text[: found.start()] or '/'}, which matches whatever follows."
                path = (*each.path, "Match", kind)
                yield found_in(each.rule, *path, message=message, edits=_edits(each, text))


def _edits(match: TextMatch, text: str) -> tuple[Edit, ...]:
    """Makes a prefix of what ends in one wildcard, where the text is written out."""
    meant = _AT_THE_END.fullmatch(text)
    written = match.rule.written_at(*match.path, "Match")
    if meant is None or not isinstance(written, dict) or text not in written.values():
        return ()
    place = match.rule.place(*match.path, "Match")
    return (Edit(place=place, name="Match", value={"Prefix": meant[1]}),)


RULE = Rule(
    code="LTC114",
    name="wildcard-in-path",
    severity="error",
    reason="A path of a rule has a wildcard or a parameter.",
    why="A path match is a text or the beginning of one; its pattern has no * and no braces, so that CloudFormation refuses the template, and the API the rule.",
    fix="Match what comes before the wildcard as Prefix, which matches whatever follows it.",
    source=("https://docs.aws.amazon.com/vpc-lattice/latest/APIReference/API_PathMatchType.html",),
    wrong=rule("PathMatch:\n  CaseSensitive: true\n  Match:\n    Exact: /orders/*\n"),
    right=rule("PathMatch:\n  CaseSensitive: true\n  Match:\n    Prefix: /orders/\n"),
    check=_check,
    is_fixable=True,
    fix_changes="rules",
)
