"""The protocol of the gateway port: it looks at the first bytes and decides who speaks next.

``CONNECT`` opens a tunnel, everything else is for the HTTP server.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from lattice_events.local.sockets import keep_reads_small

_CONNECT = b"CONNECT "
_ACCEPTED = b"HTTP/1.1 200 Connection established\r\n\r\n"
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_MAX_HEAD_BYTES = 64 * 1024
HEAD_LIMIT_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class ConnectionFacts:
    """What is known of a connection before its first request.

    Attributes:
        scheme: ``https`` when TLS ended here.
        port: The port that the client named in CONNECT; ``None`` for a direct connection.
        caller: Name that a valid proxy token stands for.
    """

    scheme: str = "http"
    port: int | None = None
    caller: str | None = None


class Buffering(asyncio.Protocol):
    """Keeps what arrives until somebody takes over."""

    def __init__(self) -> None:
        """Start empty."""
        self.buffer = b""
        self.transport: asyncio.Transport | None = None
        self.is_lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self.transport = transport  # type: ignore[assignment]  # uvloop's is none of asyncio's classes
        keep_reads_small(transport)

    def data_received(self, data: bytes) -> None:
        """Keep the bytes."""
        self.buffer += data

    def connection_lost(self, _: Exception | None) -> None:
        """Remember that the client is gone."""
        self.is_lost = True

    def hand_over(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """Let another protocol speak from here on; it gets what has arrived."""
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        if self.buffer:
            protocol.data_received(self.buffer)
            self.buffer = b""
        if self.is_lost:
            protocol.connection_lost(None)


OnConnect = Callable[["FirstBytes", bytes], Coroutine[Any, Any, None]]


class FirstBytes(Buffering):
    """Tells CONNECT from other requests by the first eight bytes."""

    def __init__(
        self, *, http: Callable[[], asyncio.Protocol], on_connect: OnConnect, tasks: set[asyncio.Task[None]]
    ) -> None:
        """Prepare for one connection.

        Args:
            http: Makes the protocol for anything but CONNECT.
            on_connect: Called with this protocol and the head of a CONNECT request.
            tasks: Where running tunnels are kept.
        """
        super().__init__()
        self._http = http
        self._on_connect = on_connect
        self._tasks = tasks
        self._is_decided = False
        self._limit: asyncio.TimerHandle | None = None
        self.is_accepted = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the first bytes, but not for ever."""
        super().connection_made(transport)
        self._limit = asyncio.get_running_loop().call_later(
            HEAD_LIMIT_SECONDS, self._refuse, 408, "Request Timeout"
        )

    def connection_lost(self, error: Exception | None) -> None:
        """Stop waiting."""
        super().connection_lost(error)
        self._stop_waiting()

    def accept(self) -> None:
        """Tell the client that its tunnel is open."""
        self.is_accepted = True
        if self.transport is not None:
            self.transport.write(_ACCEPTED)

    def close(self) -> None:
        """Hang up."""
        if self.transport is not None:
            self.transport.close()

    def _stop_waiting(self) -> None:
        if self._limit is not None:
            self._limit.cancel()

    def _refuse(self, status: int, phrase: str) -> None:
        self._is_decided = True
        self._stop_waiting()
        if self.transport is not None:
            head = f"HTTP/1.1 {status} {phrase}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
            self.transport.write(head.encode())
        self.close()

    def data_received(self, data: bytes) -> None:
        """Collect bytes until it is clear who speaks next."""
        super().data_received(data)
        if self._is_decided:
            return
        assert self.transport is not None
        if not _CONNECT.startswith(self.buffer[: len(_CONNECT)]):
            self._is_decided = True
            self._stop_waiting()
            self.hand_over(self.transport, self._http())
            return
        end = _END_OF_HEAD.search(self.buffer)
        if (end.start() if end else len(self.buffer)) > _MAX_HEAD_BYTES:
            self._refuse(400, "Bad Request")
        elif end:
            self._is_decided = True
            self._stop_waiting()
            head, self.buffer = self.buffer[: end.start()], self.buffer[end.end() :]
            task = asyncio.get_running_loop().create_task(self._on_connect(self, head))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
