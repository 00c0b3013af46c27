"""Tell the running network of changes: once for many that come together, and before they are answered."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Publishing:
    """Counts changes, and publishes when the last one has not been."""

    def __init__(self) -> None:
        """Publish nothing until there is something to publish to."""
        self._publish: Callable[[], None] | None = None
        self._counting = threading.Lock()
        self._working = threading.Lock()
        self._changes = 0
        self._published = 0

    def start(self, publish: Callable[[], None]) -> None:
        """Publish from now on; everything before counts as published."""
        self._published = self._changes
        self._publish = publish

    def changed(self) -> None:
        """Count a change."""
        with self._counting:
            self._changes += 1

    def settle(self) -> None:
        """Return when every change before this call is published."""
        with self._counting:
            wanted = self._changes
        if self._publish is None or self._published >= wanted:
            return
        with self._working:
            if self._published < wanted:
                with self._counting:
                    seen = self._changes
                self._publish()
                self._published = seen
