"""Which hosts get signed requests: VPC Lattice's own names, and those that the caller named."""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.sigv4 import region_of_host


def signing_region(host: str, named: Mapping[str, str]) -> str | None:
    """The Region to sign for, or ``None`` for a host that must never see credentials.

    Args:
        host: Of the URL, without a port.
        named: Region by host name, in lower case, for custom domain names of services.
    """
    return region_of_host(host) or named.get(host.lower())
