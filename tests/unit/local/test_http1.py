"""How long a target is waited for, by a clock that tests turn."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from typing import Any

import pytest

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.asking import Outgoing
from lattice_events.local.http.client import Opened, P, send


class NoWire(asyncio.Transport):
    """Takes what is written."""

    def __init__(self) -> None:
        super().__init__()
        self._socket = socket.socket()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """A socket that is not connected."""
        return self._socket if name == "socket" else default

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Drop it."""

    def abort(self) -> None:
        """Nothing is open."""
        self._socket.close()

    def is_closing(self) -> bool:
        """It never was open."""
        return True


async def _say(connection: asyncio.Protocol, pieces: list[bytes], clock: list[float]) -> None:
    """Say one piece each 25 seconds, and nothing more."""
    for piece in [*pieces, b""]:
        clock[0] += 25
        for _ in range(5):
            await asyncio.sleep(0)  # a limit that is over ends the wait here
        if piece:
            connection.data_received(piece)
    connection.eof_received()


async def _ask(pieces: list[bytes]) -> bytes:
    """The body of the answer that comes in these pieces."""
    loop = asyncio.get_running_loop()
    clock = [loop.time()]
    loop.time = lambda: clock[0]  # type: ignore[method-assign]
    saying: list[asyncio.Task[None]] = []

    async def connect(make: Callable[[], P]) -> Opened[P]:
        wire, connection = NoWire(), make()
        connection.connection_made(wire)
        saying.append(asyncio.create_task(_say(connection, pieces, clock)))
        return wire, connection

    async with await send(connect, Outgoing("GET", "/", Headers({"host": "x"}))) as answer:
        return b"".join([chunk async for chunk in answer.chunks()])


@pytest.mark.parametrize(
    "pieces",
    [
        [b"HTTP/1.1 103 Early Hints\r\n\r\n"] * 10,
        [b"HTTP/1.1 102 Processing\r\n\r\n", *[b"HTTP/1.1 100 Continue\r\n\r\n"] * 9],
        [b"H", b"T", b"T", b"P", b"/", b"1", b".", b"1"],
        [b"HTTP/1.1 200 OK\r\n", *[b"X-A: b\r\n"] * 9],
    ],
)
def test_what_is_no_whole_answer_does_not_make_us_wait_longer(pieces: list[bytes]) -> None:
    with pytest.raises(TargetError) as caught:
        asyncio.run(_ask(pieces))

    assert caught.value.kind == "timeout"


def test_a_body_may_take_its_time() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[b"a"] * 9]

    assert asyncio.run(_ask(pieces)) == b"a" * 9
