"""Load on one address: wrk where it is installed, else our own client."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benching.processes import Address, BenchError

OWN_CLIENT = Path(__file__).parent / "load_client.py"
_REPORT = """
done = function(summary, latency, requests)
  local bad = summary.errors
  io.write(string.format('REPORT {"requests": %d, "seconds": %f, "p50_ms": %f, "p99_ms": %f, "errors": %d}\\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    bad.connect + bad.read + bad.write + bad.status + bad.timeout))
end
"""
_ROTATE = """
local at = 0
request = function()
  at = at % #requests + 1
  return requests[at]
end
"""


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a client saw."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    errors: int

    @property
    def rps(self) -> float:
        return self.requests / self.seconds


def generator() -> str:
    """The client that is used, with its version."""
    if not shutil.which("wrk"):
        return "the asyncio client of scripts/benching (wrk is faster: apt install wrk, brew install wrk)"
    said = subprocess.run(["wrk", "-v"], capture_output=True, text=True)
    return " ".join((said.stdout + said.stderr).split()[:2])


def put_load(address: Address, connections: int, seconds: float, requests: Sequence[bytes] = ()) -> Load:
    """Keep `connections` busy for some seconds, with GETs or with these requests in turn.

    Raises:
        BenchError: The client failed.
    """
    with tempfile.TemporaryDirectory() as folder:
        if shutil.which("wrk"):
            command = _wrk(address, connections, seconds, requests, Path(folder))
        else:
            command = _own(address, connections, seconds, requests, Path(folder))
        done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60)
    report = next((line for line in done.stdout.splitlines() if line.startswith("REPORT ")), None)
    if done.returncode or report is None:
        raise BenchError(f"The load on {address.url} failed: {done.stdout}{done.stderr}")
    return Load(**json.loads(report.removeprefix("REPORT ")))


def _wrk(
    address: Address, connections: int, seconds: float, requests: Sequence[bytes], folder: Path
) -> list[str]:
    script = folder / "report.lua"
    script.write_text(_REPORT + (f"requests = {_lua(requests)}\n{_ROTATE}" if requests else ""))
    # wrk takes whole seconds.
    options = ["-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", "--timeout", "30s"]
    return ["wrk", *options, "-s", str(script), "-H", f"Host: {address.host}", address.url]


def _lua(requests: Sequence[bytes]) -> str:
    return "{" + ",\n".join(json.dumps(each.decode("ascii")) for each in requests) + "}"


def _own(
    address: Address, connections: int, seconds: float, requests: Sequence[bytes], folder: Path
) -> list[str]:
    plain = f"GET {address.path} HTTP/1.1\r\nHost: {address.host}\r\n\r\n".encode("ascii")
    file = folder / "requests.json"
    file.write_text(json.dumps([each.decode("ascii") for each in requests or [plain]]))
    return [sys.executable, str(OWN_CLIENT), str(address.port), str(connections), str(seconds), str(file)]
