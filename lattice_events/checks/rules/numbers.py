"""Numbers as templates have them."""

from __future__ import annotations


def whole(value: object) -> int | None:
    """A whole number, written as a number or as digits, which CloudFormation takes for one; else ``None``."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None
