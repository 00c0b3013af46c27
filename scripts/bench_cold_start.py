"""What an import adds to a cold start, in a process that has loaded what Lambda's bootstrap loads."""

import json
import statistics
import subprocess
import sys
from pathlib import Path

ROUNDS = 20
OURS = "import lattice_events"
PEER = "from aws_lambda_powertools.utilities.data_classes import VPCLatticeEventV2"
PROGRAM = """
import sys, time
import awslambdaric.bootstrap
before = len(sys.modules)
started = time.perf_counter()
{statement}
print((time.perf_counter() - started) * 1000, len(sys.modules) - before)
"""


def measure(statement: str) -> tuple[float, int]:
    """Milliseconds and modules that a statement adds, in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(statement=statement)],
        cwd=Path(__file__).parents[1],
        env={"PATH": "", "POWERTOOLS_SERVICE_NAME": "bench"},
        capture_output=True,
        text=True,
        check=True,
    )
    milliseconds, modules = done.stdout.split()
    return float(milliseconds), int(modules)


def main() -> int:
    for statement in (OURS, PEER):
        measure(statement)  # writes the bytecode
    rounds = [(measure(OURS), measure(PEER)) for _ in range(ROUNDS)]
    ours = statistics.median(ours[0] for ours, _ in rounds)
    peer = statistics.median(peer[0] for _, peer in rounds)
    ratio = statistics.median(ours[0] / peer[0] for ours, peer in rounds)
    result = {
        "rounds": ROUNDS,
        "ours_ms": round(ours, 2),
        "ours_modules": rounds[0][0][1],
        "peer_ms": round(peer, 2),
        "peer_modules": rounds[0][1][1],
        "ratio": round(ratio, 3),
    }
    if "--json" in sys.argv[1:]:
        print(json.dumps(result))
        return 0
    print(f"{'import':<22}{'ms':>8}{'modules':>10}   median of {ROUNDS} interleaved runs")
    print(f"{'lattice_events':<22}{result['ours_ms']:>8}{result['ours_modules']:>10}")
    print(f"{'VPCLatticeEventV2':<22}{result['peer_ms']:>8}{result['peer_modules']:>10}")
    print(f"ratio {result['ratio']}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
