"""The two actions that a request to a service may ask for.

Source:
    https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonvpclatticeservices.html
"""

from __future__ import annotations

from lattice_events.network.policy import INVOKE, matches_pattern

CONNECT = "vpc-lattice-svcs:Connect"


def names(pattern: str, action: str) -> bool:
    """Whether an action that was written means one of the two."""
    return matches_pattern(pattern, action, lambda _: (), ignore_case=True)


def names_any(pattern: str) -> bool:
    """Whether an action that was written means a request to a service."""
    return names(pattern, INVOKE) or names(pattern, CONNECT)


def meant_by(pattern: str) -> str | None:
    """What a mistyped action must mean: there is only one of each name."""
    name = pattern.rpartition(":")[2].lower()
    return {"invoke": INVOKE, "invokefunction": INVOKE, "connect": CONNECT}.get(name)
