"""Copy bytes between a client and a server, both ways, until both are done."""

from __future__ import annotations

import asyncio

from lattice_events.local.connection import Buffering

_CHUNK_BYTES = 64 * 1024


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
