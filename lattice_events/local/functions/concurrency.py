"""Reserved concurrency: how many invocations of a function run at once.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/configuration-concurrency.html
"""

from __future__ import annotations


class Concurrency:
    """The invocations of a function that were taken and have not ended, and how many those may be.

    One that waits for a process counts: in Lambda it would have one.

    Attributes:
        limit: The most; ``None`` without one. What runs when it is lowered runs to its end.
    """

    def __init__(self) -> None:
        """Nothing runs, and there is no limit."""
        self.limit: int | None = None
        self._running = 0

    def enter(self) -> bool:
        """Take an invocation, unless there are as many as may be; whether it was taken."""
        if self.limit is not None and self._running >= self.limit:
            return False
        self._running += 1
        return True

    def leave(self) -> None:
        """One that was taken has ended."""
        self._running -= 1
