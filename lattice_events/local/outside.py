"""The way out of the local network: who may take it, and to where."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
import ipaddress
import socket
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]  # typeshed lacks it

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
        name, _, token = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
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
    values = {name.lower(): value for name, value in shell.items() if name.lower().endswith("_proxy")}
    proxy = values.get(f"{scheme}_proxy") or values.get("all_proxy")
    if not proxy or proxy_bypass_environment(host, {"no": values.get("no_proxy", "")}):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


async def open_through_proxy(
    proxy: str, host: str, port: int
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a tunnel through another HTTP proxy.

    Raises:
        OSError: The proxy does not answer, or not with 200.
    """
    parts = urlsplit(proxy)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port or 80)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    head = f"CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n"
    if parts.username:
        secret = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
        head += f"Proxy-Authorization: Basic {base64.b64encode(secret.encode()).decode()}\r\n"
    writer.write(f"{head}\r\n".encode())
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.close()
        raise OSError("the proxy of your shell sent no answer") from error
    if b" 200" not in answer.partition(b"\r\n")[0]:
        writer.close()
        raise OSError(
            f"the proxy of your shell answered {answer.partition(bytes([13]))[0].decode(errors='replace')}"
        )
    return reader, writer
