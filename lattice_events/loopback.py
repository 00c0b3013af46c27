"""Listeners on loopback: web pages are kept away, and a port that cannot be had is explained."""

from __future__ import annotations

import errno
from collections.abc import Mapping

from lattice_events.errors import ConfigurationError
from lattice_events.headers import Headers
from lattice_events.network.dataplane import split_host

LOOPBACK_NAMES = frozenset(("127.0.0.1", "localhost", "::1"))
OWN_SITES = ("none", "same-origin")  # the user typed the URL, or the service's own page asks


def refuse_browser(
    headers: Headers | Mapping[str, str], *, takes_subdomains: bool = False, takes_own_page: bool = False
) -> str | None:
    """Say why a request is refused, or ``None`` for one that no web page can have made.

    A page can reach loopback ports: by a name of its own that it points at 127.0.0.1 (its Host is
    not loopback then), or by a cross-site request (it carries Origin or Sec-Fetch-Site).

    Args:
        headers: Of the request; looked up without regard to case.
        takes_subdomains: Of ``localhost``, which no name server answers for: ``bucket.localhost``, say.
        takes_own_page: Whether the port has a page of its own, whose requests are taken.
    """
    named = headers.get("Host") or ""
    authority = split_host(named)
    name = authority[0].lower() if authority else ""
    if name not in LOOPBACK_NAMES and not (takes_subdomains and name.endswith(".localhost")):
        return f"the Host {named!r} is not loopback: use 127.0.0.1 or localhost"
    if "Origin" in headers and not (takes_own_page and headers["Origin"] == f"http://{named}"):
        return "requests with an Origin are refused: this port is not for web pages"
    if headers.get("Sec-Fetch-Site", OWN_SITES[0]) not in OWN_SITES:
        return "cross-site requests are refused: this port is not for web pages"
    return None


def port_problem(error: OSError, port: int, *, option: str) -> ConfigurationError:
    """Say why nothing can listen on a port, and with which option to choose another."""
    reasons = {errno.EADDRINUSE: "is in use by another program", errno.EACCES: "is not open to this user"}
    reason = reasons.get(error.errno or 0, f"cannot be opened ({error.strerror})")
    return ConfigurationError(
        f"Port {port} {reason}. Choose another with {option} PORT; {option} 0 uses a free port."
    )
