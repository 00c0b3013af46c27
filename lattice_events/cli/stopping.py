"""How a command ends: what the user stops, and what has to be put in order first."""

from __future__ import annotations

import asyncio
import atexit
import os
import signal
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, NoReturn, TypeVar

from lattice_events.readers.common.unfinished import is_unfinished

T = TypeVar("T")
_ASK_SECONDS = 0.01  # how often a thread that is to end is asked whether it has


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


async def unless_stopped(stop: asyncio.Event, work: Callable[[], T]) -> T | None:
    """Do blocking work in a thread; ``None`` when the user stops it first.

    A thread cannot be ended. Once it has nothing to put in order, it ends with the process, whatever it does.
    """
    done = in_thread(work)
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


async def put_in_order() -> None:
    """Wait until what a thread has begun is in order, as far as the process may not end before."""
    while is_unfinished():  # noqa: ASYNC110 - it is another thread that ends it
        await asyncio.sleep(_ASK_SECONDS)


def in_thread(work: Callable[[], T]) -> asyncio.Future[T]:
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
