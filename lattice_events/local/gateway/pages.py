"""Keep foreign web pages away from services."""

from __future__ import annotations

from lattice_events.headers import Headers
from lattice_events.local.gateway.arrival import split_absolute
from lattice_events.local.gateway.hosts import Hosts
from lattice_events.loopback import LOOPBACK_NAMES, OWN_SITES


def refuse_page(hosts: Hosts, headers: Headers) -> str | None:
    """Say why a request to a service is refused, or ``None`` for one that no foreign page can have made.

    Pages of the services and of loopback servers may call services. A page cannot forge Origin,
    Referer and Sec-Fetch-Site, but it can leave Referer out; so that one only speaks for it. Links and
    images come without Origin. A name that a foreign page points at 127.0.0.1 is no service's.

    Args:
        hosts: Of the services.
        headers: As sent.

    Source:
        https://www.w3.org/TR/fetch-metadata/
    """
    origin = headers.get("origin")
    if origin is not None:
        return None if _is_local_page(hosts, origin) else _refusal(f"Origin: {origin}")
    site = headers.get("sec-fetch-site") or "none"
    if site in OWN_SITES or _is_local_page(hosts, headers.get("referer") or ""):
        return None
    return _refusal(f"Sec-Fetch-Site: {site}")


def _is_local_page(hosts: Hosts, url: str) -> bool:
    """Whether a page's URL or Origin is loopback's or a service's."""
    parts = split_absolute(url)
    host = parts.host.lower() if parts else ""
    is_loopback = host in LOOPBACK_NAMES or host.endswith(".localhost")
    return is_loopback or (bool(host) and hosts.find(host) is not None)


def _refusal(evidence: str) -> str:
    """Who is refused, and how else to call."""
    return (
        f"the request comes from a web page of another site ({evidence}); only pages of localhost and of services may run functions\n"
        'to send such a request, use a proxy token: eval "$(lattice credentials NAME --proxy)"'
    )
