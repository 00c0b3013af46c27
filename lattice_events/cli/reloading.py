"""Serve what changes while a run is up: read the sources again and swap the network, start functions anew."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from lattice_events.cli.options import RunOptions
from lattice_events.cli.reading import Reading, read_again
from lattice_events.cli.reload_report import Reloaded, difference
from lattice_events.cli.stopping import in_thread, put_in_order, unless_stopped
from lattice_events.errors import LatticeError
from lattice_events.local.output.records import Notice
from lattice_events.local.run.registry import Announce
from lattice_events.local.run.run import Run
from lattice_events.local.watching.plan import Changes, Wanted, changed_since
from lattice_events.local.watching.watching import Watching, now
from lattice_events.network.model import Network
from lattice_events.readers.common.files import shown
from lattice_events.readers.common.noted import Noted, is_temporary


class Reloading:
    """Reloads a run, one reload at a time."""

    def __init__(
        self,
        run: Run,
        options: RunOptions,
        noted: Noted | None,
        *,
        announce: Announce,
        tell: Callable[[Reloaded | Notice], None],
    ) -> None:
        """Reload this run.

        Args:
            run: That is up.
            options: What it was read by.
            noted: What reading looked at; ``None`` watches nothing.
            announce: Told where everything is after a change of the network.
            tell: Told what became of each reload.
        """
        self._run = run
        self._options = options
        self._watches = noted is not None
        self._noted = noted or Noted()
        self._announce = announce
        self._tell = tell
        self._wake = asyncio.Event()
        self._is_asked = False
        self._watching = Watching(ignores=is_temporary, wake=self._wake.set)
        self._since = now()  # no function has started yet
        self._modules: dict[
            str, float
        ] = {}  # that nobody watches yet, with the moment at which they were told
        self._is_told = False
        if self._watches:
            run.functions.tell_modules(self._on_module)

    def reload(self) -> None:
        """Read everything again and start every function anew, soon; `until` does it, and tells."""
        self._is_asked = True
        self._wake.set()

    async def until(self, stop: asyncio.Event) -> None:
        """Do what is to be done until the user stops it."""
        stopped = asyncio.ensure_future(stop.wait())
        if self._watches:
            self._wake.set()
        while not stop.is_set():
            woken = asyncio.ensure_future(self._wake.wait())
            await asyncio.wait((woken, stopped), return_when=asyncio.FIRST_COMPLETED)
            woken.cancel()
            if not stop.is_set():
                self._wake.clear()
                working = asyncio.ensure_future(self._work(stop))
                await asyncio.wait((working, stopped), return_when=asyncio.FIRST_COMPLETED)
                working.cancel()
                await asyncio.gather(working, return_exceptions=True)
        self._watching.close()
        await put_in_order()

    async def _work(self, stop: asyncio.Event) -> None:
        """Do it once; a bug of it ends no run."""
        try:
            await self._reload(stop)
        except Exception as error:  # noqa: BLE001 - the network goes on
            self._tell(Reloaded(problems=[f"{type(error).__name__}: {error}. This is a bug of lattice dev."]))

    async def _reload(self, stop: asyncio.Event) -> None:
        """Read what changed, swap, start anew, and tell."""
        began = time.perf_counter()
        is_asked, self._is_asked = self._is_asked, False
        changes = await self._changes()
        sources = await in_thread(self._noted.changed) if changes.concern_sources else []
        files = (*sorted(self._noted.files.intersection(sources)), *sorted(changes.code))
        told = Reloaded(files=_shown(files or sources))
        is_asked_for = is_asked or self._run.functions.may_run_now(changes.code)
        if sources or is_asked_for:
            reading = await self._read(stop)
            if reading is None:
                return
            is_silent = not is_asked_for and self._noted.files.isdisjoint(
                sources
            )  # a file came that says nothing
            told = await self._swap(reading, replace(told, is_silent=is_silent))
        elif changes.move_folders:
            await self._watch(self._run.ready.network)
        names = self._outdated(changes, told, is_asked=is_asked)
        problems = await self._run.functions.renew(names, changes.code)
        told = replace(
            told,
            functions=[each for each in names if each not in problems],
            problems=[*told.problems, *(f"{name}: {problem}" for name, problem in problems.items())],
            duration_ms=(time.perf_counter() - began) * 1000,
        )
        if told.is_worth_telling:
            self._tell(told)

    async def _changes(self) -> Changes:
        """What happened."""
        if not self._watches:
            return Changes()
        if not self._watching.is_up:
            await self._watch(self._run.ready.network)
            changes = await self._watching.newer_than(self._since)
            return replace(changes, concern_sources=True)
        changes = self._watching.take()
        if self._modules:
            await self._watch(self._run.ready.network)
        return changes

    async def _watch(self, network: Network) -> None:
        """Watch what a network is made of; what changed before that is seen now."""
        if not self._watches:
            return
        modules, self._modules = self._modules, {}
        code = (path for each in network.functions for path in (each.code, *each.layers) if not each.obstacle)
        wanted = Wanted(
            paths=self._noted.paths,
            folders=self._noted.folders,
            code=frozenset(filter(None, code)),
            modules=frozenset(self._run.functions.modules),
        )
        await self._watching.watch(wanted)
        self._say_problem()
        self._watching.add(each for each, seconds in modules.items() if changed_since(each, seconds))

    def _say_problem(self) -> None:
        """Say once that something cannot be watched."""
        if self._watching.problem and not self._is_told:
            self._is_told = True
            text = f"Not every change is noticed: {self._watching.problem}. Restart lattice dev to have one served."
            self._tell(Notice(source="lattice dev", text=text, stream="stderr"))

    def _on_module(self, file: str) -> None:
        """A function has imported a file."""
        if not self._watching.covers(file):
            self._modules[file] = now()
            self._wake.set()

    async def _read(self, stop: asyncio.Event) -> Reading | None:
        """Read the sources; ``None`` when the user stops it."""
        read = replace(self._options.read, is_cancelled=stop.is_set)
        options, running = replace(self._options, read=read), self._run.commands
        return await unless_stopped(stop, lambda: read_again(options, running))

    async def _swap(self, reading: Reading, told: Reloaded) -> Reloaded:
        """Serve what was read; where it cannot be, all stays as it was."""
        before = self._run.ready
        self._noted = reading.noted if reading.loaded else reading.noted.over(self._noted)
        await self._watch(reading.loaded.network if reading.loaded else before.network)
        self._watching.add(await in_thread(self._noted.changed))  # while it was read
        if reading.loaded is None:
            return replace(told, problems=reading.problems, is_silent=False)
        try:
            notes = await self._run.apply(reading.loaded)
        except LatticeError as error:
            return replace(told, problems=str(error).splitlines(), is_silent=False)
        self._announce(self._run.ready, self._run.callers)
        return difference(before, self._run.ready, [*reading.loaded.notes, *notes], told)

    def _outdated(self, changes: Changes, told: Reloaded, *, is_asked: bool) -> list[str]:
        """Names of the functions that are to be started anew: for their code, or for the URLs in their variables."""
        functions = self._run.functions
        if is_asked or told.services or told.gone:
            return functions.running
        return functions.outdated(changes.code)


def _shown(files: Iterable[str]) -> list[str]:
    """Files as the user calls them."""
    return list(dict.fromkeys(shown(Path(each)) for each in files))
