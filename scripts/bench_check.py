"""`lattice check` over templates of 10, 100 and 500 services with three rules each: seconds and peak memory.

Beside it `lattice explain`, which reads the same and runs no rule, and cfn-lint.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benching.once import run_lattice
from benching.templates import template

SIZES = (10, 100, 500)


def cfn_lint(file: Path) -> float:
    command = [Path(sys.executable).with_name("cfn-lint"), "-r", "us-east-1", "--", file]
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def figures(file: Path, rounds: int) -> dict[str, float]:
    """Medians of rounds in which each runs once; cfn-lint, which takes a minute for the largest, in one of them only."""
    check, explain = [], []
    peer = cfn_lint(file)
    for _ in range(rounds):
        check.append(run_lattice("check", str(file)))
        explain.append(run_lattice("explain", "GET", "service-1/1/x", str(file))[0])
    seconds = statistics.median(each for each, _ in check)
    return {
        "seconds": round(seconds, 2),
        "peak_mib": round(max(mib for _, mib in check)),
        "beside_explain": round(seconds / statistics.median(explain), 2),
        "beside_cfn_lint": round(seconds / peer, 2),
    }


def main() -> int:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, action="append", metavar="N", help="of a template, in services")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for size in options.size or SIZES:
            file = Path(folder, f"{size}.json")
            file.write_text(json.dumps(template(size), indent=1))
            found[f"{size} services"] = figures(file, options.rounds)
    print(json.dumps(found, indent=2))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
