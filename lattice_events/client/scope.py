"""Which hosts get signed requests: VPC Lattice's own names, and those that the caller named; and where URLs lead."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import SplitResult, urlsplit

from lattice_events.sigv4 import region_of_host


def split_url(url: str) -> SplitResult | None:
    """The parts of a URL; ``None`` for what is none, or none of HTTP."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # which may be no number
    except ValueError:
        return None
    return parts if parts.scheme in ("http", "https") and parts.hostname else None


def signing_region(host: str, named: Mapping[str, str]) -> str | None:
    """The Region to sign for, or ``None`` for a host that must never see credentials.

    Args:
        host: Of the URL, without a port.
        named: Region by host name, in lower case, for custom domain names of services.
    """
    return region_of_host(host) or named.get(host.lower())
