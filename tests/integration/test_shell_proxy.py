"""The proxy that the user's shell sets: real ones of each kind, and what they are told."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
import trustme

from lattice_events.local.http import client
from tests.integration.wire import Wire, target_of, wired

SECRET = "s%40cr%C3%A9t%3A%2F"
BASIC = base64.b64encode("me:s@crét:/".encode()).decode()
Ask = Callable[[bytes], bytes]
TOKEN = b"Proxy-Authorization: Basic " + base64.b64encode(b"me:token")


class FakeProxy:
    """A proxy that speaks HTTP CONNECT, whole URLs, SOCKS4a and SOCKS5, and reaches one server only."""

    def __init__(self) -> None:
        self.port = self.server_port = 0
        self.asked: list[bytes] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        first = await reader.read(1)
        if first == b"\x05":
            await self._socks5(reader, writer)
        elif first == b"\x04":
            await self._socks4(reader, writer)
        elif first:
            head = first + await reader.readuntil(b"\r\n\r\n")
            self.asked.append(head)
            if head.startswith(b"CONNECT "):
                writer.write(b"HTTP/1.1 200 ")
                await writer.drain()  # in pieces, as nobody may rely on one
                writer.write(b"Fine\r\nX: y\r\n\r\n")
                await self._join(reader, writer)
            else:
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nproxied")
        writer.close()

    async def _socks5(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        methods = await reader.readexactly((await reader.readexactly(1))[0])
        writer.write(b"\x05\x02" if 2 in methods else b"\x05\x00")
        if 2 in methods:
            _, length = await reader.readexactly(2)
            name = await reader.readexactly(length)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            self.asked.append(name + b":" + password)
            writer.write(b"\x01\x00")
        kind = (await reader.readexactly(4))[3]
        length = 4 if kind == 1 else (await reader.readexactly(1))[0]
        self.asked.append(await reader.readexactly(length))
        await reader.readexactly(2)
        writer.write(b"\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
        await self._join(reader, writer)

    async def _socks4(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        address = (await reader.readexactly(7))[3:]
        user = await reader.readuntil(b"\0")
        self.asked.append(user[:-1])
        self.asked.append((await reader.readuntil(b"\0"))[:-1] if address[:3] == b"\0\0\0" else address)
        writer.write(b"\x00\x5a\x00\x00\x00\x00\x00\x00")
        await self._join(reader, writer)

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await writer.drain()
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.server_port)
        far_writer.write(await reader.readuntil(b"\r\n\r\n"))
        writer.write(await far_reader.read())
        await writer.drain()
        far_writer.close()


@asynccontextmanager
async def behind(proxy_url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[tuple[Wire, FakeProxy]]:
    """A gateway whose user has this proxy in the shell; ``{port}`` stands for its port."""
    proxy = FakeProxy()
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0, ssl=tls)
    proxy.port = server.sockets[0].getsockname()[1]
    url = proxy_url.replace("{port}", str(proxy.port))
    shell = {"HTTPS_PROXY": url, "HTTP_PROXY": url}
    async with wired(tokens={"me": "token"}, shell=shell) as wire:
        outside = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
        proxy.server_port = outside.sockets[0].getsockname()[1]
        yield wire, proxy
        outside.close()
    server.close()


def ask(proxy_url: str, raw: bytes, tls: ssl.SSLContext | None = None) -> tuple[bytes, Wire, FakeProxy]:
    async def run() -> tuple[bytes, Wire, FakeProxy]:
        async with behind(proxy_url, tls) as (wire, proxy):
            return await wire.send(raw), wire, proxy

    return asyncio.run(run())


def tunnel_to(host: bytes, port: int = 443) -> bytes:
    """CONNECT with the run's token, and a request in the tunnel that the far server ends."""
    inner = b"GET /inner HTTP/1.1\r\nHost: x\r\n\r\n"
    return b"CONNECT %b:%d HTTP/1.1\r\n%b\r\n\r\n%b" % (host, port, TOKEN, inner)


def whole_url(host: bytes) -> bytes:
    """A request with a whole URL, and the run's token."""
    return b"GET http://%b/a?b HTTP/1.1\r\nHost: y\r\n%b\r\nConnection: close\r\n\r\n" % (host, TOKEN)


def test_an_http_proxy_is_asked_for_a_tunnel_with_its_password() -> None:
    answer, wire, proxy = ask(f"http://me:{SECRET}@127.0.0.1:{{port}}", tunnel_to(b"outside.invalid"))

    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n")
    assert proxy.asked == [
        b"CONNECT outside.invalid:443 HTTP/1.1\r\nHost: outside.invalid:443\r\n"
        b"Proxy-Authorization: Basic %b\r\n\r\n" % BASIC.encode()
    ]
    assert target_of(wire.received[0]) == b"/inner"


