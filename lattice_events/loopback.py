"""Keep web pages away from the listeners that run functions."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.headers import Headers
from lattice_events.network.dataplane import split_host

LOOPBACK_NAMES = frozenset(("127.0.0.1", "localhost", "::1"))
OWN_SITES = ("none", "same-origin")  # the user typed the URL, or the service's own page asks


def refuse_browser(headers: Headers | Mapping[str, str], *, takes_subdomains: bool = False) -> str | None:
    """Say why a request is refused, or ``None`` for one that no web page can have made.

    A page can reach loopback ports: by a name of its own that it points at 127.0.0.1 (its Host is
    not loopback then), or by a cross-site request (it carries Origin or Sec-Fetch-Site).

    Args:
        headers: Of the request; looked up without regard to case.
        takes_subdomains: Of ``localhost``, which no name server answers for: ``bucket.localhost``, say.
    """
    named = headers.get("Host") or ""
    authority = split_host(named)
    name = authority[0].lower() if authority else ""
    if name not in LOOPBACK_NAMES and not (takes_subdomains and name.endswith(".localhost")):
        return f"the Host {named!r} is not loopback: use 127.0.0.1 or localhost"
    if "Origin" in headers:
        return "requests with an Origin are refused: this port is not for web pages"
    if headers.get("Sec-Fetch-Site", OWN_SITES[0]) not in OWN_SITES:
        return "cross-site requests are refused: this port is not for web pages"
    return None
