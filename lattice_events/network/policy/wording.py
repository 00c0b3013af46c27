"""What a condition that does not hold says: what the request has, and what the policy wants or forbids."""

from __future__ import annotations

from collections.abc import Sequence

from lattice_events.network.policy.operators import NULL, OPERATORS
from lattice_events.network.policy.patterns import unescape_variables
from lattice_events.network.policy.statements import Condition

_WANTED = {
    # (set operator, is negated): what must be, with the values of the policy at the end.
    ("", False): "wanted",
    ("", True): "must not be",
    ("ForAnyValue", False): "wanted",
    ("ForAnyValue", True): "wanted at least one value that is not",
    ("ForAllValues", False): "wanted only",
    ("ForAllValues", True): "no value may be",
}
_MOST_VALUES = 10  # that are told: a policy may have hundreds of paths


def describe_lack(condition: Condition, found: Sequence[str]) -> str:
    """Say why a condition does not hold for the values that a request has, or for none."""
    has = " and ".join(found) if found else "not there"
    return f"is {has}, {_wanted(condition, is_there=bool(found))}"


def _wanted(condition: Condition, *, is_there: bool) -> str:
    """What the request must have, or must not."""
    if condition.operator == NULL:
        return "must not be there" if is_there else "must be there"
    operator = OPERATORS[condition.operator]
    words = (
        _WANTED[condition.set_operator, operator.is_negated],
        operator.relation,
        listed(condition.values),
    )
    return " ".join(filter(None, words))


def listed(values: Sequence[str]) -> str:
    """Values of a policy as they are, of which one is enough; of many the first."""
    told = [unescape_variables(each) for each in values[:_MOST_VALUES]]
    if len(values) > len(told):
        told.append(f"{len(values) - len(told)} more")
    return " or ".join(told) or "nothing"
