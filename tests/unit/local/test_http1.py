"""How long a target is waited for, by a clock that tests turn."""

from __future__ import annotations

import asyncio

import pytest

from lattice_events.errors import TargetTimeoutError
from lattice_events.headers import Headers
from lattice_events.local.http.client import send


class SlowReader(asyncio.StreamReader):
    """Gives one piece each time it is read, and the clock goes on by 25 seconds."""

    def __init__(self, pieces: list[bytes], clock: list[float]) -> None:
        super().__init__()
        self._pieces = pieces
        self._clock = clock

    async def read(self, n: int = -1) -> bytes:
        self._clock[0] += 25
        for _ in range(3):
            await asyncio.sleep(0)  # a limit that is over ends the wait here
        return self._pieces.pop(0) if self._pieces else b""


class NoWire(asyncio.Transport):
    """Takes what is written."""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Drop it."""

    def abort(self) -> None:
        """Nothing is open."""

    def is_closing(self) -> bool:
        """It never was open."""
        return True


async def _ask(pieces: list[bytes]) -> bytes:
    """The body of the answer that comes in these pieces."""
    loop = asyncio.get_running_loop()
    clock = [loop.time()]
    loop.time = lambda: clock[0]  # type: ignore[method-assign]
    reader = SlowReader(pieces, clock)
    writer = asyncio.StreamWriter(NoWire(), asyncio.StreamReaderProtocol(reader), reader, loop)

    async def connect() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return reader, writer

    async with await send(connect, "GET", "/", Headers({"host": "x"}), None) as answer:
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
    with pytest.raises(TargetTimeoutError):
        asyncio.run(_ask(pieces))


def test_a_body_may_take_its_time() -> None:
    pieces = [b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", *[b"a"] * 9]

    assert asyncio.run(_ask(pieces)) == b"a" * 9
