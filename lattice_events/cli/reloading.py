"""Serve what changes while a run is up: read the sources again, and swap the network."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from lattice_events.cli.options import RunOptions
from lattice_events.cli.reading import loaded_of, read_sources
from lattice_events.cli.reload_report import Reloaded
from lattice_events.cli.stopping import unless_stopped
from lattice_events.errors import LatticeError
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.local.run.registry import Announce
from lattice_events.local.run.run import Run
from lattice_events.local.run.settings import Loaded


class Reloading:
    """Reloads a run, one reload at a time."""

    def __init__(
        self, run: Run, options: RunOptions, *, announce: Announce, tell: Callable[[Reloaded], None]
    ) -> None:
        """Reload this run.

        Args:
            run: That is up.
            options: What it was read by.
            announce: Told where everything is after a change of the network.
            tell: Told what became of each reload.
        """
        self._run = run
        self._options = options
        self._announce = announce
        self._tell = tell
        self._wake = asyncio.Event()

    def reload(self) -> None:
        """Read everything again, soon; `until` does it, and tells."""
        self._wake.set()

    async def until(self, stop: asyncio.Event) -> None:
        """Do what is to be done until the user stops it."""
        stopped = asyncio.ensure_future(stop.wait())
        while not stop.is_set():
            woken = asyncio.ensure_future(self._wake.wait())
            await asyncio.wait((woken, stopped), return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            if not stop.is_set():
                self._wake.clear()
                await self._reload(stop)

    async def _reload(self, stop: asyncio.Event) -> None:
        """Read, swap and tell."""
        began = time.perf_counter()
        before = self._run.ready
        try:
            loaded = await unless_stopped(stop, lambda: self._read(stop))
            if loaded is None:
                return
            await self._run.apply(loaded)
        except LatticeError as error:
            told = Reloaded(problems=str(error).splitlines())
        else:
            self._announce(self._run.ready, self._run.callers)
            told = _difference(before, self._run.ready, loaded)
        self._tell(replace(told, duration_ms=(time.perf_counter() - began) * 1000))

    def _read(self, stop: asyncio.Event) -> Loaded:
        options = replace(self._options, read=replace(self._options.read, is_cancelled=stop.is_set))
        return loaded_of(*read_sources(options, self._run.commands))


def _difference(before: Ready, now: Ready, loaded: Loaded) -> Reloaded:
    """What is new."""
    urls = {each.name: service_url(each) for each in before.network.services}
    others = {each.name: service_url(each) for each in now.network.services}
    return Reloaded(
        services=[name for name, url in others.items() if urls.get(name) != url],
        gone=[name for name in urls if name not in others],
        notes=[each for each in loaded.notes if each not in before.notes],
    )
