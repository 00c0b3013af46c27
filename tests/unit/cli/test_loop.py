"""What a run changes of its process."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from lattice_events.cli.loop import run_in_loop


@pytest.fixture(autouse=True)
def _as_python_starts() -> Iterator[None]:
    """These tests run with Python's own thresholds, not with those of the test run."""
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


async def threshold() -> int:
    return gc.get_threshold()[0]


def test_garbage_is_looked_for_less_often_during_a_run_alone() -> None:
    before = gc.get_threshold()

    during = run_in_loop(threshold())

    assert during > before[0]
    assert gc.get_threshold() == before
