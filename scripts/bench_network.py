"""`lattice dev` under load beside what a user would pick instead: interleaved rounds, medians, ratios."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from benching.lattice import NETWORK
from benching.load import Load, generator, put_load
from benching.processes import ROOT, BenchError, clean_environment, cpu_seconds, family
from benching.report import (
    Figures,
    Ratio,
    add_report_options,
    at_least_one,
    machine,
    medians,
    report,
    to_markdown,
)
from benching.servers import (
    BEFORE,
    INSPECTED,
    OURS,
    PACKAGES,
    PEERS,
    SERVERS,
    Server,
    Setting,
    http_target,
    program_version,
)

TARGET = "the target itself"
LAMBDA_PEERS = ("aiohttp prototype", "serverless-offline")
UVLOOP = "lattice dev, uvloop"
HTTP_PEERS = ("aiohttp proxy", "nginx proxy", "nginx proxy, new connections", TARGET)
NATIVE = "awslambdaric directly"
AS_ON_LAMBDA = "awslambdaric directly, as python3.12"
OUR_CLIENT = "awslambdaric with our client, directly"


@dataclass(frozen=True)
class Row:
    """One load, on each of some servers in turn."""

    name: str
    kind: str
    connections: int
    servers: Sequence[str]


ROWS = (
    Row("lambda-1", "lambda", 1, (*LAMBDA_PEERS, BEFORE, OURS, UVLOOP)),
    Row("lambda-8", "lambda", 8, (*LAMBDA_PEERS, BEFORE, OURS, UVLOOP)),
    Row("lambda-64", "lambda", 64, (*LAMBDA_PEERS, BEFORE, OURS, UVLOOP)),
    Row("http-1", "http", 1, (*HTTP_PEERS, BEFORE, OURS, UVLOOP)),
    Row("http-8", "http", 8, (*HTTP_PEERS, BEFORE, OURS, UVLOOP)),
    Row("http-64", "http", 64, (*HTTP_PEERS, BEFORE, OURS, UVLOOP)),
    Row("unsigned-8", "unsigned", 8, (BEFORE, OURS)),
    Row("signed-8", "signed", 8, (BEFORE, OURS)),
    Row("native-8", "lambda", 8, (OURS, "lattice dev, native client")),
    Row(
        "output-8",
        "lambda",
        8,
        (OURS, "lattice dev, on a terminal", "lattice dev, --json", "lattice dev, --access-log"),
    ),
)
FLOOR = "floor"
WARM_UP_SECONDS = 2  # serverless-offline starts a process for every connection


def _rps(mine: Figures, other: Figures) -> float:
    return mine.rps / other.rps


def _tail(mine: Figures, _: Figures) -> float:
    return mine.p99_ms / mine.p50_ms


def _beside_floor(mine: Figures, floor: Figures) -> float:
    return mine.p50_ms / (1.5 * floor.p50_ms + 0.25)


def _goal(name: str, *, row: str, peer: str, wanted: float, goal: float | None = None) -> Ratio:
    return Ratio(name=name, of=(row, OURS), to=(row, peer), value=_rps, wanted=wanted, goal=goal)


def _tails(*rows: str) -> list[Ratio]:
    return [
        Ratio(
            name=f"{row}: p99 / p50",
            of=(row, OURS),
            to=(row, OURS),
            value=_tail,
            wanted=5,
            is_upper_bound=True,
        )
        for row in rows
    ]


def _cpu(mine: Figures, other: Figures) -> float:
    return (mine.server_us + mine.children_us) / (other.server_us + other.children_us)


def _beside_unseen(row: str) -> list[Ratio]:
    """What it costs that somebody looks; the processor's time is a figure on a busy machine, too."""
    of, to = (row, INSPECTED), (row, OURS)
    return [
        Ratio(
            name=f"{row}, inspected: requests/s, with no page open = 1", of=of, to=to, value=_rps, wanted=0.9
        ),
        Ratio(
            name=f"{row}, inspected: CPU time, with no page open = 1",
            of=of,
            to=to,
            value=_cpu,
            wanted=1.1,
            is_upper_bound=True,
        ),
    ]


