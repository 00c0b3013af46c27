"""Many requests, each with a body of its own, while functions live and while they are killed.

Every answer is looked at: it must be the body that was sent. The exit status is 1 when an answer is wrong, is
missing, or is an error that no kill explains, and when memory grows.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benching.lattice import LATTICE, Lattice, lattice_dev
from benching.load_client import Answer, Connection
from benching.processes import Address, family, memory_bytes
from benching.report import add_report_options, at_least_one, machine, report
from benching.servers import store

CONNECTIONS = 64
PATIENCE_SECONDS = 60
SETTLED_AFTER = 10_000
SAMPLE_EVERY = 1_000
GROWTH = 0.05
ENVIRONMENT_BYTES = 200
"""What a function's process may grow by with each invocation: the C library keeps every value that a variable
ever had, and awslambdaric puts each trace id into one. Functions on Lambda grow by the same."""


@dataclass
class Soak:
    """One pass: what is asked, and what came back."""

    name: str
    network: Lattice
    address: Address
    count: int
    answered: int = 0
    wrong: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    kills: int = 0
    gateway: list[int] = field(default_factory=list)
    children: list[int] = field(default_factory=list)
    seconds: float = 0.0

    def request(self, body: bytes) -> bytes:
        head = f"POST / HTTP/1.1\r\nHost: {self.address.host}\r\nContent-Type: text/plain\r\nContent-Length: {len(body)}\r\n\r\n"
        return head.encode("ascii") + body

    def take(self, answer: Answer, sent: bytes) -> None:
        """Judge an answer."""
        self.answered += 1
        if answer.status != 200:
            self.failed[str(answer.status)] += 1
        elif answer.body != sent:
            self.wrong["another body"] += 1
        if self.answered % SAMPLE_EVERY == 0 and self.answered >= min(SETTLED_AFTER, self.count // 2):
            self.sample()

    def sample(self) -> None:
        pid = self.network.process.pid
        self.gateway.append(memory_bytes(pid))
        self.children.append(sum(memory_bytes(each) for each in family(pid)))

    def child_bytes(self) -> float:
        """By how much all functions together grew with each request."""
        if len(self.children) < 2:
            return 0.0
        return (self.children[-1] - self.children[0]) / (len(self.children) - 1) / SAMPLE_EVERY

    def problems(self) -> Iterator[str]:
        """Why this pass is not good."""
        lost = self.count - self.answered - self.wrong["no answer"]
        if lost:
            yield f"{lost} requests were lost"
        for what, count in self.wrong.items():
            yield f"{count} × {what}"
        errors = sum(self.failed.values())
        if errors > self.kills:
            yield f"{errors} errors with {self.kills} kills"
        if spread(self.gateway) > GROWTH:
            yield f"the gateway's memory moved by {spread(self.gateway):.1%}"
        if not self.kills and spread(self.children) > GROWTH and self.child_bytes() > ENVIRONMENT_BYTES:
            yield f"functions grew by {self.child_bytes():.0f} bytes with each invocation"


def spread(samples: Sequence[int]) -> float:
    """How far samples are from the first one at most, as a share of it."""
    return max((abs(each / samples[0] - 1) for each in samples if samples[0]), default=0.0)


async def soak(this: Soak, *, kills: bool) -> None:
    """Send all requests on some connections."""
    numbers = iter(range(this.count))
    started = time.perf_counter()
    killer = asyncio.create_task(kill_children(this)) if kills else None
    await asyncio.gather(*(ask_in_turn(this, numbers) for _ in range(CONNECTIONS)))
    this.seconds = time.perf_counter() - started
    if killer:
        killer.cancel()


async def ask_in_turn(this: Soak, numbers: Iterator[int]) -> None:
    connection = await Connection.open(this.address.port)
    for number in numbers:
        body = f"{this.name} {number} ".encode() + random.randbytes(16).hex().encode() * (1 + number % 4)
        if not connection.is_open:
            connection = await Connection.open(this.address.port)
        try:
            answer = await asyncio.wait_for(connection.ask(this.request(body)), PATIENCE_SECONDS)
        except (OSError, TimeoutError):
            this.wrong["no answer"] += 1
            connection.close()
            connection = await Connection.open(this.address.port)
            continue
        this.take(answer, body)
    connection.close()


async def kill_children(this: Soak) -> None:
    """Kill one child every second."""
    while True:
        await asyncio.sleep(1)
        alive = family(this.network.process.pid)
        if alive:
            try:
                os.kill(random.choice(alive), signal.SIGKILL)
            except ProcessLookupError:
                continue
            this.kills += 1


def figures(this: Soak) -> dict[str, object]:
    return {
        "pass": this.name,
        "requests": this.count,
        "requests_per_second": round(this.count / this.seconds),
        "errors": dict(this.failed),
        "wrong": dict(this.wrong),
        "kills": this.kills,
        "gateway_mib": round(statistics.median(this.gateway) / 2**20, 1) if this.gateway else None,
        "gateway_spread": round(spread(this.gateway), 4),
        "children_mib": round(statistics.median(this.children) / 2**20, 1) if this.children else None,
        "children_spread": round(spread(this.children), 4),
        "children_bytes_per_request": round(this.child_bytes()),
        "problems": list(this.problems()),
    }


def to_markdown(passes: Sequence[dict[str, object]]) -> str:
    lines = [
        "| pass | requests | requests/s | errors | kills | wrong or lost | gateway MiB | ± | functions MiB | ± | bytes a request |",
        "|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for each in passes:
        errors, wrong = each["errors"], each["wrong"]
        assert isinstance(errors, dict)
        assert isinstance(wrong, dict)
        cells = [
            each["pass"],
            each["requests"],
            each["requests_per_second"],
            sum(errors.values()),
            each["kills"],
        ]
        cells += [
            sum(wrong.values()),
            each["gateway_mib"],
            f"{each['gateway_spread']:.1%}",
            each["children_mib"],
        ]
        lines.append(
            f"| {' | '.join(map(str, cells))} | {each['children_spread']:.1%} | {each['children_bytes_per_request']} |"
        )
    return "\n".join(lines)


PASSES = (
    ("lambda, first", "echo", False),
    ("lambda, second", "echo", False),
    ("http, first", "app", False),
    ("http, second", "app", False),
    ("lambda, a child killed every second", "echo", True),
)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench soak", description=__doc__)
    parser.add_argument("--requests", type=at_least_one, default=100_000, help="of each pass; default 100000")
    parser.add_argument("--only", default="", metavar="PASS", help="passes whose name has this text")
    parser.add_argument("--lattice", type=Path, default=LATTICE, metavar="PROGRAM", help="another lattice")
    add_report_options(parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    done = []
    with store() as target, lattice_dev("soak", target.port, program=options.lattice) as network:
        for name, service, kills in PASSES:
            if options.only not in name:
                continue
            print(name, file=sys.stderr)
            this = Soak(name=name, network=network, address=network.address(service), count=options.requests)
            asyncio.run(soak(this, kills=kills))
            done.append(figures(this))
    report("soak", machine(), {"passes": done}, to_markdown(done), options)
    return 1 if any(each["problems"] for each in done) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
