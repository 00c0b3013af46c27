"""Kept connections to targets: no request is lost to them, and none is sent twice that does something.

A target may end a connection that waits for a request at any time, so a request can meet a connection that is just
being closed. Four rules keep what a client would have got on a new connection:

1. Only requests that ask for nothing to be done (GET, HEAD, OPTIONS, without a body) go on a kept connection.
2. A target must have shown that it keeps connections, by one that stayed open for a while. One that closes a kept
   connection without a word has to show it anew, after a longer while.
3. A connection waits for a request for a second at most, which is less than servers wait before they close.
   Directly before it is used, the system is asked whether it has ended.
4. A request is sent again, once and on a new connection, only where the target's system has thrown it away unread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import lru_cache, partial
from typing import NamedTuple
from urllib.parse import urlsplit

from lattice_events.errors import TargetError
from lattice_events.local.http import client
from lattice_events.local.http.asking import ClientConnection, Outgoing
from lattice_events.local.stopwatch import Stopwatch

_IDLE_SECONDS = 1.0  # gunicorn closes after 2, Node.js and uvicorn after 5
_PROOF_SECONDS = 0.1
_DISTRUST_SECONDS = 60.0
_MAX_WAITING = 64  # connections to one target


class Origin(NamedTuple):
    """Where a target is.

    Attributes:
        host: Name or address.
        port: Of it.
        is_tls: Whether it speaks TLS.
    """

    host: str
    port: int
    is_tls: bool


@lru_cache(maxsize=1024)
def origin_of(url: str) -> Origin:
    """Where a target's URL points to."""
    parts = urlsplit(url)
    is_tls = parts.scheme == "https"
    return Origin(parts.hostname or "", parts.port or (443 if is_tls else 80), is_tls)


class Connections:
    """Connections to targets, kept where that is safe."""

    def __init__(self, connect_to: Callable[[Origin], client.Connect]) -> None:
        """Start with none.

        Args:
            connect_to: How a connection to a target is opened.
        """
        self._connect_to = connect_to
        self._kept: dict[Origin, _Kept] = {}

    async def send(
        self, origin: Origin, outgoing: Outgoing, *, keeps: bool = True, watch: Stopwatch | None = None
    ) -> client.TargetResponse:
        """Send a request and wait for the head of the answer.

        Args:
            origin: Of the target.
            outgoing: The request.
            keeps: Whether connections are kept at all.
            watch: Told when bytes leave.

        Raises:
            TargetError: There is no connection, no answer in time, or one that is not HTTP.
        """
        kept = self._kept.get(origin)
        if kept is None:
            kept = self._kept[origin] = _Kept()
        connection = kept.take() if keeps and outgoing.is_repeatable else None
        if connection is not None:
            try:
                return await client.ask(connection, outgoing, is_last=False, watch=watch)
            except TargetError:
                if not connection.is_unread:
                    raise
                kept.distrust()
        connection = await client.open_connection(
            self._connect_to(origin), partial(ClientConnection, kept if keeps else None)
        )
        return await client.ask(connection, outgoing, is_last=not keeps, watch=watch)

    def close(self) -> None:
        """Close what waits for a request."""
        for kept in self._kept.values():
            kept.close()


class _Kept:
    """The connections to one target that wait for a request, the longest first.

    There is only one of them before the target has shown that it keeps connections.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._waiting: list[ClientConnection] = []
        self._is_proven = False
        self._distrusted_until = 0.0
        self._sweeper: asyncio.TimerHandle | None = None

    def take(self) -> ClientConnection | None:
        """The connection that was used last, if it may be used again."""
        if not self._waiting or not self._prove():
            return None
        connection = self._waiting.pop()
        if self._loop.time() - connection.idle_since >= _IDLE_SECONDS:
            connection.close()
            return None
        if not connection.is_open:
            connection.close()
            self.distrust()
            return None
        return connection

    def _prove(self) -> bool:
        """Whether the target has shown that it keeps connections."""
        if not self._is_proven:
            witness = self._waiting[0]
            waits_seconds = self._loop.time() - witness.idle_since
            self._is_proven = waits_seconds >= _PROOF_SECONDS and witness.is_open
        return self._is_proven

    def lose(self, connection: ClientConnection) -> None:
        """A connection has ended; if it was waiting, then by the target."""
        if connection in self._waiting:
            self.distrust()

    def keep(self, connection: ClientConnection) -> None:
        """A connection has nothing to do."""
        most = _MAX_WAITING if self._is_proven else 1
        if len(self._waiting) >= most or self._loop.time() < self._distrusted_until:
            connection.close()
            return
        self._waiting.append(connection)
        if self._sweeper is None:
            self._sweeper = self._loop.call_later(_IDLE_SECONDS, self._sweep)

    def distrust(self) -> None:
        """The target has ended a connection without a word: keep none for a while."""
        self._is_proven = False
        self._distrusted_until = self._loop.time() + _DISTRUST_SECONDS
        self.close()

    def close(self) -> None:
        """Close all of them."""
        if self._sweeper is not None:
            self._sweeper.cancel()
            self._sweeper = None
        waiting, self._waiting = self._waiting, []
        for connection in waiting:
            connection.close()

    def _sweep(self) -> None:
        """Close what has waited for too long; the target has kept it all the time."""
        self._sweeper = None
        oldest = self._loop.time() - _IDLE_SECONDS
        old = [each for each in self._waiting if each.idle_since <= oldest]
        self._waiting = self._waiting[len(old) :]
        for connection in old:
            self._is_proven = self._is_proven or connection.is_open
            connection.close()
        if self._waiting:
            self._sweeper = self._loop.call_later(_IDLE_SECONDS, self._sweep)
