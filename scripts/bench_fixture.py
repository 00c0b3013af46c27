"""What `lattice_network` costs a test run: imports, the start from each kind of source, the first requests."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path

from benching.report import add_report_options, at_least_one, machine, report
from benching.servers import http_target

FIXTURE = Path(__file__).parent / "benching" / "fixture"
KINDS = ("template", "manifests", "model")
WANTED_MS = 300
HANDLER = """
    def handler(event, context):
        return {"statusCode": 200, "body": "hello"}
"""


def once(kind: str, folder: Path, pod: str) -> dict[str, tuple[float, float]]:
    """Milliseconds of each step, on the wall and of the processor, in a process that has imported nothing."""
    command = [sys.executable, str(FIXTURE / "once.py"), kind, str(folder), pod]
    environment = os.environ | {
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
    }
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    steps: dict[str, tuple[float, float]] = json.loads(done.stdout)
    return steps


def medians(
    rounds: list[dict[str, dict[str, tuple[float, float]]]],
) -> dict[str, dict[str, dict[str, float]]]:
    """By kind and step."""
    return {
        kind: {
            step: {
                measure: round(statistics.median(each[kind][step][index] for each in rounds), 1)
                for index, measure in enumerate(("wall_ms", "processor_ms"))
            }
            for step in steps
        }
        for kind, steps in rounds[0].items()
    }


def main() -> int:
    """Print a table, or JSON; the exit status is 1 where a network takes longer than is wanted."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=at_least_one, default=9)
    add_report_options(parser)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as place, http_target() as target:
        folder = Path(place)
        for name in ("template.yaml", "manifests.yaml"):
            (folder / name).write_text((FIXTURE / name).read_text())
        (folder / "index.py").write_text(textwrap.dedent(HANDLER))
        pod = f"http://127.0.0.1:{target.addresses['http'].port}"
        for kind in KINDS:
            once(kind, folder, pod)  # compiles
        rounds = [{kind: once(kind, folder, pod) for kind in KINDS} for _ in range(options.rounds)]
    found = medians(rounds)
    columns = list(found["model"])
    table = [f"| from | {' | '.join(columns)} |", "|---" + "|--:" * len(columns) + "|"]
    for kind, steps in found.items():
        cells = [f"{each['wall_ms']:.0f} ({each['processor_ms']:.0f})" for each in steps.values()]
        table.append(f"| {kind} | {' | '.join(cells)} |")
    known = machine() | {"rounds": f"medians of {options.rounds}, each in a process of its own"}
    report("fixture", known, {"ms": found}, "\n".join(table), options)
    return 0 if all(steps["start"]["wall_ms"] <= WANTED_MS for steps in found.values()) else 1


if __name__ == "__main__":
    raise SystemExit(main())
