"""Every rule, in the order of their codes; a new one takes the next free code of its family, and none is used again."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.groups import event_version_unstated
from lattice_events.checks.rules.reading import unreadable

RULES: tuple[Rule, ...] = (
    event_version_unstated.RULE,
    unreadable.RULE,
)
RULE_BY_CODE = {rule.code: rule for rule in RULES}