GOALS = (
    _goal(
        "lambda-8: requests/s, serverless-offline = 1",
        row="lambda-8",
        peer="serverless-offline",
        wanted=0.8,
        goal=1,
    ),
    _goal("lambda-8: requests/s, aiohttp prototype = 1", row="lambda-8", peer="aiohttp prototype", wanted=1),
    _goal(
        "lambda-64: requests/s, serverless-offline = 1", row="lambda-64", peer="serverless-offline", wanted=1
    ),
    Ratio(
        name="lambda-1: p50, 1.5 × awslambdaric directly + 0.25 ms = 1",
        of=("lambda-1", OURS),
        to=(FLOOR, NATIVE),
        value=_beside_floor,
        wanted=1,
        is_upper_bound=True,
    ),
    _goal("http-8: requests/s, aiohttp proxy = 1", row="http-8", peer="aiohttp proxy", wanted=0.6, goal=0.9),
    Ratio(
        name="signed-8: requests/s, unsigned = 1",
        of=("signed-8", OURS),
        to=("unsigned-8", OURS),
        value=_rps,
        wanted=0.7,
    ),
    *_tails("lambda-1", "lambda-8", "lambda-64", "http-1", "http-8", "http-64"),
    *(ratio for row in ROWS for ratio in _beside_unseen(row.name)),
)


@dataclass
class Rounds:
    """What was measured, by row and server."""

    loads: dict[str, dict[str, list[Figures]]] = field(default_factory=dict)

    def add(self, row: str, server: str, figures: Figures) -> None:
        self.loads.setdefault(row, {}).setdefault(server, []).append(figures)


def measure(server: Server, row: Row, seconds: float) -> Figures:
    """Put load on a server, and read what it cost.

    Raises:
        BenchError: It gave no answer; or it is ours, and an answer was an error.
    """
    before, before_children = cpu_seconds(server.pid), cpu_seconds(*family(server.pid))
    load = put_load(server.addresses[row.kind], row.connections, seconds, server.requests(row.kind))
    if not load.requests or (load.errors and server.lattice):
        raise BenchError(f"{load.errors} errors in {load.requests} answers")
    return Figures(
        rps=load.rps * (1 - load.errors / load.requests),
        p50_ms=load.p50_ms,
        p99_ms=load.p99_ms,
        server_us=_each(cpu_seconds(server.pid) - before, load),
        children_us=_each(max(0.0, cpu_seconds(*family(server.pid)) - before_children), load),
        errors=load.errors,
    )


def _each(seconds: float, load: Load) -> float:
    return seconds / load.requests * 1e6


def measure_floor(name: str, seconds: float) -> Figures:
    """One child of awslambdaric with nothing around it.

    Where the environment says python3.12, as on Lambda, awslambdaric starts a thread for each invocation.
    """
    folders: list[Path] = []
    if name == OUR_CLIENT:
        scripts = ROOT / "lattice_events" / "local" / "children" / "scripts"
        folders = [scripts / "socket_client", scripts]
    environment = {"AWS_EXECUTION_ENV": "AWS_Lambda_python3.12"} if name == AS_ON_LAMBDA else {}
    command = [sys.executable, PEERS / "floor.py", NETWORK, "functions.hello", str(seconds), *folders]
    done = subprocess.run(command, env=clean_environment() | environment, capture_output=True, text=True)
    if done.returncode:
        raise BenchError(f"{name} failed: {done.stdout}{done.stderr}")
    said = json.loads(done.stdout.partition("REPORT ")[2])
    return Figures(
        rps=said["requests"] / said["seconds"],
        p50_ms=said["p50_ms"],
        p99_ms=said["p99_ms"],
        server_us=0,
        children_us=said["child_us"],
        errors=0,
    )


