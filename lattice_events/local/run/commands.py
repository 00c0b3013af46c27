"""The commands of a run that serve HTTP targets: started and stopped one by one, each with variables of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from typing import Any

from lattice_events.local.output.records import Report
from lattice_events.local.targets.commands import CommandTarget, CommandTargets

_LAST_REQUESTS_SECONDS = 60.0  # as long as VPC Lattice waits for a target that says nothing


class Commands:
    """What runs, and what is wanted."""

    def __init__(self, *, environment: Callable[[CommandTarget], Mapping[str, str]], report: Report) -> None:
        """Start without commands.

        Args:
            environment: Gives the variables of one when it starts.
            report: Takes their output.
        """
        self._environment = environment
        self._report = report
        self._running: dict[CommandTarget, CommandTargets] = {}
        self._ending: set[asyncio.Task[None]] = set()
        self._is_over = asyncio.Event()

    @property
    def running(self) -> list[CommandTarget]:
        """Those that have been started, and not been stopped."""
        return list(self._running)

    async def start(self, wanted: Iterable[CommandTarget]) -> None:
        """Start those that do not run yet, and wait until each takes connections.

        Raises:
            ConfigurationError: One does not start, ends early or never listens; none of them stays.
        """
        before = list(self._running)
        try:
            for target in wanted:
                if target not in self._running:
                    await self._start(target)
        except BaseException:
            await self.keep(before)
            raise

    async def _start(self, target: CommandTarget) -> None:
        commands = CommandTargets((target,), environment=self._environment(target), report=self._report)
        self._running[target] = commands
        await commands.start()

    async def keep(self, wanted: Iterable[CommandTarget]) -> None:
        """Stop all but these, politely first."""
        kept = set(wanted)
        for target in [each for each in self._running if each not in kept]:
            await self._running.pop(target).close()

    def retire(
        self, wanted: Iterable[CommandTarget], *, served: Callable[[], Coroutine[Any, Any, object]]
    ) -> None:
        """Stop all but these, each once it has no request to answer any more, or has had a minute for it.

        Args:
            wanted: That go on.
            served: Waits for the requests that are in flight.
        """
        kept = set(wanted)
        for target in [each for each in self._running if each not in kept]:
            ending = asyncio.create_task(self._end(self._running.pop(target), served))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _end(self, commands: CommandTargets, served: Callable[[], Coroutine[Any, Any, object]]) -> None:
        waiting = [asyncio.create_task(each()) for each in (served, self._is_over.wait)]
        await asyncio.wait(waiting, timeout=_LAST_REQUESTS_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for each in waiting:
            each.cancel()
        await commands.close()

    async def close(self) -> None:
        """Stop all of them now."""
        self._is_over.set()
        await asyncio.gather(*self._ending)
        await self.keep(())
