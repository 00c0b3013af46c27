"""Ids of requests and invocations."""

from __future__ import annotations

from random import getrandbits


def new_id() -> str:
    """A random UUID; nobody need guess it, so it costs no more than it must."""
    digits = f"{getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
