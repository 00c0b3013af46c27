"""Condition operators: one small function each, in a table.

Each compares one value of the request with one of the policy. `evaluation` does the rest: several
values, negation, ``IfExists``, ``ForAnyValue`` and ``ForAllValues``, and missing keys.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import operator
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from ipaddress import ip_address, ip_network
from typing import Any, NamedTuple

from lattice_events.network.policy.patterns import Lookup, matches_pattern, resolve_text, split_arn

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SECONDS = re.compile(r"[0-9]{1,3}|[0-9]{5,11}")  # of four digits it is a year
_DATE = re.compile(
    r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")


class Operator(NamedTuple):
    """How one kind of condition compares.

    Attributes:
        compare: Of the request's value, the policy's, and the lookup for policy variables.
        is_negated: Whether the condition holds where no comparison does.
        check: Says what is wrong with a value of the policy, or ``None``.
        relation: Words before the policy's value, where it is not what the request must have.
    """

    compare: Callable[[str, str, Lookup], bool]
    is_negated: bool = False
    check: Callable[[str], str | None] = lambda _: None
    relation: str = ""


def _string_equals(found: str, wanted: str, lookup: Lookup) -> bool:
    return found == resolve_text(wanted, lookup)


def _string_equals_ignore_case(found: str, wanted: str, lookup: Lookup) -> bool:
    text = resolve_text(wanted, lookup)
    return text is not None and found.lower() == text.lower()


def _string_like(found: str, wanted: str, lookup: Lookup) -> bool:
    return matches_pattern(wanted, found, lookup)


def _arn_like(found: str, wanted: str, lookup: Lookup) -> bool:
    """Each of the six parts of an ARN by itself: a ``*`` does not cross a colon, but in the last."""
    found_parts, wanted_parts = found.split(":", 5), split_arn(wanted)
    return len(found_parts) == len(wanted_parts) == 6 and all(
        matches_pattern(part, text, lookup) for part, text in zip(wanted_parts, found_parts, strict=True)
    )


def _binary_equals(found: str, wanted: str, _: Lookup) -> bool:
    """A value of the policy is in Base64."""
    return found.encode() == b64decode(wanted)


def _ip_address(found: str, wanted: str, _: Lookup) -> bool:
    try:
        address, network = ip_address(found), ip_network(wanted, strict=False)
    except ValueError:
        return False
    return address.version == network.version and address in network


def _numbers(compare: Callable[[Any, Any], bool]) -> Callable[[str, str, Lookup], bool]:
    def compared(found: str, wanted: str, _: Lookup) -> bool:
        left, right = parse_number(found), parse_number(wanted)
        return left is not None and right is not None and compare(left, right)

    return compared


def _dates(compare: Callable[[Any, Any], bool]) -> Callable[[str, str, Lookup], bool]:
    def compared(found: str, wanted: str, _: Lookup) -> bool:
        left, right = parse_date(found), parse_date(wanted)
        return left is not None and right is not None and compare(left, right)

    return compared


def parse_number(text: str) -> Decimal | None:
    """An integer or decimal number."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


def parse_date(text: str) -> datetime | None:
    """A W3C date and time, of which the end may be missing, or seconds since 1970; without a zone it is UTC.

    Source:
        https://www.w3.org/TR/NOTE-datetime
    """
    if _SECONDS.fullmatch(text):
        return datetime.fromtimestamp(int(text), UTC)
    if not _DATE.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text)
    except ValueError:  # a month 13
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _check_number(text: str) -> str | None:
    return None if parse_number(text) is not None else "is not a number"


def _check_date(text: str) -> str | None:
    return None if parse_date(text) is not None else "is not a date: write 2026-01-31T00:00:00Z or seconds"


def check_truth(text: str) -> str | None:
    """Say why a value is no truth value."""
    return None if text.lower() in ("true", "false") else "is neither true nor false"


def _check_bool(text: str) -> str | None:
    return None if "${" in text else check_truth(text)


def _check_binary(text: str) -> str | None:
    try:
        b64decode(text, validate=True)
    except ValueError:
        return "is not Base64"
    return None


def _check_network(text: str) -> str | None:
    try:
        network = ip_network(text, strict=False) if _NETWORK.fullmatch(text) else None
    except ValueError:
        network = None
    return "is not an address range: write 10.0.0.0/16" if network is None else None


def _check_arn(text: str) -> str | None:
    """An ARN of fewer parts would match nothing."""
    parts = split_arn(text)
    if len(parts) == 6 and parts[0] in ("arn", "*"):
        return None
    return "is not an ARN: an ARN has six parts, arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE, each of which may be *"


NULL = "Null"

OPERATORS: dict[str, Operator] = {
    "StringEquals": Operator(_string_equals),
    "StringNotEquals": Operator(_string_equals, is_negated=True),
    "StringEqualsIgnoreCase": Operator(_string_equals_ignore_case),
    "StringNotEqualsIgnoreCase": Operator(_string_equals_ignore_case, is_negated=True),
    "StringLike": Operator(_string_like),
    "StringNotLike": Operator(_string_like, is_negated=True),
    "ArnEquals": Operator(_arn_like, check=_check_arn),
    "ArnNotEquals": Operator(_arn_like, is_negated=True, check=_check_arn),
    "ArnLike": Operator(_arn_like, check=_check_arn),
    "ArnNotLike": Operator(_arn_like, is_negated=True, check=_check_arn),
    "NumericEquals": Operator(_numbers(operator.eq), check=_check_number),
    "NumericNotEquals": Operator(_numbers(operator.eq), is_negated=True, check=_check_number),
    "NumericLessThan": Operator(_numbers(operator.lt), check=_check_number, relation="less than"),
    "NumericLessThanEquals": Operator(_numbers(operator.le), check=_check_number, relation="at most"),
    "NumericGreaterThan": Operator(_numbers(operator.gt), check=_check_number, relation="more than"),
    "NumericGreaterThanEquals": Operator(_numbers(operator.ge), check=_check_number, relation="at least"),
    "DateEquals": Operator(_dates(operator.eq), check=_check_date),
    "DateNotEquals": Operator(_dates(operator.eq), is_negated=True, check=_check_date),
    "DateLessThan": Operator(_dates(operator.lt), check=_check_date, relation="before"),
    "DateLessThanEquals": Operator(_dates(operator.le), check=_check_date, relation="at or before"),
    "DateGreaterThan": Operator(_dates(operator.gt), check=_check_date, relation="after"),
    "DateGreaterThanEquals": Operator(_dates(operator.ge), check=_check_date, relation="at or after"),
    "Bool": Operator(_string_equals_ignore_case, check=_check_bool),
    "BinaryEquals": Operator(_binary_equals, check=_check_binary),
    "IpAddress": Operator(_ip_address, check=_check_network, relation="an address in"),
    "NotIpAddress": Operator(_ip_address, is_negated=True, check=_check_network, relation="an address in"),
}
