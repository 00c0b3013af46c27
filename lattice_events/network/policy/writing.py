"""Policies as text: what `parse_policy` reads as the same policy.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from lattice_events.network.policy.statements import Policy, Statement


def encode_policy(policy: Policy) -> str:
    """A policy as JSON on one line, without white space."""
    statements = [_statement(each) for each in policy.statements]
    document = {"Version": "2012-10-17", "Statement": statements}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))


def _statement(statement: Statement) -> dict[str, Any]:
    written: dict[str, Any] = {"Sid": statement.sid} if statement.sid else {}
    written["Effect"] = statement.effect
    elements = {"Principal": statement.principal, "Action": statement.action, "Resource": statement.resource}
    for name, element in elements.items():
        if element is not None:
            key = f"Not{name}" if element.is_negated else name
            written[key] = _principal(element.values) if name == "Principal" else _values(element.values)
    if statement.conditions:
        conditions: dict[str, dict[str, Any]] = {}
        for each in statement.conditions:
            conditions.setdefault(each.name, {})[each.key] = _values(each.values)
        written["Condition"] = conditions
    return written


def _principal(values: Sequence[str]) -> Any:
    """Who is meant; callers of other kinds stand in the values as ``{KIND: NAME}``."""
    if list(values) == ["*"]:
        return "*"
    kinds: dict[str, list[str]] = {}
    for value in values:
        kind, _, name = value[1:-1].partition(": ") if value.startswith("{") else ("AWS", "", value)
        kinds.setdefault(kind, []).append(name)
    return {kind: _values(names) for kind, names in kinds.items()}


def _values(values: Sequence[str]) -> Any:
    return values[0] if len(values) == 1 else list(values)
