"""What the inspector's page asks while it is open (page/feed.js), for a bench that has no browser.

python inspector_page.py CONTROL_URL
"""

from __future__ import annotations

import json
import sys
import threading
import time
import urllib.request
from dataclasses import dataclass, field
from typing import Any

PAGE = 500
NEW_PAGE = 200
LEAST_SECONDS = 0.4
LEAST_SECONDS_OF_MANY = 1.0


@dataclass
class Feed:
    """Keeps a list up to date as the page does, without showing it."""

    api: str
    latest: int = 0
    revision: int | None = None
    has_gap: bool = False
    state: dict[str, int] = field(default_factory=dict)
    told: threading.Event = field(default_factory=threading.Event)

    def listen(self) -> None:
        """Take what the stream tells."""
        with urllib.request.urlopen(f"{self.api}stream") as stream:
            for line in stream:
                if line.startswith(b"data: "):
                    self.state = json.loads(line.removeprefix(b"data: "))
                    self.told.set()

    def follow(self) -> None:
        """Ask for what is new, as often as the page does at most."""
        self._reload()
        while True:
            if not self._is_behind():
                self.told.wait()
            time.sleep(LEAST_SECONDS_OF_MANY if self.has_gap else LEAST_SECONDS)
            self.told.clear()
            self._ask_what_is_new()

    def _is_behind(self) -> bool:
        return self.has_gap or self.state.get("latest", 0) > self.latest

    def _ask_what_is_new(self) -> None:
        is_over = self.has_gap and self.state["latest"] == self.latest
        if is_over or self.state["revision"] != self.revision:
            self._reload()
        elif self.state["latest"] != self.latest:
            answer = self._ask(f"limit={NEW_PAGE}&after={self.latest}")
            if self.has_gap and not answer["has_more"]:
                self._reload()
            else:
                self._take(answer)

    def _reload(self) -> None:
        answer = self._ask(f"limit={PAGE}")
        older = answer["has_more"]
        self._take(answer)
        if older:
            self._ask(f"limit={PAGE}&before={answer['requests'][-1]['number']}")
        self.has_gap = False

    def _take(self, answer: dict[str, Any]) -> None:
        self.latest, self.revision, self.has_gap = answer["latest"], answer["revision"], answer["has_more"]

    def _ask(self, query: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"{self.api}requests?{query}") as answer:
            found: dict[str, Any] = json.load(answer)
        return found


if __name__ == "__main__":
    feed = Feed(f"{sys.argv[1]}/api/v1/")
    threading.Thread(target=feed.listen, daemon=True).start()
    feed.follow()
