"""The way out of the local network: who may take it, and to where."""

from __future__ import annotations

import asyncio
import base64
import hmac
import ipaddress
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import unquote
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

from lattice_events.local.http.client import Connect, connect_to
from lattice_events.local.outside.proxy import open_through_proxy, open_to_proxy, parse_proxy

CONNECT_LIMIT_SECONDS = 10.0
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
# Instance metadata and its IPv6 twin, container credentials: what hands out secrets to whoever asks.
_FORBIDDEN = tuple(
    ipaddress.ip_network(network)
    for network in ("169.254.0.0/16", "fe80::/10", "fd00:ec2::/32", "0.0.0.0/32", "::/128")
)


def caller_of(proxy_authorization: str | None, tokens: Mapping[str, str]) -> str | None:
    """The name that a ``Proxy-Authorization`` header proves, or ``None``.

    Args:
        proxy_authorization: ``Basic base64(NAME:TOKEN)``.
        tokens: The run's tokens by name.
    """
    scheme, _, encoded = (proxy_authorization or "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _, token = base64.b64decode(encoded, validate=True).decode().rpartition(":")
    except ValueError:  # no base64, or bytes that are no text
        return None
    name = unquote(name)
    expected = tokens.get(name)
    if expected is None or not hmac.compare_digest(token.encode(), expected.encode()):
        return None
    return name


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Why a request may not leave: the status and a text for a person."""

    status: int
    text: str


NO_TOKEN = Refusal(
    status=407,
    text="Only requests with this run's proxy token leave the local network. lattice dev gives it to the "
    "functions that it runs; see proxy_url in its --json output.",
)


def forbidden_address(address: str) -> bool:
    """Whether an IP address is one that nothing may be sent to, in whatever form it is written."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            ip = inner
    return any(ip in network for network in _FORBIDDEN if network.version == ip.version)


async def resolve(host: str, port: int, own_ports: Collection[int]) -> str | Refusal:
    """Find the one address to connect to; it is connected to as it is, so no second look-up can differ.

    Args:
        host: Name or address.
        port: Of the request.
        own_ports: The run's own; nothing may come back through them.
    """
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        return Refusal(status=502, text=f"{host} cannot be found: {error}")
    addresses = [str(entry[4][0]) for entry in found]
    if any(forbidden_address(address) for address in addresses):
        return Refusal(
            status=403,
            text=f"{host} is a link-local or unspecified address, to which lattice dev sends nothing.",
        )
    if port in own_ports and any(_is_local(address) for address in addresses):
        return Refusal(status=403, text=f"{host}:{port} is a port of lattice dev itself.")
    return addresses[0]


def _is_local(address: str) -> bool:
    """Whether an address may be this machine's: every address that a socket here can take."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if ip.is_loopback or (isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped):
        return True
    family = socket.AF_INET6 if ip.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


def chained_proxy(scheme: str, host: str, shell: Mapping[str, str]) -> str | None:
    """The proxy that the user's shell sets for a URL, if any.

    Args:
        scheme: ``http`` or ``https``.
        host: Of the URL.
        shell: The user's environment.
    """
    # In this order a name in small letters counts for more, as for curl and urllib.
    names = sorted(name for name in shell if name.lower().endswith("_proxy"))
    values = {name.lower(): shell[name] for name in names}
    proxy = values.get(f"{scheme}_proxy") or values.get("all_proxy")
    if not proxy or proxy_bypass_environment(host, {"no": values.get("no_proxy", "")}):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


@dataclass(frozen=True, kw_only=True)
class Way:
    """How a request leaves.

    Attributes:
        connect: Opens the connection.
        proxy_headers: What an HTTP proxy is told beside the whole URL; ``None`` on any other way.
    """

    connect: Connect
    proxy_headers: tuple[tuple[str, str], ...] | None = None


async def find_way(
    scheme: str, host: str, port: int, *, shell: Mapping[str, str], own_ports: Collection[int]
) -> Way | Refusal:
    """Find the way to a server outside: straight, or through the proxy that the user's shell sets.

    Args:
        scheme: ``https`` for a tunnel, ``http`` for a request with a whole URL.
        host: Name or address.
        port: Of the request.
        shell: The user's environment.
        own_ports: The run's own; nothing may come back through them.
    """
    url = chained_proxy(scheme, host, shell)
    try:
        proxy = parse_proxy(url) if url else None
    except OSError as error:
        return Refusal(status=502, text=f"{host} cannot be reached: {error}.")
    if proxy is not None and proxy.port in own_ports:
        place = await resolve(proxy.host, proxy.port, own_ports)
        if isinstance(place, Refusal):
            return Refusal(status=502, text=f"The proxy that your shell sets cannot be used: {place.text}")
    if proxy is None or not proxy.resolves_names or _needs_no_look_up(host):
        address = await resolve(host, port, own_ports)
        if isinstance(address, Refusal):
            return address
        if proxy is None:
            return Way(connect=partial(connect_to, address, port))
        if not proxy.resolves_names:
            host = address
    if scheme == "http" and not proxy.is_socks:
        return Way(connect=partial(open_to_proxy, proxy), proxy_headers=proxy.headers)
    return Way(connect=partial(open_through_proxy, proxy, host, port))


def _needs_no_look_up(host: str) -> bool:
    """Whether a host is an address, or this machine: it is checked even where a proxy looks names up."""
    try:
        socket.getaddrinfo(host, None, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return host.lower().rstrip(".").rpartition(".")[2] == "localhost"
    return True
