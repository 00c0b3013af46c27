"""Large and slow bodies through `lattice dev`: seconds, the gateway's memory, the first byte."""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benching.lattice import LATTICE, Lattice, lattice_dev
from benching.processes import Address, BenchError, memory_bytes
from benching.report import add_report_options, machine, report
from benching.servers import store

MIB = 2**20
PIECE = b"x" * (MIB // 4)
PAUSE_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Transfer:
    """What one transfer took; `ahead` is how far the sender got before the slow reader."""

    name: str
    mib: float
    seconds: float
    first_byte_seconds: float
    gateway_mib: float
    gateway_grew_mib: float
    ahead_mib: float | None = None


@dataclass(frozen=True, kw_only=True)
class Way:
    """Through the gateway to a service, and the target's own address."""

    network: Lattice
    service: str
    target: Address

    def connect(self) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.network.port, timeout=120)
        connection.connect()
        return connection

    def start(self, connection: http.client.HTTPConnection, method: str, path: str, length: int) -> None:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("Host", self.network.address(self.service).host)
        if length:
            connection.putheader("Content-Type", "text/plain")
            connection.putheader("Content-Length", str(length))
        connection.endheaders()

    def progress(self, what: str) -> int:
        """What the target has sent or received."""
        connection = http.client.HTTPConnection("127.0.0.1", self.target.port, timeout=30)
        connection.request("GET", "/progress")
        said: dict[str, int] = json.loads(connection.getresponse().read())
        connection.close()
        return said[what]


def pieces(length: int) -> Iterator[bytes]:
    whole, rest = divmod(length, len(PIECE))
    for _ in range(whole):
        yield PIECE
    yield PIECE[:rest]


def exchange(way: Way, method: str, path: str, *, up: int = 0, down: int) -> tuple[float, float]:
    """Send a body and read the answer: seconds in all, and to the first byte of it.

    Raises:
        BenchError: The answer is another one.
    """
    connection = way.connect()
    started = time.perf_counter()
    way.start(connection, method, path, up)
    for piece in pieces(up):
        connection.send(piece)
    answer = connection.getresponse()
    got = len(answer.read1(1))
    first = time.perf_counter() - started
    while piece := answer.read(len(PIECE)):
        got += len(piece)
    took = time.perf_counter() - started
    connection.close()
    if answer.status != 200 or got != down:
        raise BenchError(f"{method} {path}: status {answer.status} with {got} bytes, not 200 with {down}")
    return took, first


def read_slowly(way: Way, length: int) -> float:
    """Read a little of a large answer, and say how far the target has got: MiB ahead of the reader."""
    connection = way.connect()
    way.start(connection, "GET", f"/bytes/{length}", 0)
    answer = connection.getresponse()
    got = 0
    for _ in range(8):
        got += len(answer.read(MIB))
        time.sleep(PAUSE_SECONDS / 4)
    ahead = way.progress("sent") - got
    connection.sock.close()
    answer.close()
    return ahead / MIB


def write_fast(way: Way, length: int) -> float:
    """Send to a target that reads slowly, until nothing more goes: MiB ahead of the target."""
    connection = way.connect()
    way.start(connection, "POST", f"/count?pause={PAUSE_SECONDS / 4}", length)
    connection.sock.settimeout(PAUSE_SECONDS / 10)
    sent, until = 0, time.perf_counter() + 2 * PAUSE_SECONDS
    while time.perf_counter() < until and sent < length:
        try:
            sent += connection.sock.send(PIECE)
        except TimeoutError:
            continue
    ahead = sent - way.progress("received")
    connection.close()
    return ahead / MIB


def measured(name: str, way: Way, mib: float, run: Callable[[], tuple[float, float] | float]) -> Transfer:
    """Run a transfer, and read the gateway's peak during it."""
    pid = way.network.process.pid
    _forget_peak(pid)
    before, started = memory_bytes(pid), time.perf_counter()
    result = run()
    took, first = result if isinstance(result, tuple) else (time.perf_counter() - started, 0.0)
    peak = memory_bytes(pid, "VmHWM")
    return Transfer(
        name=name,
        mib=mib,
        seconds=took,
        first_byte_seconds=first,
        gateway_mib=peak / MIB,
        gateway_grew_mib=(peak - before) / MIB,
        ahead_mib=None if isinstance(result, tuple) else result,
    )


def _forget_peak(pid: int) -> None:
    try:
        Path(f"/proc/{pid}/clear_refs").write_text("5")
    except OSError:
        return  # not Linux, or not allowed: the peak is that of the whole run


def run_all(network: Lattice, target: Address, large_mib: int) -> Iterator[Transfer]:
    """All transfers; the function's comes last, since it leaves a larger heap behind."""
    app = Way(network=network, service="app", target=target)
    echo = Way(network=network, service="echo", target=target)
    five, large = 5 * 10**6, large_mib * MIB
    said = len(str(large))
    paused = f"/bytes/{MIB}?pause={PAUSE_SECONDS}"
    for way in (app, echo):
        exchange(way, "POST", "/", up=100, down=100)  # starts the function, and opens connections

    def both_ways(way: Way) -> tuple[float, float]:
        return exchange(way, "POST", "/", up=five, down=five)

    yield measured("http, 5 MB up and down", app, five / MIB, lambda: both_ways(app))
    yield measured("http, down", app, large_mib, lambda: exchange(app, "GET", f"/bytes/{large}", down=large))
    yield measured("http, up", app, large_mib, lambda: exchange(app, "POST", "/count", up=large, down=said))
    yield measured("http, the target pauses 1 s", app, 1, lambda: exchange(app, "GET", paused, down=MIB))
    yield measured("http, a client that reads slowly", app, large_mib, lambda: read_slowly(app, large))
    yield measured("http, a target that reads slowly", app, large_mib, lambda: write_fast(app, large))
    yield measured("lambda, 5 MB up and down", echo, five / MIB, lambda: both_ways(echo))


def to_markdown(transfers: Sequence[Transfer]) -> str:
    lines = [
        "| transfer | MiB | seconds | first byte, s | gateway's peak, MiB | grew by, MiB | sender ahead by, MiB |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for each in transfers:
        ahead = "" if each.ahead_mib is None else f"{each.ahead_mib:.1f}"
        cells = [each.name, f"{each.mib:.0f}", f"{each.seconds:.2f}", f"{each.first_byte_seconds:.3f}"]
        lines.append(
            f"| {' | '.join(cells)} | {each.gateway_mib:.0f} | {each.gateway_grew_mib:.1f} | {ahead} |"
        )
    return "\n".join(lines)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench stream", description=__doc__)
    parser.add_argument("--mib", type=int, default=1024, help="of the large bodies; default 1024")
    parser.add_argument("--lattice", type=Path, default=LATTICE, metavar="PROGRAM", help="another lattice")
    add_report_options(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    transfers = []
    with store() as target, lattice_dev("stream", target.port, program=options.lattice) as network:
        for each in run_all(network, target, options.mib):
            print(f"{each.name}: {each.seconds:.2f} s", file=sys.stderr)
            transfers.append(each)
    report(
        "stream",
        machine(),
        {"transfers": [asdict(each) for each in transfers]},
        to_markdown(transfers),
        options,
    )
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except BenchError as error:
        sys.exit(str(error))
