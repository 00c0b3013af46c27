"""What all tests share: how many examples the property tests try."""

from __future__ import annotations

import os

from hypothesis import settings

_THOROUGH = bool(os.environ.get("LATTICE_EVENTS_THOROUGH"))
_IN_CI = os.environ.get("CI", "").lower() == "true"

# No deadline: a slow machine is not a bug. CI draws the same examples every time, so that a red build
# is red again when it is run again; developers' machines look for new ones.
settings.register_profile("lattice-events", deadline=None, derandomize=_IN_CI)
settings.load_profile("lattice-events")


def examples(count: int) -> settings:
    """Let a property test try `count` examples with ``scripts/test --thorough``, else a tenth of them."""
    return settings(max_examples=count if _THOROUGH else max(1, count // 10))
