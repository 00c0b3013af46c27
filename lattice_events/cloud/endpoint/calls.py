"""What is told of the calls of the endpoint."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class ApiCall:
    """A call of an AWS API that may have changed something, or that failed.

    Attributes:
        service: Of the credential scope: ``vpc-lattice``.
        operation: Its name, or method and path.
        status: Of the answer.
        reason: Why it failed.
    """

    service: str
    operation: str
    status: int
    duration_ms: float
    reason: str | None = None


Tell = Callable[[ApiCall], None]
