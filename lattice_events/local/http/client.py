"""Requests to servers over HTTP/1.1: what is sent is what was decided, byte for byte.

No URL is taken apart here, no redirect followed, nothing decompressed.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from functools import cache
from types import TracebackType
from typing import Protocol, Self, TypeVar

from lattice_events.errors import TargetError
from lattice_events.local.http.answer import Head
from lattice_events.local.http.asking import ClientConnection, Outgoing
from lattice_events.local.stopwatch import Stopwatch

P = TypeVar("P", bound=asyncio.Protocol)
Opened = tuple[asyncio.Transport, P]


class Connect(Protocol):
    """Opens a connection for a protocol."""

    async def __call__(self, make: Callable[[], P]) -> Opened[P]:
        """Make the protocol of the connection.

        Raises:
            OSError: There is none.
        """


_CONNECT_LIMIT_SECONDS = 5


class TargetResponse:
    """A server's answer.

    Attributes:
        status: From 200 to 599.
        reason: Of the status line; ``None`` for one that is not ASCII.
        headers: Names in lower case, as VPC Lattice passes them.
        body: All of it, where that came with the head; ``None`` where `chunks` must be read.
    """

    def __init__(self, connection: ClientConnection, head: Head) -> None:
        """Keep the head."""
        self.status, self.reason, self.headers = head
        self.body = connection.take_whole_body()
        self._connection = connection

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece.

        Raises:
            TargetError: The server fell silent, broke off, or what it sent is not HTTP.
        """
        if self.body is not None:
            if self.body:
                yield self.body
            return
        async for piece in self._connection.pieces():
            yield piece

    async def __aenter__(self) -> Self:
        """The response."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the connection."""
        if self.body is None:
            self._connection.finish()


async def send(connect: Connect, outgoing: Outgoing, *, watch: Stopwatch | None = None) -> TargetResponse:
    """Send a request on a connection of its own, and wait for the head of the answer.

    Args:
        connect: Opens the connection.
        outgoing: The request.
        watch: Told when bytes leave.

    Raises:
        TargetError: There is no connection, no answer in time, or one that is not HTTP.
    """
    connection = await open_connection(connect, ClientConnection)
    return await ask(connection, outgoing, is_last=True, watch=watch)


async def open_connection(connect: Connect, make: Callable[[], ClientConnection]) -> ClientConnection:
    """Open a connection in time.

    Raises:
        TargetError: There is none.
    """
    try:
        async with asyncio.timeout(_CONNECT_LIMIT_SECONDS):
            _, connection = await connect(make)
            return connection
    except ConnectionRefusedError as error:
        raise TargetError("no connection: nothing listens there", kind="connect") from error
    except (
        OSError,
        UnicodeError,
    ) as error:  # TimeoutError is one; UnicodeError: a host that is no name of DNS
        raise TargetError(f"no connection: {str(error) or 'no answer'}", kind="connect") from error


async def ask(
    connection: ClientConnection, outgoing: Outgoing, *, is_last: bool, watch: Stopwatch | None
) -> TargetResponse:
    """Send a request on a connection, which is closed where there is no answer."""
    try:
        return TargetResponse(connection, await connection.ask(outgoing, is_last=is_last, watch=watch))
    except BaseException:
        connection.close()
        raise


async def connect_to(
    host: str, port: int, make: Callable[[], P], *, tls: ssl.SSLContext | None = None
) -> Opened[P]:
    """Open a connection to a server.

    Raises:
        OSError: It does not take it.
    """
    return await asyncio.get_running_loop().create_connection(make, host, port, ssl=tls)


@cache
def tls_context() -> ssl.SSLContext:
    """For connections to servers, whose certificates are checked."""
    return ssl.create_default_context()


@cache
def target_tls() -> ssl.SSLContext:
    """For connections to targets: VPC Lattice does not validate their certificates.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-groups.html
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
