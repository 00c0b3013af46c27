"""Opens the page for the user of the run, by links that are good once.

A browser is started with a URL on its command line, which other users of the machine can read. So that URL has not the
run's token, but a link that leads to it: once, soon, and for nobody else, where the system tells whose a connection is.
"""

from __future__ import annotations

import os
import secrets
import time
from pathlib import Path

from lattice_events.local.http.incoming import Incoming
from lattice_events.loopback import refuse_browser

_PREFIX = "/open/"
_GOOD_SECONDS = 60
_HEADERS = (
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "no-store"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
)
_CONNECTIONS = Path("/proc/net/tcp")  # of Linux


class Openings:
    """Makes links, and follows each once."""

    def __init__(self, token: str) -> None:
        """Lead to the page that has this token."""
        self._token = token
        self._good_until: dict[str, float] = {}

    def new(self) -> str:
        """The path of a link."""
        self._good_until = {link: end for link, end in self._good_until.items() if end > time.monotonic()}
        link = secrets.token_urlsafe(24)
        self._good_until[link] = time.monotonic() + _GOOD_SECONDS
        return f"{_PREFIX}{link}"

    def serve(self, incoming: Incoming) -> bool:
        """Answer a request, if it is for a link."""
        if not incoming.target.startswith(_PREFIX) or incoming.method != "GET":
            return False
        problem = refuse_browser(incoming.headers, takes_own_page=True)
        if not problem and not _is_ours(incoming.connection.peer[1]):
            problem = "this link is another user's"
        if not problem and self._good_until.pop(incoming.target.removeprefix(_PREFIX), 0) < time.monotonic():
            problem = "this link is good once, for a minute. Press o where lattice runs for another"
        if problem:
            incoming.respond(403, _HEADERS, f"Refused: {problem}.\n".encode())
        else:
            incoming.respond(303, (("location", f"/#token={self._token}"), *_HEADERS))
        return True


def _is_ours(port: int) -> bool:
    """Whether a connection from a port of loopback may be the user's, or root's, who forwards it for the user."""
    try:
        users = users_of(port, _CONNECTIONS.read_text())
    except OSError:  # another system than Linux
        return True
    return users <= {os.getuid(), 0}


def users_of(port: int, connections: str) -> set[int]:
    """Who has connections from a local port, as Linux lists them."""
    rows = [line.split() for line in connections.splitlines()[1:]]
    return {int(row[7]) for row in rows if row[1].endswith(f":{port:04X}")}
