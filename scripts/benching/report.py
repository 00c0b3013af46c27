"""Figures of rounds, as medians, goals and tables."""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import platform
import statistics
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

BEGIN, END = "<!-- {}: begin -->", "<!-- {}: end -->"


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One measurement, or the medians of several."""

    rps: float
    p50_ms: float
    p99_ms: float
    server_us: float
    children_us: float
    errors: float


Loads = Mapping[str, Mapping[str, Sequence[Figures]]]
"""Measurements in the order of their rounds, by row and server."""


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """One figure beside another, round by round, and what is asked of it."""

    name: str
    of: tuple[str, str]
    to: tuple[str, str]
    value: Callable[[Figures, Figures], float]
    wanted: float
    goal: float | None = None
    is_upper_bound: bool = False

    def median(self, loads: Loads) -> float | None:
        ours, theirs = (loads.get(row, {}).get(server, ()) for row, server in (self.of, self.to))
        values = [self.value(mine, other) for mine, other in zip(ours, theirs, strict=False)]
        return statistics.median(values) if values else None

    def verdict(self, found: float) -> str:
        def meets(bound: float) -> bool:
            return found <= bound if self.is_upper_bound else found >= bound

        if self.goal is not None and meets(self.goal):
            return "goal"
        return "yes" if meets(self.wanted) else "no"


def medians(loads: Loads) -> dict[str, dict[str, Figures]]:
    """The median of each figure, by row and server."""
    return {row: {name: _median(each) for name, each in servers.items()} for row, servers in loads.items()}


def _median(measured: Sequence[Figures]) -> Figures:
    columns = [asdict(each) for each in measured]
    return Figures(**{name: statistics.median(each[name] for each in columns) for name in columns[0]})


def machine(*programs: str | None) -> dict[str, str]:
    """What the figures depend on."""
    return {
        "cores": str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()),
        "processor": _processor(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "awslambdaric": importlib.metadata.version("awslambdaric"),
        "programs": ", ".join(each for each in programs if each),
    }


def report(
    name: str, known: Mapping[str, str], values: dict[str, object], tables: str, options: Namespace
) -> None:
    """Print the tables, or one JSON object, and write the tables into a page where that was asked for."""
    where = "; ".join(f"{key}: {value}" for key, value in known.items() if value)
    if options.markdown:
        write_between(options.markdown, name, f"{where}.\n\n{tables}")
    if options.json:
        print(json.dumps({"machine": known, **values}))
    else:
        print(f"{where}\n\n{tables}")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (line.partition(":")[2].strip() for line in lines if line.startswith("model name")),
        platform.machine(),
    )


def to_markdown(loads: Loads, goals: Sequence[Ratio], *, ours: str) -> str:
    """One table of goals and one of figures."""
    return "\n".join([*_goals_table(loads, goals), "", *_figures_table(loads, ours)])


def _goals_table(loads: Loads, goals: Sequence[Ratio]) -> Iterator[str]:
    yield "| what | found | wanted | goal | met |"
    yield "|---|--:|--:|--:|---|"
    for each in goals:
        found = each.median(loads)
        if found is not None:
            sign = "≤" if each.is_upper_bound else "≥"
            goal = "" if each.goal is None else f"{sign} {each.goal:g}"
            yield f"| {each.name} | {found:.2f} | {sign} {each.wanted:g} | {goal} | {each.verdict(found)} |"


def _figures_table(loads: Loads, ours: str) -> Iterator[str]:
    yield "| row | server | requests/s | p50 ms | p99 ms | CPU µs, server | CPU µs, children | errors | requests/s beside ours |"
    yield "|---|---|--:|--:|--:|--:|--:|--:|--:|"
    for row, servers in medians(loads).items():
        for name, each in servers.items():
            beside = _beside(loads[row], name, ours)
            cells = [row, name, f"{each.rps:.0f}", f"{each.p50_ms:.2f}", f"{each.p99_ms:.2f}"]
            cells += [f"{each.server_us:.0f}", f"{each.children_us:.0f}", f"{each.errors:.0f}", beside]
            yield f"| {' | '.join(cells)} |"


def _beside(servers: Mapping[str, Sequence[Figures]], name: str, ours: str) -> str:
    if name == ours or ours not in servers:
        return ""
    pairs = zip(servers[name], servers[ours], strict=False)
    return f"{statistics.median(each.rps / mine.rps for each, mine in pairs):.2f}"


def add_report_options(parser: argparse.ArgumentParser) -> None:
    """The options that say where the figures go."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--markdown", type=Path, metavar="FILE", help="also write the tables between the markers of FILE"
    )


def at_least_one(text: str) -> int:
    """A number of rounds or requests."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def write_between(file: Path, name: str, text: str) -> None:
    """Replace what stands between the markers `name` of a page."""
    begin, end = BEGIN.format(name), END.format(name)
    before, found, rest = file.read_text(encoding="utf-8").partition(begin)
    _, also_found, after = rest.partition(end)
    if not found or not also_found:
        raise ValueError(f"{file} has no lines {begin} and {end}")
    file.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
