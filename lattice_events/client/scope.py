"""Which hosts get signed requests: VPC Lattice's own names, and those that the caller named; and where URLs lead."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
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
        named: Region by host of `plain_host`, for custom domain names of services.
    """
    return region_of_host(host) or (named.get(_plain_or_given(host)) if named else None)


@lru_cache(maxsize=64)
def _plain_or_given(host: str) -> str:
    """The host of a URL as `plain_host` writes it; what is none is nobody's name."""
    try:
        return plain_host(host)
    except ValueError:
        return host


def plain_host(host: str) -> str:
    """A host as it is compared: in lower case and ASCII, an IPv6 address in short, without a trailing dot.

    Raises:
        ValueError: It is none.
    """
    host = host.removesuffix(".").lower()
    if ":" in host:
        import ipaddress

        address = ipaddress.IPv6Address(host)
        if address.scope_id is not None:
            raise ValueError("an address with a zone cannot be a service")
        return address.compressed
    return host if host.isascii() else _encode_idn(host)


def _encode_idn(host: str) -> str:
    """An internationalized name in ASCII, by the library that requests and httpx do it with."""
    try:
        import idna
    except ImportError:
        return host.encode("idna").decode()
    return idna.encode(host, uts46=True).decode()
