"""Connections for `requests` that know the time a call has, and their own age.

No thread watches a call: each read and each write of a socket gets the time that is left.
"""

from __future__ import annotations

import http.client
import io
import math
import socket
import time
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any, cast

import requests.adapters
import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from lattice_events.client.redaction import redact_log
from lattice_events.client.time_left import SecondsLeft

redact_log("urllib3.connectionpool")
redact_log("urllib3.util.retry")

IDLE_SECONDS = 50.0
"""VPC Lattice closes a connection that was idle for 60 s; a used one could break under the request."""
AGE_SECONDS = 540.0
"""VPC Lattice closes every connection after 10 minutes."""
_POOL_SIZE = 50

_PIECE_BYTES = 256 * 1024


class Watch:
    """Watches one attempt: each of its reads and writes gets the time that is left.

    Attributes:
        seconds_left: Of the call.
        idle_seconds: How long one read or write may take at most.
        has_sent: Whether anything of the request has left; ``None`` while no connection of ours was asked
            for: an adapter or a SOCKS proxy may have others, which tell nothing.
    """

    __slots__ = ("_token", "has_sent", "idle_seconds", "seconds_left")

    def __init__(self, seconds_left: SecondsLeft, idle_seconds: float) -> None:
        """Take the times; ``with`` the watch, connections of `LatticeAdapter` keep them."""
        self.seconds_left, self.idle_seconds = seconds_left, idle_seconds
        self.has_sent: bool | None = None

    def __enter__(self) -> None:
        """Begin."""
        self._token = _watch.set(self)

    def __exit__(self, *_: object) -> None:
        """End."""
        _watch.reset(self._token)


_UNWATCHED = Watch(lambda: math.inf, math.inf)
_watch: ContextVar[Watch] = ContextVar("lattice_events_watch", default=_UNWATCHED)


def _bound(sock: socket.socket, seconds_left: SecondsLeft) -> None:
    """Let the next operation of a socket take no longer than the time that is left."""
    left = seconds_left()
    if left <= 0:
        raise TimeoutError("the deadline of the call has passed")
    limit = sock.gettimeout()
    if left < (math.inf if limit is None else limit):
        sock.settimeout(left)


class _TimedReader(io.RawIOBase):
    """Reads a socket, each time with the time that is left."""

    def __init__(self, sock: socket.socket, seconds_left: SecondsLeft) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._seconds_left = seconds_left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        _bound(self._sock, self._seconds_left)
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _TimedSocket:
    """What `http.client.HTTPResponse` asks of a socket: a file to read."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(_TimedReader(self._sock, _watch.get().seconds_left))


class _TimedResponse(http.client.HTTPResponse):
    """An answer whose headers and body are read within the time of the call."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(cast("socket.socket", _TimedSocket(sock)), *args, **kwargs)


class _Aging:
    """A connection that stops being used before VPC Lattice closes it.

    The clock is the wall's: a monotonic one may stand still while Lambda freezes the process.
    """

    sock: socket.socket | None
    _opened_at = 0.0
    _used_at = 0.0
    _is_connecting = False

    def connect(self) -> None:
        """Connect, and note when; a proxy's tunnel is part of it."""
        watch = _watch.get()
        watch.has_sent = bool(watch.has_sent)
        self._is_connecting = True
        try:
            super().connect()  # type: ignore[misc]  # of the connection that it is mixed into
        finally:
            self._is_connecting = False
        self._opened_at = self._used_at = time.time()

    def send(self, data: Any) -> None:
        """Send within the time of the call, piece by piece, since a socket's limit is for the whole."""
        watch = _watch.get()
        if self._is_connecting or watch is _UNWATCHED:
            super().send(data)  # type: ignore[misc]  # likewise
            return
        if self.sock is None:
            self.connect()
        assert self.sock is not None
        watch.has_sent = True
        for piece in _pieces(data):
            self.sock.settimeout(watch.idle_seconds)  # it was that of connecting
            _bound(self.sock, watch.seconds_left)
            super().send(piece)  # type: ignore[misc]  # likewise
        self._used_at = time.time()

    @property
    def is_connected(self) -> bool:
        """Whether it may be used again."""
        now = time.time()
        is_fresh = now - self._used_at < IDLE_SECONDS and now - self._opened_at < AGE_SECONDS
        return is_fresh and super().is_connected  # type: ignore[misc]  # likewise


def _pieces(data: Any) -> Iterator[Any]:
    """Long bytes in pieces, anything else as it is."""
    if not isinstance(data, (bytes, bytearray, memoryview)) or len(data) <= _PIECE_BYTES:
        yield data
        return
    whole = memoryview(data)
    for start in range(0, len(whole), _PIECE_BYTES):
        yield whole[start : start + _PIECE_BYTES]


class _HTTPConnection(_Aging, HTTPConnection):
    """Over HTTP."""

    response_class: Any = _TimedResponse


class _HTTPSConnection(_Aging, HTTPSConnection):
    """Over HTTPS."""

    response_class: Any = _TimedResponse


# A tool for tests, such as vcrpy, puts connections of its own into urllib3's pools while it records or
# replays. Ours must make those then, so each looks at the pool that it extends.


class _HTTPPool(HTTPConnectionPool):
    """Makes our connections."""

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802 - urllib3's name, a class variable
        """Ours, unless somebody has replaced urllib3's."""
        theirs = HTTPConnectionPool.ConnectionCls
        return _HTTPConnection if theirs is HTTPConnection else theirs


class _HTTPSPool(HTTPSConnectionPool):
    """Likewise over TLS."""

    @property
    def ConnectionCls(self) -> Any:  # type: ignore[override]  # noqa: N802 - likewise
        """Ours, unless somebody has replaced urllib3's."""
        theirs = HTTPSConnectionPool.ConnectionCls
        return _HTTPSConnection if theirs is HTTPSConnection else theirs


class LatticeAdapter(requests.adapters.HTTPAdapter):
    """The transport of `LatticeSession`; mount it on a session of your own for its deadlines."""

    def __init__(self) -> None:
        """Keep connections for as many threads as a function may have."""
        super().__init__(pool_maxsize=_POOL_SIZE)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the pools, of our connections."""
        super().init_poolmanager(*args, **kwargs)
        _use_our_pools(self.poolmanager)

    def proxy_manager_for(self, *args: Any, **kwargs: Any) -> Any:
        """Likewise behind a proxy; one that speaks SOCKS has pools of its own, without our deadlines."""
        manager = super().proxy_manager_for(*args, **kwargs)
        if isinstance(manager, urllib3.ProxyManager):
            _use_our_pools(manager)
        return manager


def _use_our_pools(manager: urllib3.PoolManager) -> None:
    """Let a manager make our pools."""
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}