def test_an_http_proxy_is_given_whole_urls_and_its_password_instead_of_our_token() -> None:
    answer, _, proxy = ask(f"http://me:{SECRET}@127.0.0.1:{{port}}", whole_url(b"outside.invalid:8080"))

    assert answer.endswith(b"proxied")
    assert proxy.asked[0].startswith(b"GET http://outside.invalid:8080/a?b HTTP/1.1\r\n")
    assert BASIC.encode() in proxy.asked[0]
    assert TOKEN.partition(b"Basic ")[2] not in proxy.asked[0]


@pytest.mark.parametrize("raw", [tunnel_to(b"outside.invalid"), whole_url(b"outside.invalid")])
def test_the_password_of_an_https_proxy_leaves_inside_tls_only(
    raw: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = trustme.CA()
    tls, trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    authority.configure_trust(trusting)
    monkeypatch.setattr("lattice_events.local.outside.proxy.tls_context", lambda: trusting)

    answer, _, proxy = ask(f"https://me:{SECRET}@127.0.0.1:{{port}}", raw, tls)

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert BASIC.encode() in proxy.asked[0]


@pytest.mark.parametrize("raw", [tunnel_to(b"outside.invalid"), whole_url(b"outside.invalid")])
def test_an_https_proxy_whose_certificate_is_not_trusted_is_told_nothing(raw: bytes) -> None:
    client.tls_context.cache_clear()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)

    answer, wire, proxy = ask(f"https://me:{SECRET}@127.0.0.1:{{port}}", raw, tls)

    assert answer.startswith(b"HTTP/1.1 502 ")
    assert proxy.asked == []
    assert "certificate" in (wire.reports[0].reason or "")
    assert "s@cr" not in (wire.reports[0].reason or "")


@pytest.mark.parametrize("port", [443, 80])
@pytest.mark.parametrize(
    ("scheme", "host", "asked"),
    [
        ("socks5h", b"outside.invalid", [b"me:s@cret", b"outside.invalid"]),
        ("socks5", b"127.0.0.2", [b"me:s@cret", b"\x7f\0\0\x02"]),
        ("socks4a", b"outside.invalid", [b"me", b"outside.invalid"]),
        ("socks4", b"127.0.0.2", [b"me", b"\x7f\0\0\x02"]),
    ],
)
def test_a_socks_proxy_is_spoken_to_in_socks(scheme: str, host: bytes, asked: list[bytes], port: int) -> None:
    raw = whole_url(host) if port == 80 else tunnel_to(host)

    answer, wire, proxy = ask(f"{scheme}://me:s%40cret@127.0.0.1:{{port}}", raw)

    assert answer.endswith(b"ok")
    assert proxy.asked == asked
    assert target_of(wire.received[0]) == (b"/a?b" if port == 80 else b"/inner")


@pytest.mark.parametrize("raw", [tunnel_to(b"outside.invalid"), whole_url(b"outside.invalid")])
@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("socks://me:hush@127.0.0.1:{port}", "is a socks:// one"),
        ("ftp://me:hush@127.0.0.1:{port}", "is a ftp:// one"),
        ("quic://me:hush@127.0.0.1:{port}", "is a quic:// one"),
        ("http://me:hush@127.0.0.1:99999", "is not a URL like http://HOST:PORT"),
        ("socks5h://me:hush%C3%A9@127.0.0.1:{port}", "cannot be sent the user name or password"),
        ("http://me:hush@", "is not a URL like http://HOST:PORT"),
        ("http://[me:hush@x", "is not a URL like http://HOST:PORT"),
    ],
)
def test_what_is_not_supported_is_refused_by_name_and_without_the_password(
    url: str, words: str, raw: bytes
) -> None:
    answer, wire, proxy = ask(url, raw)

    assert answer.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")
    assert words in answer.decode()
    assert proxy.asked == []
    assert "é" not in answer.decode()
    assert "hush" not in answer.decode() + str(wire.reports)


@pytest.mark.parametrize("scheme", ["http", "socks5h", "socks5", "socks4a"])
@pytest.mark.parametrize("host", [b"169.254.169.254", b"2852039166", b"[fd00:ec2::254]", b"0.0.0.0"])
@pytest.mark.parametrize("form", [tunnel_to, whole_url])
def test_no_proxy_is_asked_for_the_addresses_that_hand_out_secrets(
    scheme: str, host: bytes, form: Ask
) -> None:
    answer, _, proxy = ask(f"{scheme}://127.0.0.1:{{port}}", form(host))

    assert answer.startswith(b"HTTP/1.1 403 ")
    assert proxy.asked == []


@pytest.mark.parametrize("form", [tunnel_to, whole_url])
def test_a_shell_whose_proxy_is_this_very_gateway_does_not_turn_in_circles(form: Ask) -> None:
    shell: dict[str, str] = {}

    async def run() -> tuple[bytes, Wire]:
        async with wired(tokens={"me": "token"}, shell=shell) as wire:
            shell["ALL_PROXY"] = f"http://me:token@localhost:{wire.port}"
            return await wire.send(form(b"outside.invalid")), wire

    answer, wire = asyncio.run(run())

    assert answer.startswith(b"HTTP/1.1 502 ")
    assert "is a port of lattice dev itself" in (wire.reports[0].reason or "")
