"""CONNECT: read it, answer it, and copy bytes between a client and a server, both ways, until both are done."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import NamedTuple

from lattice_events.local.http.client import Connect
from lattice_events.local.http.connection import Buffering, FirstBytes
from lattice_events.network.dataplane import split_host

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
_CHUNK_BYTES = 64 * 1024
_MAX_HOST_BYTES = 255  # of a name of DNS


class Asked(NamedTuple):
    """What a client asks with CONNECT.

    Attributes:
        host: Where to.
        port: Where to.
        proxy_authorization: The header.
    """

    host: str
    port: int
    proxy_authorization: str | None


def read_connect(head: bytes) -> Asked | None:
    """Read the head of a CONNECT request; ``None`` for one that names no host and port.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6
    """
    request_line, *lines = (line.rstrip("\r") for line in head.decode("latin-1").split("\n"))
    _, *words = request_line.split(" ")
    host, port = (len(words) == 2 and words[1].startswith("HTTP/1.") and split_host(words[0])) or ("", None)
    if not 0 < len(host) <= _MAX_HOST_BYTES or port is None:
        return None
    pairs = (line.partition(":")[::2] for line in lines)
    given = (value.strip() for name, value in pairs if name.lower() == "proxy-authorization")
    return Asked(host, port, next(given, None))


def answer_connect(connection: FirstBytes, status: int, text: str) -> None:
    """Refuse a CONNECT, unless it has been accepted already: then nothing can be said but goodbye."""
    if not connection.is_accepted and connection.transport is not None:
        body = text.encode()
        extra = 'Proxy-Authenticate: Basic realm="lattice dev"\r\n' if status == 407 else ""
        head = (
            f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{extra}Content-Type: text/plain; charset=utf-8\r\n"
            f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        )
        connection.transport.write(head.encode() + body)
    connection.close()


async def open_streams(connect: Connect) -> Streams:
    """Open a connection as streams.

    Raises:
        OSError: There is none.
    """
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await connect(lambda: protocol)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)


async def run_tunnel(client: Buffering, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Join a client's connection with one to a server; both are closed at the end.

    Args:
        client: The connection, after its CONNECT was answered.
        reader: From the server.
        writer: To the server.
    """
    assert client.transport is not None
    loop = asyncio.get_running_loop()
    from_client = asyncio.StreamReader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(from_client, loop=loop)
    to_client = asyncio.StreamWriter(client.transport, protocol, from_client, loop)
    client.hand_over(client.transport, protocol)
    try:
        await asyncio.gather(_copy(from_client, writer), _copy(reader, to_client))
    except OSError:
        pass  # one side is gone, so the other has nobody to talk to
    finally:
        for end in (writer, to_client):
            end.close()
        await asyncio.gather(writer.wait_closed(), to_client.wait_closed(), return_exceptions=True)


async def _copy(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copy one direction to its end and pass the end on."""
    while chunk := await source.read(_CHUNK_BYTES):
        sink.write(chunk)
        await sink.drain()
    if sink.can_write_eof():
        sink.write_eof()
