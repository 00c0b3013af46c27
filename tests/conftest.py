"""What all tests share: how many examples the property tests try, and what coverage measures."""

from __future__ import annotations

import gc
import os

import pytest
from hypothesis import settings

_THOROUGH = bool(os.environ.get("LATTICE_EVENTS_THOROUGH"))
_IN_CI = os.environ.get("CI", "").lower() == "true"

# No deadline: a slow machine is not a bug. CI draws the same examples every time, so that a red build
# is red again when it is run again; developers' machines look for new ones.
settings.register_profile("lattice-events", deadline=None, derandomize=_IN_CI)
settings.load_profile("lattice-events")


def pytest_configure(config: pytest.Config) -> None:
    """Keep what the tests start out of the coverage: only pytest's own processes are measured."""
    starts_workers = bool(config.getoption("numprocesses", None)) and not hasattr(config, "workerinput")
    if not starts_workers:
        os.environ.pop("COVERAGE_PROCESS_START", None)


def examples(count: int) -> settings:
    """Let a property test try `count` examples with ``scripts/test --thorough``, else a tenth of them, 500 at most."""
    return settings(max_examples=count if _THOROUGH else min(500, max(1, count // 10)))


def pytest_collection_finish() -> None:
    """Have the garbage collector look less often, and never at what was imported: a third of the time of moto's tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
