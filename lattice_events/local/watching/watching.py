"""Keep watching while what is to be watched changes, and miss nothing in between."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable

from lattice_events.local.watching.plan import MODIFIED, Changes, Event, Plan, Wanted, real_paths
from lattice_events.local.watching.watch import CannotWatchError, Watch

_ATTEMPTS = 5  # while folders come and go
_OVERLAP_SECONDS = 1.0  # that a former watch has to tell what it has seen


class Watching:
    """The files of a run: what is told wakes somebody, who takes it."""

    def __init__(self, *, ignores: Callable[[str], bool], wake: Callable[[], None]) -> None:
        """Watch nothing yet.

        Args:
            ignores: See `Plan`.
            wake: Called when there is something to `take`.
        """
        self._ignores = ignores
        self._wake = wake
        self._plan = Plan(Wanted(), ignores=ignores)
        self._watch: Watch | None = None
        self._events: set[Event] = set()
        self._taken: dict[str, object] = {}  # what a file was like when its change was taken
        self._is_stale = (
            False  # a folder is another one than the one that is watched, though its name is the same
        )
        self.problem = ""

    @property
    def is_up(self) -> bool:
        """Whether anything is watched."""
        return self._watch is not None

    async def watch(self, wanted: Wanted) -> None:
        """Watch this from now on; `problem` says why not, or not all of it."""
        for _ in range(_ATTEMPTS):
            plan = await asyncio.to_thread(Plan, wanted, ignores=self._ignores)
            try:
                await self._replace(plan)
            except FileNotFoundError:
                continue
            except CannotWatchError as error:
                self.problem = f"the machine lets no more folders be watched ({error})"
                return
            self.problem = "there are too many folders" if plan.is_cut else ""
            return
        self.problem = "folders come and go too fast"

    async def _replace(self, plan: Plan) -> None:
        if self._watch is None or self._is_stale or plan.folders != self._plan.folders:
            before, loop = self._watch, asyncio.get_running_loop()
            self._watch = await asyncio.to_thread(Watch, plan.folders, self._add, loop)
            self._is_stale = False
            if before is not None:
                loop.call_later(_OVERLAP_SECONDS, before.close)
        self._plan = plan

    def covers(self, module: str) -> bool:
        """Whether a change of a module's file is noticed."""
        return module in self._plan.wanted.modules or self._plan.covers(module)

    async def newer_than(self, seconds: float) -> Changes:
        """What changed of the code after a moment, and was not seen since nobody watched yet."""
        files = await asyncio.to_thread(self._plan.newer_than, seconds)
        return Changes(code={path: code for path, code in files.items() if self._is_news(path)})

    def take(self) -> Changes:
        """What happened since this was asked last."""
        events, self._events = self._events, set()
        self._is_stale |= any(kind != MODIFIED and path in self._plan.folders for kind, path in events)
        news = {path for path in {path for _, path in events} if self._is_news(path)}
        return self._plan.read([each for each in events if each[1] in news])

    def close(self) -> None:
        """Watch no longer."""
        if self._watch is not None:
            self._watch.close()

    def add(self, paths: Iterable[str]) -> None:
        """Have changes of files taken that somebody else has noticed."""
        events = {(MODIFIED, real_paths(each)[0]) for each in paths}
        for _, path in events:
            self._taken.pop(path, None)
        if events:
            self._add(events)

    def _add(self, events: set[Event]) -> None:
        self._events |= events
        self._wake()

    def _is_news(self, path: str) -> bool:
        """Whether a file is another one than when its last change was taken: two watches may tell of one."""
        now = _signature(path)
        if path in self._taken and self._taken[path] == now:
            return False
        self._taken[path] = now
        return True


def now() -> float:
    """A moment to compare the times of files with, which are as exact as the clock of the kernel ticks."""
    return time.time() - 0.01


def _signature(path: str) -> object:
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns
