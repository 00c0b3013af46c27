"""Whether a Deny is about every request that an Allow is about; where that is not sure, it is not."""

from __future__ import annotations

from collections.abc import Callable

from lattice_events.checks.rules.policies.actions import CONNECT
from lattice_events.network.policy import INVOKE, Condition, Facts, Statement, matches_pattern


def covers(deny: Statement, allow: Statement, is_met: Callable[[Condition], bool] | None = None) -> bool:
    """Whether a Deny refuses all that an Allow allows.

    Args:
        deny: The one.
        allow: The other.
        is_met: Whether a condition of the Deny holds for each of those requests; by default, if the Allow has it too.
    """
    return (
        _covers_callers(deny, allow)
        and _covers_actions(deny, allow)
        and _covers_resources(deny, allow)
        and all(map(is_met or allow.conditions.__contains__, deny.conditions))
    )


def _covers_callers(deny: Statement, allow: Statement) -> bool:
    if deny.principal is None:
        return True
    if deny.principal.is_negated:
        return False
    if "*" in deny.principal.values:
        return True
    return (
        allow.principal is not None
        and not allow.principal.is_negated
        and set(allow.principal.values) <= set(deny.principal.values)
    )


def _covers_actions(deny: Statement, allow: Statement) -> bool:
    asked = [Facts(service_arn="", action=action) for action in (INVOKE, CONNECT)]
    return all(deny.names_action(facts) for facts in asked if allow.names_action(facts))


def _covers_resources(deny: Statement, allow: Statement) -> bool:
    if deny.resource is None or (not deny.resource.is_negated and "*" in deny.resource.values):
        return True
    if allow.resource is None or deny.resource.is_negated or allow.resource.is_negated:
        return False
    return all(
        any(_covers_pattern(wide, narrow) for wide in deny.resource.values)
        for narrow in allow.resource.values
    )


def _covers_pattern(wide: str, narrow: str) -> bool:
    """Whether a pattern matches all that another does: it matches the other as text, wildcard for wildcard.

    A ``?`` would match the other's ``*``, and a variable has a value that only a request tells.
    """
    if wide == narrow:
        return True
    return "?" not in wide and "$" not in wide + narrow and matches_pattern(wide, narrow, lambda _: ())
