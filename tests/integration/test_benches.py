"""The benches of the local network and of `lattice check` run; their figures are nobody's business here."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from tests.integration.running import PATIENCE_SECONDS, ROOT


def bench(name: str, *arguments: str) -> tuple[int, dict[str, Any]]:
    """A bench with its own load client and target, whatever this machine has."""
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / f"bench_{name}.py", *arguments],
        env={"PATH": "", "HOME": "/nonexistent"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_the_bench_of_the_network_measures_lattice_dev_with_its_page_open_and_without() -> None:
    rows = ["--only=lambda-1", "--only=http-8", "--only=signed-8"]

    status, said = bench("network", "--json", "--rounds=1", "--seconds=0.2", "--inspected", *rows)

    assert (status, said["failed"]) == (0, {})
    for row in ("lambda-1", "http-8", "signed-8"):
        assert said["rows"][row]["lattice dev"]["rps"] > 0
        assert said["goals"][f"{row}, inspected: CPU time, with no page open = 1"] > 0


def test_every_request_of_a_soak_gets_its_own_answer() -> None:
    status, said = bench("soak", "--json", "--requests=500", "--only=first")

    assert [each["problems"] for each in said["passes"]] == [[], []]
    assert status == 0


def test_large_bodies_stream() -> None:
    status, said = bench("stream", "--json", "--mib=16")

    paused = next(each for each in said["transfers"] if "pauses" in each["name"])
    assert status == 0
    assert paused["seconds"] - paused["first_byte_seconds"] > 0.2, (
        "the first byte waited for the target's end"
    )


def test_the_bench_of_check_measures_it_beside_explain_and_cfn_lint() -> None:
    status, said = bench("check", "--size=3", "--rounds=1")

    assert (status, list(said)) == (0, ["3 services"])
    assert set(said["3 services"]) == {"seconds", "peak_mib", "beside_explain", "beside_cfn_lint"}
    assert all(figure > 0 for figure in said["3 services"].values())


def test_edits_under_load_are_served_and_no_request_fails() -> None:
    status, said = bench("reload", "--json", "--edits=2")

    assert (status, said["failures"]) == (0, [])
    assert list(said["edits"]) == ["handler", "module", "definition"]
    assert all(row["requests"] and not row["failed"] for row in said["edits"].values())
