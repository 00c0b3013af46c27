"""Whether a statement lets unsigned callers in, and whether it says so on purpose.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-anonymous
"""

from __future__ import annotations

import re

from lattice_events.checks.rules.policies.covering import covers
from lattice_events.checks.rules.policies.documents import Document, WrittenStatement
from lattice_events.checks.rules.policies.unknowns import has_unknown
from lattice_events.definitions.values import Unknown
from lattice_events.network.policy import NULL, OPERATORS, Condition, Facts, Statement, is_ever_there

_ANONYMOUS = Facts(service_arn="arn:aws:vpc-lattice:us-east-1:123456789012:service/svc-00000000000000000")
_TYPE = "aws:principaltype"
_EVERY_PATH = re.compile(r"\*|\*/\*|arn:[^/]*/(\*|[^/]+/\*)")


def lets_in(statement: WrittenStatement) -> bool:
    """Whether an Allow is about unsigned requests, and no Deny beside it is about all of those."""
    parsed = statement.parsed
    if parsed is None or parsed.effect != "Allow" or not _is_for_anonymous(statement):
        return False
    return not any(
        covers(deny, parsed, lambda each: _is_met_by_anonymous(each) or each in parsed.conditions)
        for deny in statement.document.denials
    )


def may_let_in(document: Document) -> bool:
    """Whether a policy may let unsigned requests in, as far as it is known."""
    return document.policy is None or any(map(_may_be_for_anonymous, document.policy.statements))


def is_on_purpose(statement: WrittenStatement) -> bool:
    """Whether a statement that lets unsigned callers in is meant to.

    It names them, or is for some requests only, as the guide proposes for anonymous GET requests.
    """
    parsed = statement.parsed
    assert parsed is not None  # it lets callers in
    return _has_paths(statement) or any(map(_narrows, parsed.conditions))


def _narrows(condition: Condition) -> bool:
    """Whether a condition names unsigned callers, or is about something else than the caller."""
    if not _is_about_caller(condition):
        return True
    is_negated = condition.operator != NULL and OPERATORS[condition.operator].is_negated
    return condition.key.lower() == _TYPE and not is_negated


def _has_paths(statement: WrittenStatement) -> bool:
    texts = [text for _, text in statement.texts("Resource")]
    return bool(texts) and not any(map(_EVERY_PATH.fullmatch, texts))


def _may_be_for_anonymous(statement: Statement) -> bool:
    return (
        statement.effect == "Allow"
        and statement.names_caller(_ANONYMOUS)
        and all(map(_may_be_met, statement.conditions))
    )


def _is_for_anonymous(statement: WrittenStatement) -> bool:
    """Whether its principal is everybody, and its conditions do not ask for who signed."""
    value, parsed = statement.value, statement.parsed
    if parsed is None or has_unknown(value.get("Principal")) or has_unknown(value.get("Condition")):
        return False
    if isinstance(value.get("Action"), Unknown) or not parsed.names_action(_ANONYMOUS):
        return False
    return parsed.names_caller(_ANONYMOUS) and all(map(_may_be_met, parsed.conditions))


def _may_be_met(condition: Condition) -> bool:
    """Whether an unsigned request may meet a condition."""
    return not _is_about_caller(condition) or condition.holds(_ANONYMOUS)


def _is_met_by_anonymous(condition: Condition) -> bool:
    """Whether every unsigned request does."""
    return _is_about_caller(condition) and condition.holds(_ANONYMOUS)


def _is_about_caller(condition: Condition) -> bool:
    """Whether the caller decides, or nothing can since no request has the key."""
    key = condition.key.lower()
    return key.startswith("aws:principal") or key == "aws:username" or not is_ever_there(key)
