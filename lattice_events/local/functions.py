"""Run Lambda functions in child processes, with the real runtime client."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from lattice_events.arn import Arn
from lattice_events.local.process import FunctionProcess
from lattice_events.local.records import InvokeResult, Report
from lattice_events.network.model import Function


@dataclass(frozen=True, kw_only=True)
class FunctionSettings:
    """How functions run.

    Attributes:
        environment: Gives a function's variables; called with the function and its task root.
        python: The interpreter, as a command.
        max_processes: How many processes a function may have; more requests wait.
    """

    environment: Callable[[Function, str], Mapping[str, str]]
    python: Sequence[str] = (sys.executable,)
    max_processes: int = 4


class Functions:
    """Every function of a run; each has a pool of processes that start on demand."""

    def __init__(self, functions: Iterable[Function], *, settings: FunctionSettings, report: Report) -> None:
        """Prepare the pools; nothing starts before the first invocation."""
        self._functions = {function.name: function for function in functions}
        self._settings = settings
        self._report = report
        self._pools: dict[str, _Pool] = {}
        self._running: set[asyncio.Task[InvokeResult]] = set()
        self._unpacked: dict[str, str] = {}
        # Children read one end; the other closes when this process is gone, however it goes.
        self._death_pipe, self._life = os.pipe()
        self._is_closed = False

    def find(self, name: str) -> Function | None:
        """The function that a name stands for: name, ``name:qualifier``, partial ARN or ARN."""
        arn = Arn.parse(name)
        resource = arn.resource if arn else name
        _, is_partial, rest = resource.rpartition("function:")
        if is_partial:
            resource = rest
        return self._functions.get(resource.partition(":")[0])

    async def invoke(
        self, name: str, payload: bytes, *, trace_header: str | None = None, client_context: str | None = None
    ) -> InvokeResult:
        """Invoke a function and wait for its end; what goes wrong in it is in the result.

        A caller that goes away does not stop the function, as in Lambda.

        Raises:
            KeyError: There is no such function; ask `find` first.
        """
        function = self.find(name)
        if function is None:
            raise KeyError(name)
        invoking = self._pool(function).invoke(
            payload, trace_header=trace_header, client_context=client_context
        )
        task = asyncio.create_task(invoking)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return await asyncio.shield(task)

    async def close(self) -> None:
        """Stop every process and forget what was unpacked."""
        if self._is_closed:
            return
        self._is_closed = True
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.gather(*(pool.close() for pool in self._pools.values()))
        os.close(self._life)
        os.close(self._death_pipe)
        for folder in self._unpacked.values():
            shutil.rmtree(folder, ignore_errors=True)

    def _pool(self, function: Function) -> _Pool:
        """The function's pool."""
        if function.name not in self._pools:
            self._pools[function.name] = _Pool(
                function, self._task_root(function), self._settings, self._report, self._death_pipe
            )
        return self._pools[function.name]

    def _task_root(self, function: Function) -> str:
        """The folder with the function's code; an archive is unpacked once a run."""
        if not function.code.endswith(".zip"):
            return function.code
        if function.code not in self._unpacked:
            folder = tempfile.mkdtemp(prefix="lattice-")
            with zipfile.ZipFile(function.code) as archive:
                archive.extractall(folder)
            self._unpacked[function.code] = folder
        return self._unpacked[function.code]


class _Pool:
    """The processes of one function; an idle one serves first, the one used last before others."""

    def __init__(
        self,
        function: Function,
        task_root: str,
        settings: FunctionSettings,
        report: Report,
        death_pipe: int,
    ) -> None:
        self._function = function
        self._task_root = task_root
        self._settings = settings
        self._report = report
        self._death_pipe = death_pipe
        self._idle: list[FunctionProcess] = []
        self._all: set[FunctionProcess] = set()
        self._slots = asyncio.Semaphore(settings.max_processes)  # first come, first served

    async def invoke(
        self, payload: bytes, *, trace_header: str | None, client_context: str | None
    ) -> InvokeResult:
        """Run one invocation in an idle process or a new one."""
        async with self._slots:
            process = await self._take()
            result = await process.invoke(
                str(uuid.uuid4()), payload, trace_header=trace_header, client_context=client_context
            )
            await self._give_back(process)
            return result

    async def close(self) -> None:
        """Stop every process."""
        await asyncio.gather(*(process.close() for process in self._all))
        self._all.clear()

    async def _take(self) -> FunctionProcess:
        """An idle process that still lives, or a new one."""
        while self._idle:
            process = self._idle.pop()
            if process.is_alive:
                return process
            await self._drop(process)
        process = FunctionProcess(self._function, self._report)
        self._all.add(process)
        environment = self._settings.environment(self._function, self._task_root)
        await process.start(self._settings.python, environment, self._death_pipe)
        return process

    async def _give_back(self, process: FunctionProcess) -> None:
        """Keep a process for the next invocation, unless it can serve no more."""
        if process.is_alive:
            self._idle.append(process)
        else:
            await self._drop(process)

    async def _drop(self, process: FunctionProcess) -> None:
        self._all.discard(process)
        await process.close()


def interpreter_version(python: Path | str) -> str:
    """``MAJOR.MINOR`` of an interpreter, found by running it.

    Raises:
        OSError: It cannot be run.
        subprocess.CalledProcessError: It is no Python.
    """
    import subprocess

    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    return subprocess.run(
        [str(python), "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
