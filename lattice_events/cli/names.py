"""Names as users type them: in full, or as serverless.yml has them."""

from __future__ import annotations

from collections.abc import Sequence


def find_name(typed: str, names: Sequence[str]) -> str | None:
    """The name that was meant: itself, or the one that the Serverless CLI made of a key, ``sample-dev-KEY``."""
    if typed in names:
        return typed
    return next((name for name in names if name.endswith(f"-{typed}")), None)
