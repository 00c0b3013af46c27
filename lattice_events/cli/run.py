"""Read the sources and run what is in them, until the user stops it."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext
from dataclasses import replace

from lattice_events.cli.options import RunOptions
from lattice_events.cli.printer import Printer
from lattice_events.cli.reading import loaded_of, read_sources
from lattice_events.cli.reloading import Reloading
from lattice_events.cli.run_keys import run_keys
from lattice_events.cli.stopping import stop_on_signals, unless_stopped
from lattice_events.local.output.records import Observe, Report
from lattice_events.local.output.writer import writing
from lattice_events.local.run.registry import announced
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded
from lattice_events.local.telemetry.telemetry import telemetry
from lattice_events.readers.common.noted import Noted, noting


async def run(options: RunOptions, printer: Printer, *, has_keys: bool, watches: bool) -> bool:
    """Run until SIGINT, SIGTERM or SIGHUP; whether it was up by then.

    Args:
        options: What to read, and how to run.
        printer: Told of everything.
        has_keys: Whether keys of a terminal do something.
        watches: Whether changes are served without being asked to.

    Raises:
        ConfigurationError: The sources, a port or a target's command are not usable.
    """
    stop = stop_on_signals()
    noted = Noted() if watches else None
    with writing(printer.write) as tell, telemetry(os.environ, tell) as observe:
        printer.progress.begin("Reading the configuration")
        shown = replace(options, read=replace(options.read, tell=printer.progress.say))
        async with network_up(shown, tell, stop, observe, noted) as started:
            if started is not None:
                with announced() as announce:
                    reloading = Reloading(started, options, noted, announce=announce, tell=tell)
                    announce(started.ready, started.callers)
                    tell(started.ready)
                    started.functions.prewarm()
                    keys = run_keys(started, stop=stop.set, tell=tell, reload=reloading.reload)
                    with keys if has_keys else nullcontext():
                        await reloading.until(stop)
    return started is not None


@asynccontextmanager
async def network_up(
    options: RunOptions,
    report: Report,
    stop: asyncio.Event,
    observe: Observe | None = None,
    noted: Noted | None = None,
) -> AsyncIterator[Run | None]:
    """Read the sources, noting what that looks at, and start everything; ``None`` when the user stops it before it is up."""
    began = time.perf_counter()
    read = replace(options, read=replace(options.read, is_cancelled=stop.is_set))
    loaded = await unless_stopped(stop, lambda: _load(read, noted))
    if loaded is None:
        yield None
        return
    network = loaded.network
    options.read.tell(f"Starting {len(network.services):,} services and {len(network.functions):,} functions")
    clock = lambda: time.perf_counter() - began  # noqa: E731
    async with running(loaded, options.run, report=report, clock=clock, observe=observe) as started:
        yield started


def _load(options: RunOptions, noted: Noted | None) -> Loaded:
    with noting(noted):
        return loaded_of(*read_sources(options))
