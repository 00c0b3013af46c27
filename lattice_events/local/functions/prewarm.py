"""Start processes of functions ahead, so that the first request does not wait for one."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Iterator, Sequence

from lattice_events.local.functions.pool import Pool

MAX_PROCESSES = 16  # of a run, whatever its functions want; each stays in memory


async def prewarm(pools: Sequence[Pool]) -> None:
    """Start what the functions want, as many at once as there are processors."""
    turns = iter(list(_turns(pools))[:MAX_PROCESSES])
    await asyncio.gather(*(_work(turns) for _ in range(os.cpu_count() or 1)))


def _turns(pools: Iterable[Pool]) -> Iterator[Pool]:
    """The pools, each as often as it wants a process: first one for each, then a second."""
    rest, number = list(pools), 0
    while rest := [pool for pool in rest if pool.prewarm > number]:
        yield from rest
        number += 1


async def _work(turns: Iterator[Pool]) -> None:
    for pool in turns:
        await pool.start_ahead()
