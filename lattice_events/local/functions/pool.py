"""The processes of one Lambda function: started on demand, used again, replaced when they die."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from lattice_events.errors import ConfigurationError
from lattice_events.local.children.environment import Places
from lattice_events.local.functions.process import FunctionProcess
from lattice_events.local.functions.runtime_api import failure
from lattice_events.local.output.records import InvokeResult, Report
from lattice_events.network.model import Function

_ATTEMPTS = 3  # to find a process that lives long enough to take an invocation


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """How functions run.

    Attributes:
        environment: Gives a function's variables; called with the function and its folders.
        own_ports: Of the run; every Runtime API's is in it while it is open.
    """

    environment: Callable[[Function, Places], Mapping[str, str]]
    own_ports: set[int] = field(default_factory=set)


class Pool:
    """The processes of one function; of the idle ones, the one used last serves first."""

    def __init__(
        self,
        function: Function,
        *,
        places: Callable[[], Awaitable[Places]],
        settings: FunctionSettings,
        report: Report,
        death_pipe: int,
    ) -> None:
        """Prepare; nothing starts before the first invocation.

        Args:
            function: To run.
            places: Gives its folders.
            settings: How to run it.
            report: Takes what it writes.
            death_pipe: Read end of a pipe that closes when this process is gone.
        """
        self._function = function
        self._places = places
        self._settings = settings
        self._report = report
        self._death_pipe = death_pipe
        self._idle: list[FunctionProcess] = []
        self._all: set[FunctionProcess] = set()
        self._closing: set[asyncio.Task[None]] = set()
        self._slots = asyncio.Semaphore(function.max_processes)  # more wait: first come, first served
        self._is_retired = False
        self._is_closed = False

    @property
    def has_processes(self) -> bool:
        """Whether there is anything to stop."""
        return bool(self._all or self._closing)

    async def invoke(
        self, payload: bytes, *, trace_header: str | None, client_context: str | None
    ) -> InvokeResult:
        """Run one invocation in an idle process or a new one."""
        id_ = str(uuid.uuid4())
        async with self._slots:
            for _ in range(_ATTEMPTS):
                try:
                    process = await self._take()
                except (ConfigurationError, OSError, ValueError) as error:  # ValueError: a NUL in a variable
                    return failed(
                        "Runtime.InvalidEntrypoint", f"the function cannot be started: {error}", id_
                    )
                if self._is_closed:
                    self._drop(process)
                    return failed("ServiceException", "the local network is stopping", id_)
                result = await process.invoke(
                    id_, payload, trace_header=trace_header, client_context=client_context
                )
                self._give_back(process)
                if result is not None:
                    return result
        return failed("Runtime.ExitError", f"{_ATTEMPTS} processes ended before they accepted the event", id_)

    def retire(self) -> None:
        """Keep no process any longer than its invocation: another pool has taken the function over."""
        self._is_retired = True
        while self._idle:
            self._drop(self._idle.pop())

    async def close(self) -> None:
        """Stop every process; invocations in flight end with an error."""
        self._is_closed = True
        for process in tuple(self._all):
            self._drop(process)
        await asyncio.gather(*self._closing)

    async def _take(self) -> FunctionProcess:
        """An idle process that still lives, or a new one."""
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            self._drop(process)
        places = await self._places()
        process = FunctionProcess(self._function, self._report, self._settings.own_ports)
        self._all.add(process)
        environment = self._settings.environment(self._function, places)
        try:
            await process.start(places, environment, self._death_pipe)
        except (OSError, ValueError):
            self._drop(process)
            raise
        return process

    def _give_back(self, process: FunctionProcess) -> None:
        """Keep a process for the next invocation, unless it can serve no more."""
        if process.is_alive and not (self._is_closed or self._is_retired):
            self._idle.append(process)
        else:
            self._drop(process)

    def _drop(self, process: FunctionProcess) -> None:
        """Stop a process; nobody waits for it but `close`."""
        if process not in self._all:
            return
        self._all.discard(process)
        task = asyncio.create_task(process.close())
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


def failed(error_type: str, message: str, invocation_id: str) -> InvokeResult:
    """The end of an invocation that no process took."""
    outcome = failure(error_type, message, invocation_id)
    return InvokeResult(
        payload=outcome.payload, invocation_id=invocation_id, duration_ms=0.0, error_type=error_type
    )