@dataclass
class Bench:
    """The servers that run, each started once; what failed is told once, too."""

    setting: Setting
    stack: ExitStack
    servers: dict[str, Server]
    rounds: Rounds = field(default_factory=Rounds)
    failed: dict[str, str] = field(default_factory=dict)

    def server(self, name: str) -> Server | None:
        """A server, started if need be; ``None`` when it cannot run here."""
        if name not in self.servers and name not in self.failed:
            print(f"starting {name} …", file=sys.stderr)
            try:
                self.servers[name] = self.stack.enter_context(SERVERS[name](self.setting))
            except BenchError as error:
                self._fail(name, error)
        return self.servers.get(name)

    def run(self, row: Row, name: str, seconds: float) -> None:
        """One measurement; the first of a row warms the server up."""
        server, failed = self.server(name), f"{name}, {row.name}"
        if server is None or failed in self.failed:
            return
        try:
            if name not in self.rounds.loads.get(row.name, {}):
                put_load(
                    server.addresses[row.kind],
                    row.connections,
                    min(WARM_UP_SECONDS, 4 * seconds),
                    server.requests(row.kind),
                )
            self.rounds.add(row.name, name, measure(server, row, seconds))
        except BenchError as error:
            self._fail(failed, error)

    def _fail(self, what: str, error: BenchError) -> None:
        self.failed[what] = str(error)
        print(f"{what} is left out: {error}", file=sys.stderr)


def run_round(bench: Bench, rows: Sequence[Row], options: argparse.Namespace) -> None:
    """Every row once, server after server."""
    if options.floor:
        for name in (NATIVE, AS_ON_LAMBDA, OUR_CLIENT):
            bench.rounds.add(FLOOR, name, measure_floor(name, options.seconds))
    for row in rows:
        for name in row.servers:
            bench.run(row, name, options.seconds)


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/bench network", description=__doc__)
    names = ", ".join([FLOOR, *(row.name for row in ROWS)])
    parser.add_argument("--rounds", type=at_least_one, default=5, help="of every row; default 5")
    parser.add_argument("--seconds", type=float, default=2, help="of each measurement; default 2")
    parser.add_argument(
        "--only", action="append", default=[], metavar="ROW", help=f"a row or the start of its name: {names}"
    )
    parser.add_argument(
        "--server",
        action="append",
        default=[],
        metavar="NAME",
        help="only this server, and the like; repeatable",
    )
    parser.add_argument(
        "--against", type=Path, metavar="PROGRAM", help="another lattice, to measure before and after"
    )
    parser.add_argument(
        "--inspected",
        action="store_true",
        help="only lattice dev, with and without the inspector's page open: on each row the second beside the first",
    )
    add_report_options(parser)
    options = parser.parse_args(arguments)
    wanted = tuple(options.only)
    options.rows = [row for row in ROWS if not wanted or row.name.startswith(wanted)]
    options.floor = not options.inspected and (not wanted or FLOOR in wanted)
    if not options.rows and not options.floor:
        parser.error(f"there is no row {', '.join(wanted)}; the rows are {names}")
    return options


def _wanted(row: Row, options: argparse.Namespace) -> list[str]:
    """The servers of a row that were asked for."""
    if options.inspected:
        return [name for name in (OURS, INSPECTED) if OURS in row.servers]
    names = [name for name in row.servers if name != BEFORE or options.against]
    return [name for name in names if not options.server or name in options.server]


def tell(bench: Bench, options: argparse.Namespace) -> None:
    """Print the tables or the JSON."""
    packages = [f"{name} {version}" for name, version in PACKAGES.items()]
    known = machine(generator(), program_version("nginx"), f"node {program_version('node')}", *packages)
    known["rounds"] = f"medians of {options.rounds}, interleaved, of {options.seconds:g} s each"
    loads = bench.rounds.loads
    values = {
        "rows": {
            row: {name: asdict(each) for name, each in found.items()} for row, found in medians(loads).items()
        },
        "goals": {each.name: each.median(loads) for each in GOALS},
        "failed": bench.failed,
    }
    report("network", known, values, to_markdown(loads, GOALS, ours=OURS), options)


def main(arguments: Sequence[str]) -> int:
    options = parse(arguments)
    with ExitStack() as stack:
        target = stack.enter_context(http_target())
        setting = Setting(target_port=target.addresses["http"].port, against=options.against)
        bench = Bench(setting=setting, stack=stack, servers={TARGET: target})
        rows = [replace(row, servers=_wanted(row, options)) for row in options.rows]
        for number in range(options.rounds):
            print(f"round {number + 1} of {options.rounds}", file=sys.stderr)
            run_round(bench, rows, options)
    tell(bench, options)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
