"""Condition operators: one small function each, in a table.

Each takes one value of the policy and gives what compares values of requests with it. `matching` does the
rest: several values, negation, ``IfExists``, ``ForAnyValue`` and ``ForAllValues``, and missing keys.

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

from lattice_events.network.policy.patterns import (
    Lookup,
    compile_pattern,
    compile_text,
    resolve_text,
    split_arn,
)

_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_SECONDS = re.compile(r"[0-9]{1,3}|[0-9]{5,11}")  # of four digits it is a year
_DATE = re.compile(
    r"[0-9]{4}(-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?)?)?"
)
_NETWORK = re.compile(r"[0-9A-Fa-f:.]+(/[0-9]{1,3})?")


Comparison = Callable[[str, Lookup], bool]
"""Of the request's value, and the lookup for policy variables."""


class Operator(NamedTuple):
    """How one kind of condition compares.

    Attributes:
        compare: Of a value of the policy, what a value of a request is compared by.
        is_negated: Whether the condition holds where no comparison does.
        check: Says what is wrong with a value of the policy, or ``None``.
        relation: Words before the policy's value, where it is not what the request must have.
    """

    compare: Callable[[str], Comparison]
    is_negated: bool = False
    check: Callable[[str], str | None] = lambda _: None
    relation: str = ""


def _string_equals(wanted: str) -> Comparison:
    if "${" not in wanted:
        return lambda found, _: found == wanted
    return lambda found, lookup: found == resolve_text(wanted, lookup)


def _string_equals_ignore_case(wanted: str) -> Comparison:
    resolve = compile_text(wanted)

    def compare(found: str, lookup: Lookup) -> bool:
        text = resolve(lookup)
        return text is not None and found.lower() == text.lower()

    return compare


def _arn_like(wanted: str) -> Comparison:
    """Each of the six parts of an ARN by itself: a ``*`` does not cross a colon, but in the last."""
    parts = tuple(map(compile_pattern, split_arn(wanted)))

    def compare(found: str, lookup: Lookup) -> bool:
        texts = found.split(":", 5)
        return len(texts) == len(parts) == 6 and all(
            part(text, lookup) for part, text in zip(parts, texts, strict=True)
        )

    return compare


def _binary_equals(wanted: str) -> Comparison:
    """A value of the policy is in Base64."""
    decoded = b64decode(wanted)
    return lambda found, _: found.encode() == decoded


def _ip_address(wanted: str) -> Comparison:
    network = ip_network(wanted, strict=False)

    def compare(found: str, _: Lookup) -> bool:
        try:
            address = ip_address(found)
        except ValueError:
            return False
        return address.version == network.version and address in network

    return compare


def _parsed(parse: Callable[[str], Any], compare: Callable[[Any, Any], bool]) -> Callable[[str], Comparison]:
    """For values that are numbers or dates; what is none of them compares with nothing."""

    def bind(wanted: str) -> Comparison:
        right = parse(wanted)

        def compared(found: str, _: Lookup) -> bool:
            left = parse(found)
            return left is not None and right is not None and compare(left, right)

        return compared

    return bind


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
    "StringLike": Operator(compile_pattern),
    "StringNotLike": Operator(compile_pattern, is_negated=True),
    "ArnEquals": Operator(_arn_like, check=_check_arn),
    "ArnNotEquals": Operator(_arn_like, is_negated=True, check=_check_arn),
    "ArnLike": Operator(_arn_like, check=_check_arn),
    "ArnNotLike": Operator(_arn_like, is_negated=True, check=_check_arn),
    "NumericEquals": Operator(_parsed(parse_number, operator.eq), check=_check_number),
    "NumericNotEquals": Operator(_parsed(parse_number, operator.eq), is_negated=True, check=_check_number),
    "NumericLessThan": Operator(
        _parsed(parse_number, operator.lt), check=_check_number, relation="less than"
    ),
    "NumericLessThanEquals": Operator(
        _parsed(parse_number, operator.le), check=_check_number, relation="at most"
    ),
    "NumericGreaterThan": Operator(
        _parsed(parse_number, operator.gt), check=_check_number, relation="more than"
    ),
    "NumericGreaterThanEquals": Operator(
        _parsed(parse_number, operator.ge), check=_check_number, relation="at least"
    ),
    "DateEquals": Operator(_parsed(parse_date, operator.eq), check=_check_date),
    "DateNotEquals": Operator(_parsed(parse_date, operator.eq), is_negated=True, check=_check_date),
    "DateLessThan": Operator(_parsed(parse_date, operator.lt), check=_check_date, relation="before"),
    "DateLessThanEquals": Operator(
        _parsed(parse_date, operator.le), check=_check_date, relation="at or before"
    ),
    "DateGreaterThan": Operator(_parsed(parse_date, operator.gt), check=_check_date, relation="after"),
    "DateGreaterThanEquals": Operator(
        _parsed(parse_date, operator.ge), check=_check_date, relation="at or after"
    ),
    "Bool": Operator(_string_equals_ignore_case, check=_check_bool),
    "BinaryEquals": Operator(_binary_equals, check=_check_binary),
    "IpAddress": Operator(_ip_address, check=_check_network, relation="an address in"),
    "NotIpAddress": Operator(_ip_address, is_negated=True, check=_check_network, relation="an address in"),
}
