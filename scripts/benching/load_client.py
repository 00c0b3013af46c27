"""A load client on asyncio's protocols: each connection sends its next request when the last one is answered.

    python load_client.py PORT CONNECTIONS SECONDS REQUESTS_FILE

It stands alone, for machines without wrk; `Connection` also serves the soak, which looks at every answer.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes


class Connection(asyncio.Protocol):
    """One connection with one request at a time; it knows Content-Length and chunked."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._waiting: asyncio.Future[Answer] | None = None
        self._transport: asyncio.Transport | None = None
        self.is_open = False

    @classmethod
    async def open(cls, port: int) -> Connection:
        _, protocol = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.is_open = transport, True

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._waiting and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("closed before the answer was whole"))

    def ask(self, request: bytes) -> asyncio.Future[Answer]:
        """Send a request; the future is its answer."""
        assert self._transport
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._waiting

    def close(self) -> None:
        if self._transport:
            self._transport.close()

    def data_received(self, data: bytes) -> None:
        self._received += data
        answer = _take_answer(self._received)
        if answer is not None and self._waiting and not self._waiting.done():
            self._waiting.set_result(answer)


def _take_answer(received: bytearray) -> Answer | None:
    """Cut the answer off, once it is whole."""
    end = received.find(b"\r\n\r\n")
    if end < 0:
        return None
    lines = bytes(received[:end]).split(b"\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines[1:])}
    start = end + 4
    if fields.get(b"transfer-encoding", b"").lower() == b"chunked":
        found = _dechunk(received, start)
        if found is None:
            return None
        body, start = found
    else:
        length = int(fields.get(b"content-length", b"0"))
        if len(received) < start + length:
            return None
        body, start = bytes(received[start : start + length]), start + length
    del received[:start]
    return Answer(int(lines[0].split()[1]), body)


def _dechunk(received: bytearray, start: int) -> tuple[bytes, int] | None:
    body = bytearray()
    while True:
        end = received.find(b"\r\n", start)
        if end < 0:
            return None
        size = int(bytes(received[start:end]).split(b";")[0], 16)
        start = end + 2 + size + 2
        if len(received) < start:
            return None
        if size == 0:
            return bytes(body), start
        body += received[end + 2 : end + 2 + size]


async def put_load(port: int, connections: int, seconds: float, requests: list[bytes]) -> dict[str, float]:
    """What `benching.load.Load` holds."""
    turns = itertools.cycle(requests)
    took: list[float] = []
    errors = 0
    started = time.perf_counter()

    async def keep_busy() -> None:
        nonlocal errors
        connection = await Connection.open(port)
        while (asked := time.perf_counter()) < started + seconds:
            if not connection.is_open:
                connection = await Connection.open(port)
            try:
                answer = await connection.ask(next(turns))
            except OSError:
                errors += 1
                continue
            took.append(time.perf_counter() - asked)
            errors += answer.status >= 400
        connection.close()

    await asyncio.gather(*(keep_busy() for _ in range(connections)))
    whole = time.perf_counter() - started
    took.sort()
    count = len(took)
    p50, p99 = (took[min(count - 1, int(count * share))] * 1000 if took else 0.0 for share in (0.5, 0.99))
    return {"requests": count, "seconds": whole, "p50_ms": p50, "p99_ms": p99, "errors": errors}


def main() -> None:
    port, connections, seconds, file = sys.argv[1:]
    requests = [each.encode("ascii") for each in json.loads(Path(file).read_text())]
    print(
        "REPORT " + json.dumps(asyncio.run(put_load(int(port), int(connections), float(seconds), requests)))
    )


if __name__ == "__main__":
    main()
