"""The proxy that the user's shell names: reached over HTTP, HTTPS or SOCKS."""

from __future__ import annotations

import asyncio
import base64
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from python_socks import ProxyError, ProxyType
from python_socks.async_.asyncio.v2 import Proxy as SocksProxy

from lattice_events.local.http.client import Streams, tls_context

_DEFAULT_PORTS = {"http": 80, "https": 443, "socks4": 1080, "socks4a": 1080, "socks5": 1080, "socks5h": 1080}


@dataclass(frozen=True, kw_only=True)
class Proxy:
    """A proxy.

    Attributes:
        scheme: ``http``, ``https`` (TLS to the proxy), ``socks4``, ``socks4a``, ``socks5`` or ``socks5h``.
        host: Of the proxy.
        port: Of the proxy.
        username: If it wants one.
        password: Likewise.
    """

    scheme: str
    host: str
    port: int
    username: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it speaks SOCKS; HTTP else."""
        return self.scheme.startswith("socks")

    @property
    def resolves_names(self) -> bool:
        """Whether it looks names up: a ``socks4`` or ``socks5`` URL asks the client to do that."""
        return self.scheme not in ("socks4", "socks5")

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What it must be told by HTTP."""
        if self.username is None:
            return ()
        secret = f"{self.username}:{self.password or ''}"
        return (("Proxy-Authorization", f"Basic {base64.b64encode(secret.encode()).decode()}"),)


def parse_proxy(url: str) -> Proxy:
    """Read the URL of a proxy.

    Raises:
        OSError: It is none, or one that is not supported; the text has no password.
    """
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if not host:
        raise OSError("the proxy that your shell sets is not a URL like http://HOST:PORT")
    if parts.scheme not in _DEFAULT_PORTS:
        supported = ", ".join(f"{scheme}://" for scheme in _DEFAULT_PORTS)
        raise OSError(f"the proxy that your shell sets is a {parts.scheme}:// one; supported are {supported}")
    return Proxy(
        scheme=parts.scheme,
        host=host,
        port=_DEFAULT_PORTS[parts.scheme] if port is None else port,
        username=None if parts.username is None else unquote(parts.username),
        password=None if parts.password is None else unquote(parts.password),
    )


async def open_to_proxy(proxy: Proxy) -> Streams:
    """Connect to an HTTP proxy, with TLS where its URL says https.

    Raises:
        OSError: It does not take the connection.
    """
    tls = tls_context() if proxy.scheme == "https" else None
    return await asyncio.open_connection(proxy.host, proxy.port, ssl=tls)


async def open_through_proxy(proxy: Proxy, host: str, port: int) -> Streams:
    """Open a tunnel through a proxy.

    Raises:
        OSError: The proxy does not answer, or refuses.
    """
    if not proxy.is_socks:
        return await _open_by_connect(proxy, host, port)
    socks = SocksProxy(
        ProxyType.SOCKS4 if proxy.scheme.startswith("socks4") else ProxyType.SOCKS5,
        proxy.host,
        proxy.port,
        username=proxy.username,
        password=proxy.password,
        rdns=True,
    )
    try:
        stream = await socks.connect(host, port)
    except ProxyError as error:
        raise OSError(f"the proxy that your shell sets refused ({error})") from error
    except ValueError:  # its text would quote what could not be sent
        raise OSError("a SOCKS proxy cannot be sent the user name or password that your shell sets") from None
    return stream.reader, stream.writer


async def _open_by_connect(proxy: Proxy, host: str, port: int) -> Streams:
    """Ask an HTTP proxy for a tunnel; not one byte behind its answer is read."""
    reader, writer = await open_to_proxy(proxy)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = (f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", *map(": ".join, proxy.headers))
    writer.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    try:
        answer = await reader.readuntil(b"\r\n\r\n")
        status_line = answer.partition(b"\r\n")[0].decode("ascii", "replace")
        if status_line.split(" ")[1:2] != ["200"]:
            raise OSError(f"the proxy that your shell sets answered {status_line}")
    except (asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        writer.close()
        raise OSError("the proxy that your shell sets sent no answer") from error
    except BaseException:
        writer.close()
        raise
    return reader, writer
