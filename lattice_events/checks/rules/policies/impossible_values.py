"""What the values of condition keys look like, so that one that no request can have is told from one that some may.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/auth-policies.html#auth-policies-condition-keys
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
"""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from lattice_events.checks.rules.policies.shapes import (
    ANYTHING,
    DIGITS,
    LOWER,
    WORD,
    Piece,
    Shape,
    arn,
    can_match,
    many,
    some,
    text,
)
from lattice_events.network.policy import Condition

_ACCOUNT = some(DIGITS, 12)
_NAME = Piece(frozenset(string.ascii_letters + string.digits + "_+=,.@-/"), is_repeated=True)
_LITERAL = ("StringEquals", "StringEqualsIgnoreCase")
_WITH_WILDCARDS = ("StringLike", "ArnEquals", "ArnLike")
# A path may have a star itself; who writes one into a policy means a wildcard, unless it is escaped.
_IN_PATH = frozenset(map(chr, range(0x21, 0x7F))) - {"*", "?"}


class Known(NamedTuple):
    """What is known of a key's values: their shapes, and in words."""

    shapes: Sequence[Shape]
    words: str


_PRINCIPAL_ARN = Known(
    (
        arn("iam", text("root"), region=False),
        arn("iam", [*text("role/"), _NAME], region=False),
        arn("iam", [*text("user/"), _NAME], region=False),
        arn("sts", [*text("federated-user/"), _NAME], region=False),
    ),
    "the ARN of a user or a role; for a session it is that of the role, arn:aws:iam::ACCOUNT:role/NAME",
)
_TYPES = ("Account", "User", "FederatedUser", "AssumedRole", "Anonymous")
_ACCOUNT_ID = Known((_ACCOUNT,), "an account of twelve digits")
_KNOWN: Mapping[str, Known] = {
    "vpc-lattice-svcs:port": Known((many(DIGITS),), "a number"),
    "vpc-lattice-svcs:requestmethod": Known(
        (many(frozenset(string.ascii_uppercase + "-")),), "a method in upper case"
    ),
    "vpc-lattice-svcs:requestpath": Known(
        ([*text("/"), Piece(_IN_PATH, is_repeated=True)],),
        "a path, which starts with / and has no query string",
    ),
    "vpc-lattice-svcs:servicearn": Known(
        (arn("vpc-lattice", [*text("service/svc-"), *many(WORD)]),), "the ARN of a service, without a path"
    ),
    "vpc-lattice-svcs:servicenetworkarn": Known(
        (arn("vpc-lattice", [*text("servicenetwork/sn-"), *many(WORD)]),), "the ARN of a service network"
    ),
    "vpc-lattice-svcs:sourcevpc": Known(([*text("vpc-"), *many(WORD)],), "the id of a VPC, vpc-…"),
    "vpc-lattice-svcs:sourcevpcowneraccount": _ACCOUNT_ID,
    "aws:principalaccount": _ACCOUNT_ID,
    "aws:resourceaccount": _ACCOUNT_ID,
    "aws:principalarn": _PRINCIPAL_ARN,
    "aws:principalorgid": Known(([*text("o-"), *many(WORD)],), "the id of an organization, o-…"),
    "aws:principalorgpaths": Known(
        ([*text("o-"), *many(WORD), *text("/"), *ANYTHING],), "a path of an organization, o-…/r-…/"
    ),
    "aws:principaltype": Known(tuple(map(text, _TYPES)), f"one of {', '.join(_TYPES)}"),
    "aws:requestedregion": Known((many(LOWER),), "a Region"),
    "aws:sourceip": Known((many(frozenset(string.hexdigits + ".:")),), "an address; IpAddress takes ranges"),
}


def why_impossible(condition: Condition, value: str, *, has_variables: bool) -> str | None:
    """Say why no request has a value that a condition wants; ``None`` where one may, or where it wants another.

    Args:
        condition: That has it.
        value: As it was written.
        has_variables: Whether ``${key}`` in it is a policy variable.
    """
    known = _KNOWN.get(condition.key.lower())
    is_literal = condition.operator in _LITERAL
    wants_it = is_literal or condition.operator in _WITH_WILDCARDS
    if known is None or not wants_it or condition.if_exists or condition.set_operator == "ForAllValues":
        return None
    if not is_literal and has_variables and "${*}" in value:
        return None
    options = {"ignore_case": condition.operator.endswith("IgnoreCase"), "has_variables": has_variables}
    if any(can_match(value, shape, is_literal=is_literal, **options) for shape in known.shapes):
        return None
    if is_literal and any(can_match(value, shape, **options) for shape in known.shapes):
        return f"{condition.operator} takes * and ? as they stand, StringLike as wildcards"
    return f"it is {known.words}"
