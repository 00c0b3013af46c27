"""One run of `lattice` to its end."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time


def run_lattice(*words: str) -> tuple[float, float]:
    """Seconds and peak MiB; it may find something, and end with 1."""
    command = [sys.executable, "-m", "lattice_events", *words]
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise SystemExit(f"{' '.join(command)} failed with {status}")
    return time.perf_counter() - started, _peak_mib(usage)


def _peak_mib(usage: resource.struct_rusage) -> float:
    return usage.ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
