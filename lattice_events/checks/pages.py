"""The page of each rule in Markdown, as docs/checks/ has it, and the table of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from lattice_events.checks.rule import FixedPart, Rule

_AFTERWARDS: Mapping[FixedPart, str] = {
    "nothing": "every request is answered as before",
    "events": "functions get events of the stated version",
    "policies": "the policy counts for the requests that it is about",
    "rules": "the rule takes the requests that it matches",
    "groups": "requests reach the target group",
}
_MARKUP = re.compile(r"[\\*<`|]")


def page(rule: Rule) -> str:
    """The page of a rule, with links to others."""
    return f"""\
{titled(rule)}
[All rules](../checks.md#rules) · [Other ways to ignore a finding](../checks.md#ignore-a-finding)
"""


def titled(rule: Rule) -> str:
    """What a page says, below its title."""
    return f"""\
# {rule.code} {rule.name}

{body(rule)}"""


def body(rule: Rule) -> str:
    """What a page says, without its title and without links to other pages."""
    sources = "".join(f"- <{each}>\n" for each in rule.source)
    return f"""\
{_prose(rule.reason)}

*{rule.severity.capitalize()}* · {rule.family} · {_fixing(rule)}{_running(rule)}

## Why

{_prose(rule.why)}

## Wrong

```yaml
{rule.wrong}```

## Right

```yaml
{rule.right}```

## What to do

{_prose(rule.fix)}

## How to ignore it

Write `# lattice: ignore {rule.code}: WHY` at the end of the line that the finding names, or alone on the line above.

## Source

{sources}"""


def _prose(text: str) -> str:
    """A plain text as Markdown that shows it."""
    return _MARKUP.sub(r"\\\g<0>", text)


def _fixing(rule: Rule) -> str:
    return (
        f"`lattice check --fix` mends it: {_AFTERWARDS[rule.fix_changes]}"
        if rule.is_fixable
        else "a person must mend it"
    )


def _running(rule: Rule) -> str:
    return " · found with `lattice check --run-handlers`" if rule.runs_handlers else ""


def index(rules: Iterable[Rule]) -> str:
    """A table for each family, with links to the pages."""
    return "\n".join(
        _table(family, list(each)) for family, each in groupby(rules, key=lambda rule: rule.family)
    )


def _table(family: str, rules: Sequence[Rule]) -> str:
    rows = "".join(
        f"| [{rule.code}](checks/{rule.code}.md) | `{rule.name}` | {rule.severity} | {_prose(rule.reason)}{_mark(rule)} |\n"
        for rule in rules
    )
    return f"""\
### {family[:1].upper()}{family[1:]}

| code | name | severity | what is wrong |
|---|---|---|---|
{rows}"""


def _mark(rule: Rule) -> str:
    return " *Fixable.*" if rule.is_fixable else ""
