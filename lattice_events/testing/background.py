"""A run on an event loop of its own, in a thread of its own: what goes wrong there is raised here."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

from lattice_events.cli.loop import loop_factory
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded, RunSettings


class Background:
    """One run, started once."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._started: Future[Run] = Future()
        self._errors: list[BaseException] = []
        self._thread: threading.Thread | None = None

    @property
    def is_up(self) -> bool:
        """Whether the run is there."""
        return self._thread is not None and self._thread.is_alive()

    def start(self, loaded: Loaded, settings: RunSettings) -> Run:
        """Start the run, and wait until it is up.

        Raises:
            ConfigurationError: It cannot be run.
        """
        self._thread = threading.Thread(
            target=self._work, args=(loaded, settings), name="lattice-network", daemon=True
        )
        self._thread.start()
        return self._started.result()

    def settle(self) -> None:
        """Wait until the loop has told of every answer that has left."""
        if self.is_up:
            asyncio.run_coroutine_threadsafe(_next_turn(), self._loop).result()

    def stop(self) -> None:
        """Stop the run, and wait for its end.

        Raises:
            Exception: What went wrong since it started; several are an `ExceptionGroup`.
        """
        if self._thread is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stopping.set)
            self._thread.join()
        if len(self._errors) == 1:
            raise self._errors[0]
        if self._errors:
            raise BaseExceptionGroup("The network for tests had errors", self._errors)

    def _work(self, loaded: Loaded, settings: RunSettings) -> None:
        """What the thread does."""
        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(self._main(loaded, settings))
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            if self._started.done():
                self._errors.append(error)
            else:
                self._started.set_exception(error)

    async def _main(self, loaded: Loaded, settings: RunSettings) -> None:
        self._loop = asyncio.get_running_loop()
        self._loop.set_exception_handler(self._keep)
        self._stopping = asyncio.Event()
        async with running(loaded, settings, report=lambda _: None, clock=lambda: 0.0) as run:
            self._started.set_result(run)
            await self._stopping.wait()

    def _keep(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """Keep what nobody else would hear of."""
        self._errors.append(context.get("exception") or RuntimeError(context["message"]))


async def _next_turn() -> None:
    """Let what is due go first."""
    await asyncio.sleep(0)
