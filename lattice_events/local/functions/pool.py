"""The processes of one Lambda function: started on demand or ahead, used again, replaced when they die."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field

from lattice_events.local.children.environment import Places
from lattice_events.local.functions.concurrency import Concurrency
from lattice_events.local.functions.invocation import Invocation, Outcome, failed, throttled
from lattice_events.local.functions.process import FunctionProcess
from lattice_events.local.output.records import FunctionState, InvokeResult, Report, invoke_record
from lattice_events.network.model import Function

IDLE_SECONDS = 600.0
"""How long a process may wait for an invocation. Lambda says only that it is some minutes."""
_ATTEMPTS = 3  # to find a process that lives long enough to take an invocation
_STOPPING = ("ServiceException", "the local network is stopping")


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """How functions run.

    Attributes:
        environment: Gives a function's variables; called with the function and its folders.
        own_ports: Of the run; every Runtime API's is in it while it is open.
        clock: Seconds of a clock that only goes forward.
    """

    environment: Callable[[Function, Places], Mapping[str, str]]
    own_ports: set[int] = field(default_factory=set)
    clock: Callable[[], float] = time.monotonic


class Pool:
    """The processes of one function; of the idle ones, the one used last serves first."""

    def __init__(
        self,
        function: Function,
        *,
        places: Callable[[], Awaitable[Places]],
        concurrency: Concurrency,
        settings: FunctionSettings,
        report: Report,
        death_pipe: int,
        on_module: Callable[[str], None],
    ) -> None:
        """Prepare; nothing starts before the first invocation.

        Args:
            function: To run.
            places: Gives its folders.
            concurrency: Of all versions of the function.
            settings: How to run it.
            report: Takes what it writes.
            death_pipe: Read end of a pipe that closes when this process is gone.
            on_module: Told of each file that a process has imported.
        """
        self._function = function
        self._places = places
        self._concurrency = concurrency
        self._settings = settings
        self._report = report
        self._death_pipe = death_pipe
        self._on_module = on_module
        self._idle: list[FunctionProcess] = []
        self._all: set[FunctionProcess] = set()
        self._waiting: deque[Invocation] = deque()  # for a process: first come, first served
        self._launching: set[asyncio.Task[None]] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._invocations = self._cold_starts = self._errors = self._throttles = 0
        self._is_retired = False
        self._is_held = False
        self._has_failed = False  # the last init that nobody waited for
        self._is_closed = False

    @property
    def has_processes(self) -> bool:
        """Whether there is anything to stop."""
        return bool(self._all or self._launching or self._closing)

    @property
    def state(self) -> FunctionState:
        """How the function does."""
        return FunctionState(
            name=self._function.name,
            runtime=self._function.runtime,
            processes=len(self._all),
            idle=len(self._idle),
            waiting=len(self._waiting),
            invocations=self._invocations,
            cold_starts=self._cold_starts,
            errors=self._errors,
            throttles=self._throttles,
        )

    def invoke(self, invocation: Invocation) -> None:
        """Run an invocation in an idle process, in a new one, or when one is free; or throttle it."""
        if self._concurrency.enter():
            self._run(invocation)
        else:
            self._throttles += 1
            why = f"its reserved concurrency is {self._concurrency.limit}, and as many invocations run"
            self._give_out(invocation, throttled(why, invocation.id))

    def _run(self, invocation: Invocation) -> None:
        if self._is_closed:
            self._finish(invocation, failed(*_STOPPING, invocation.id))
        elif self._idle:
            self._begin(self._idle.pop(), invocation)
        elif self._may_start:
            self._begin(self._start(), invocation)
        else:
            self._waiting.append(invocation)

    @property
    def _may_start(self) -> bool:
        """Whether there is room for another process; one that is held keeps those that it has."""
        return len(self._all) < (1 if self._is_held else self._function.max_processes)

    @property
    def prewarm(self) -> int:
        """How many processes are to be started ahead."""
        wanted = min(self._function.prewarm, self._function.max_processes)
        return wanted if self._concurrency.limit is None else min(wanted, self._concurrency.limit)

    async def start_ahead(self) -> None:
        """Start a process if there are fewer than wanted, and wait until it is initialized or has ended.

        What goes wrong with it is the business of the first invocation, which starts another.
        """
        if len(self._all) < self.prewarm and self._may_start and not (self._is_retired or self._is_closed):
            await self.start_one()

    async def start_one(self) -> Outcome | None:
        """Start a process, and wait until it is initialized; else why it is not."""
        process = self._start()
        process.idle_since = self._settings.clock()
        self._idle.insert(0, process)  # those that are initialized serve first
        await process.settled.wait()
        return process.init_failure

    def hold(self) -> None:
        """Start no further process while there is one: its code is another by now, and may be broken."""
        self._is_held = True

    def may_have_loaded(self, file: str) -> bool:
        """Whether some process has imported a file, or has not said what it has; one that is held waits for any."""
        return self._is_held or any(each.modules is None or file in each.modules for each in self._all)

    @property
    def is_running(self) -> bool:
        """Whether there are processes, or there would be if their code could be imported."""
        return bool(self._all) or self._has_failed

    def reap(self) -> None:
        """End the processes that have been idle for too long, those that were started ahead too, as Lambda does."""
        now = self._settings.clock()
        for process in [each for each in self._idle if now - each.idle_since >= IDLE_SECONDS]:
            self._idle.remove(process)
            self._drop(process)

    def retire(self) -> None:
        """Keep no process any longer than its invocations: another pool has taken the function over."""
        self._is_retired = True
        while self._idle:
            self._drop(self._idle.pop())

    async def close(self) -> None:
        """Stop every process; invocations in flight end with an error."""
        self._is_closed = True
        for invocation in self._waiting:
            self._finish(invocation, failed(*_STOPPING, invocation.id))
        self._waiting.clear()
        for process in tuple(self._all):
            if process.is_started:
                self._drop(process)
        await asyncio.gather(*self._launching)
        await asyncio.gather(*self._closing)

    def on_end(self, process: FunctionProcess, invocation: Invocation, result: InvokeResult | None) -> None:
        """Give out the result, and the process to who waits."""
        if result is not None:
            self._finish(invocation, result)
            self._release(process)
            return
        self._drop(process)
        if invocation.attempts < _ATTEMPTS:
            self._run(invocation)  # there is room for another process
            return
        message = f"{_ATTEMPTS} processes ended before they accepted the event"
        self._finish(invocation, failed("Runtime.ExitError", message, invocation.id))
        self._serve_next()

    def on_exit(self, process: FunctionProcess) -> None:
        """Forget an idle process that has ended."""
        if process in self._idle:
            self._idle.remove(process)
        self._has_failed = process.init_failure is not None
        self._drop(process)

    def on_module(self, file: str) -> None:
        """Pass on that a process has imported a file."""
        self._on_module(file)

    def _begin(self, process: FunctionProcess, invocation: Invocation) -> None:
        invocation.attempts += 1
        process.begin(invocation)

    def _start(self) -> FunctionProcess:
        """A new process, which can be given an invocation at once."""
        process = FunctionProcess(self._function, self, self._report, self._settings.own_ports)
        self._all.add(process)
        self._do(self._launch(process), self._launching)
        return process

    async def _launch(self, process: FunctionProcess) -> None:
        """Start the child, wherever its code is."""
        try:
            places = await self._places()
            if process.is_alive and not self._is_closed:
                environment = self._settings.environment(self._function, places)
                await process.start(places, environment, self._death_pipe)
        except Exception as error:  # noqa: BLE001 - whatever it is, the invocation ends: a NUL in a variable, say
            process.fail("Runtime.InvalidEntrypoint", f"the function cannot be started: {error}")
        if self._is_closed:
            process.fail(*_STOPPING)
        if process not in self._all:  # it was dropped meanwhile
            await process.close()

    def _release(self, process: FunctionProcess) -> None:
        """Give a process its next invocation, or keep it for one, unless it can serve no more."""
        if not process.is_alive or self._is_closed:
            self._drop(process)
            self._serve_next()
        elif self._waiting:
            self._begin(process, self._waiting.popleft())
        elif self._is_retired:
            self._drop(process)
        else:
            process.idle_since = self._settings.clock()
            self._idle.append(process)

    def _serve_next(self) -> None:
        """Start a process for an invocation that waits."""
        if self._waiting and self._may_start:
            self._begin(self._start(), self._waiting.popleft())

    def _finish(self, invocation: Invocation, result: InvokeResult) -> None:
        """Count an invocation that was taken, and give out its result."""
        self._concurrency.leave()
        self._invocations += 1
        self._cold_starts += result.cold
        self._errors += result.error_type is not None
        self._give_out(invocation, result)

    def _give_out(self, invocation: Invocation, result: InvokeResult) -> None:
        """Give the result to the caller; if that is gone, tell of it."""
        if invocation.ended.cancelled():
            self._report(invoke_record(self._function.name, result))
        else:
            invocation.ended.set_result(result)

    def _drop(self, process: FunctionProcess) -> None:
        """Stop a process; nobody waits for it but `close`."""
        if process in self._all:
            self._all.discard(process)
            self._do(process.close(), self._closing)

    def _do(self, work: Coroutine[object, object, None], running: set[asyncio.Task[None]]) -> None:
        task = asyncio.create_task(work)
        running.add(task)
        task.add_done_callback(running.discard)
