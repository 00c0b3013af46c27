"""Which rule a user may have meant."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lattice_events.checks.rule import Rule
from lattice_events.definitions.suggestions import did_you_mean

_CODE = re.compile(r"LTC([0-9]+)", re.IGNORECASE)


def suggest_rule(text: str, rules: Sequence[Rule]) -> str:
    """`` Did you mean LTC001?``: of a code the one with its number, else what is close; nothing where none is."""
    code = _CODE.fullmatch(text)
    if code is None:
        return did_you_mean(text, [name for rule in rules for name in (rule.code, rule.name)])
    meant = f"LTC{code[1].lstrip('0'):0>3}"
    return f" Did you mean {meant}?" if any(rule.code == meant for rule in rules) else ""
