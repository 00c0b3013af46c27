"""The proxy that the user's shell names: reached over HTTP, HTTPS or SOCKS."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from lattice_events.local.http.client import Opened, P, connect_to, tls_context
from lattice_events.local.http.connection import Buffering

_END_OF_HEAD = b"\r\n\r\n"
_MAX_HEAD_BYTES = 64 * 1024
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


async def open_to_proxy(proxy: Proxy, make: Callable[[], P]) -> Opened[P]:
    """Connect to an HTTP proxy, with TLS where its URL says https.

    Raises:
        OSError: It does not take the connection.
    """
    tls = tls_context() if proxy.scheme == "https" else None
    return await connect_to(proxy.host, proxy.port, make, tls=tls)


async def open_through_proxy(proxy: Proxy, host: str, port: int, make: Callable[[], P]) -> Opened[P]:
    """Open a tunnel through a proxy.

    Raises:
        OSError: The proxy does not answer, or refuses.
    """
    open_tunnel = _open_by_socks if proxy.is_socks else _open_by_connect
    return await open_tunnel(proxy, host, port, make)


async def _open_by_socks(proxy: Proxy, host: str, port: int, make: Callable[[], P]) -> Opened[P]:
    """Ask a SOCKS proxy for a tunnel."""
    from python_socks import ProxyError, ProxyType  # a twentieth of what a network for tests has to import
    from python_socks.async_.asyncio import Proxy as SocksProxy

    socks = SocksProxy(
        ProxyType.SOCKS4 if proxy.scheme.startswith("socks4") else ProxyType.SOCKS5,
        proxy.host,
        proxy.port,
        username=proxy.username,
        password=proxy.password,
        rdns=True,
    )
    try:
        sock = await socks.connect(host, port)
    except ProxyError as error:
        raise OSError(f"the proxy that your shell sets refused ({error})") from error
    except ValueError:  # its text would quote what could not be sent
        raise OSError("a SOCKS proxy cannot be sent the user name or password that your shell sets") from None
    return await asyncio.get_running_loop().create_connection(make, sock=sock)


class _Asking(Buffering):
    """A connection to a proxy that has been asked for a tunnel."""

    def __init__(self) -> None:
        super().__init__()
        self._answered = asyncio.get_running_loop().create_future()

    def data_received(self, data: bytes) -> None:
        """Wait for a whole head."""
        super().data_received(data)
        is_over = _END_OF_HEAD in self.buffer or len(self.buffer) > _MAX_HEAD_BYTES
        if is_over and not self._answered.done():
            self._answered.set_result(None)

    def connection_lost(self, error: Exception | None) -> None:
        """Wait no longer."""
        super().connection_lost(error)
        if not self._answered.done():
            self._answered.set_result(None)

    async def answer(self) -> str:
        """The status line of the answer; what stands behind the head stays."""
        await self._answered
        head, end, self.buffer = self.buffer.partition(_END_OF_HEAD)
        if not end:
            raise OSError("the proxy that your shell sets sent no answer")
        return head.partition(b"\r\n")[0].decode("ascii", "replace")


async def _open_by_connect(proxy: Proxy, host: str, port: int, make: Callable[[], P]) -> Opened[P]:
    """Ask an HTTP proxy for a tunnel."""
    transport, asking = await open_to_proxy(proxy, _Asking)
    authority = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    lines = (f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", *map(": ".join, proxy.headers))
    transport.write("".join(f"{line}\r\n" for line in (*lines, "")).encode())
    try:
        status_line = await asking.answer()
        if status_line.split(" ")[1:2] != ["200"]:
            raise OSError(f"the proxy that your shell sets answered {status_line}")
    except BaseException:
        transport.abort()
        raise
    protocol = make()
    asking.hand_over(transport, protocol)
    return transport, protocol
