"""What a run changes of its process."""

from __future__ import annotations

import gc

from lattice_events.cli.loop import run_in_loop


async def threshold() -> int:
    return gc.get_threshold()[0]


def test_garbage_is_looked_for_less_often_during_a_run_alone() -> None:
    before = gc.get_threshold()

    during = run_in_loop(threshold())

    assert during > before[0]
    assert gc.get_threshold() == before
