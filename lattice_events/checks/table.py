"""Every rule, in the order of their codes; a new one takes the next free code of its family, and none is used again."""

from __future__ import annotations

from lattice_events.checks.rule import Rule
from lattice_events.checks.rules.groups import (
    answer_part_ignored,
    answer_refused,
    event_version_unstated,
    handler_failed,
    handler_lost,
)
from lattice_events.checks.rules.reading import unreadable

RULES: tuple[Rule, ...] = (
    event_version_unstated.RULE,
    handler_lost.RULE,
    answer_refused.RULE,
    handler_failed.RULE,
    answer_part_ignored.RULE,
    unreadable.RULE,
)
RULE_BY_CODE = {rule.code: rule for rule in RULES}
