"""Read the sources and run what is in them, until the user stops it."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, NoReturn, TypeVar

from lattice_events.cli.options import RunOptions
from lattice_events.cli.printer import Printer
from lattice_events.local.output.records import Report
from lattice_events.local.output.writer import writing
from lattice_events.local.run.registry import announced
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded
from lattice_events.local.targets.commands import CommandTarget
from lattice_events.readers.common.unfinished import is_unfinished
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.settings.settings import TargetSettings

T = TypeVar("T")
_ASK_SECONDS = 0.01  # how often a thread that is to end is asked whether it has


async def run(options: RunOptions, printer: Printer) -> bool:
    """Run until SIGINT, SIGTERM or SIGHUP; whether it was up by then.

    Raises:
        ConfigurationError: The sources, a port or a target's command are not usable.
    """
    stop = stop_on_signals()
    with writing(printer.write) as tell:
        printer.starting("Reading the configuration …")
        async with network_up(options, tell, stop) as started:
            if started is not None:
                with announced() as announce:
                    announce(started.ready, started.callers)
                    tell(started.ready)
                    started.functions.prewarm()
                    await stop.wait()
    return started is not None


def end_at_once(status: int) -> NoReturn:
    """End the process, but not in Python's way, which frees what was read so far, piece by piece."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    atexit._run_exitfuncs()  # noqa: SLF001 - there is no other name for it
    os._exit(status)


def stop_on_signals() -> asyncio.Event:
    """An event that SIGINT, SIGTERM and the terminal's end (SIGHUP, unless `nohup` keeps it away) set."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def network_up(options: RunOptions, report: Report, stop: asyncio.Event) -> AsyncIterator[Run | None]:
    """Read the sources and start everything; ``None`` when the user stops it before it is up."""
    began = time.perf_counter()
    loaded = await unless_stopped(
        stop, lambda: _load(replace(options, read=replace(options.read, is_cancelled=stop.is_set)))
    )
    if loaded is None:
        yield None
        return
    clock = lambda: time.perf_counter() - began  # noqa: E731
    async with running(loaded, options.run, report=report, clock=clock) as started:
        yield started


async def unless_stopped(stop: asyncio.Event, work: Callable[[], T]) -> T | None:
    """Do blocking work in a thread; ``None`` when the user stops it first.

    A thread cannot be ended. Once it has nothing to put in order, it ends with the process, whatever it does.
    """
    done = _in_thread(work)
    stopped = asyncio.ensure_future(stop.wait())
    await asyncio.wait((done, stopped), return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    while is_unfinished() and not done.done():
        await asyncio.wait((done,), timeout=_ASK_SECONDS)
    if not stop.is_set():
        return await done
    if not done.cancel():
        done.exception()  # what it says is that it was cancelled
    return None


def _in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
    """The outcome of blocking work in a thread that the process does not wait for."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(settle: Callable[[Any], None], outcome: object) -> None:
        with suppress(RuntimeError):  # the loop is closed: nobody waits
            loop.call_soon_threadsafe(lambda: None if done.done() else settle(outcome))

    def run() -> None:
        try:
            outcome = work()
        except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
            tell(done.set_exception, error)
        else:
            tell(done.set_result, outcome)

    threading.Thread(target=run, daemon=True).start()
    return done


def _load(options: RunOptions) -> Loaded:
    """Read the sources."""
    return loaded_of(*read_sources(options))


def read_sources(options: RunOptions) -> tuple[Project, Sequence[CommandTarget]]:
    """What the sources say, and the commands that serve targets of it."""
    commands: list[CommandTarget] = []

    def allocate(name: str, settings: TargetSettings) -> str:
        """Choose a free port, and keep what is to be started there."""
        port = _free_port()
        command, cwd, origin = settings.command, settings.cwd, settings.origin
        commands.append(CommandTarget(name=name, command=command, cwd=cwd, port=port, origin=origin))
        return f"http://127.0.0.1:{port}"

    return load_project(options.paths, options.read, allocate=allocate), commands


def loaded_of(project: Project, commands: Sequence[CommandTarget]) -> Loaded:
    """What to run."""
    return Loaded(
        network=project.network,
        assumptions=project.settings.assumptions,
        vpc_arn=project.default_vpc_arn,
        commands=commands,
        notes=project.notes,
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
