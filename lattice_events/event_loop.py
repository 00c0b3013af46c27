"""The one event loop of this environment: what coroutines made in one event, they still have in the next.

`asyncio.run` would close its loop after every event, and with it each client, connection and lock that a
module keeps. Imported when the first coroutine is run.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import threading
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, copy_context
from typing import Any

from lattice_events.errors import ResponseError

_ABANDONED_SECONDS = 1.0  # that a coroutine gets to end when what ran it was interrupted


class _Environment:
    """The loop, which one thread at a time may run; other processes have their own."""

    def __init__(self) -> None:
        # By process: a fork shares its parent's sockets.
        self._runners: dict[int, tuple[asyncio.Runner, asyncio.AbstractEventLoop]] = {}
        self._one_at_a_time = threading.Lock()
        if hasattr(os, "register_at_fork"):  # not on Windows
            os.register_at_fork(after_in_child=self._forget_threads)
        atexit.register(self._close)  # before whoever uses the loop registers, so that it runs after them

    def _forget_threads(self) -> None:
        """A fork has one thread, whoever held the lock."""
        self._one_at_a_time = threading.Lock()

    def run(self, awaitable: Awaitable[Any]) -> Any:
        """Run it to its end; tasks that it leaves go on when the loop next runs."""
        with self._one_at_a_time:
            runner, loop = self._runner()
            started: list[asyncio.Task[Any]] = []
            try:
                return runner.run(_noted(awaitable, started), context=copy_context())
            except BaseException:
                _cancel(started, loop)
                raise

    def _runner(self) -> tuple[asyncio.Runner, asyncio.AbstractEventLoop]:
        """This process's, and its loop; new ones if somebody closed it."""
        known = self._runners.get(os.getpid())
        if known is None or known[1].is_closed():
            runner = asyncio.Runner()
            known = self._runners[os.getpid()] = runner, _tell_threads(runner.get_loop())
        return known

    def _close(self) -> None:
        """End what is left of tasks and generators, if the process gets to its end."""
        runner, loop = self._runners.get(os.getpid(), (None, None))
        if runner is not None and loop is not None and not (loop.is_closed() or loop.is_running()):
            try:
                runner.close()
            except RuntimeError:  # Python 3.12 starts no thread any more, which would wait for an executor's
                pass


def _tell_threads(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    """Let `run_in_executor` hand its context on, as `asyncio.to_thread` does.

    A handler that is called in such a thread then knows that the loop is taken: it would wait for ever.
    """
    run_in_executor = loop.run_in_executor

    def run(executor: Any, function: Callable[..., Any], *arguments: Any) -> Any:
        from concurrent.futures import ThreadPoolExecutor

        if executor is None or isinstance(executor, ThreadPoolExecutor):  # a context goes to no other process
            return run_in_executor(executor, copy_context().run, function, *arguments)
        return run_in_executor(executor, function, *arguments)

    setattr(loop, "run_in_executor", run)  # noqa: B010 - a type has its methods fixed
    return loop


async def _noted(awaitable: Awaitable[Any], tasks: list[asyncio.Task[Any]]) -> Any:
    """Await, and tell the task that does."""
    task = asyncio.current_task()
    assert task is not None
    tasks.append(task)
    return await awaitable


def _cancel(tasks: list[asyncio.Task[Any]], loop: asyncio.AbstractEventLoop) -> None:
    """End the task of an event that a signal's exception interrupted, lest the next event goes on with it."""
    for task in tasks:
        if not task.done():
            task.cancel()
            loop.run_until_complete(asyncio.wait((task,), timeout=_ABANDONED_SECONDS))


_environment = _Environment()
_is_served: ContextVar[bool] = ContextVar("lattice_events_is_served", default=False)


def run(awaitable: Awaitable[Any]) -> Any:
    """Run a coroutine on the environment's loop and give what it returns.

    It sees the caller's context variables; what it sets stays its own. Threads take turns. Called from
    within a coroutine, as an async test does, it works in another thread; called from within one that
    this function runs, it works on a loop of its own.

    Raises:
        ResponseError: The coroutine was cancelled.
    """
    context = copy_context()
    is_nested = _is_served.get()
    context.run(_is_served.set, True)
    work: Callable[..., Any] = _run_apart if is_nested else _environment.run
    try:
        if asyncio._get_running_loop() is None:  # noqa: SLF001 - get_running_loop() raises instead
            return context.run(work, awaitable)
        from concurrent.futures import ThreadPoolExecutor  # not in Lambda, where no loop runs

        with ThreadPoolExecutor(1, "lattice-events") as thread:
            return thread.submit(context.run, work, awaitable).result()
    except asyncio.CancelledError as error:
        raise ResponseError("The handler was cancelled before it answered.") from error


def _run_apart(awaitable: Awaitable[Any]) -> Any:
    """Run it on a loop of its own."""
    with asyncio.Runner() as runner:
        _tell_threads(runner.get_loop())
        return runner.run(_noted(awaitable, []))
