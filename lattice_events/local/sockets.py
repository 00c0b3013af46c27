"""Listen on loopback ports."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from lattice_events.loopback import port_problem

LOOPBACK = "127.0.0.1"
_READ_BYTES = 64 * 1024


async def listen(
    protocol_factory: Callable[[], asyncio.BaseProtocol],
    port: int,
    *,
    option: str,
    tls: ssl.SSLContext | None = None,
) -> asyncio.Server:
    """Listen on a loopback port; 0 takes a free one.

    Args:
        protocol_factory: Makes the protocol of a connection.
        port: 0 to 65535.
        option: The command-line option that sets the port, for the error.
        tls: Given to listen for TLS.

    Raises:
        ConfigurationError: The port is taken or not allowed.
    """
    try:
        return await asyncio.get_running_loop().create_server(protocol_factory, LOOPBACK, port, ssl=tls)
    except OSError as error:
        raise port_problem(error, port, option=option) from error


def port_of(server: asyncio.Server) -> int:
    """The port that a server listens on."""
    port: int = server.sockets[0].getsockname()[1]
    return port


def keep_reads_small(transport: asyncio.BaseTransport) -> None:
    """Let asyncio read up to 64 KiB at a time instead of 256.

    A buffer of 256 KiB is mapped into memory and unmapped again at each read, which costs 8 µs; one of 64 is not.
    uvloop reads into a buffer that it keeps.
    """
    if hasattr(transport, "max_size"):
        transport.max_size = _READ_BYTES
