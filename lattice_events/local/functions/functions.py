"""Run Lambda functions in child processes, with the real runtime client."""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterable
from functools import partial

from lattice_events.local.functions.pool import FunctionSettings, Pool, failed
from lattice_events.local.functions.unpacked import Unpacked
from lattice_events.local.output.records import InvokeResult, Report, invoke_record
from lattice_events.network.model import Function, function_name

__all__ = ["FunctionSettings", "Functions"]


class Functions:
    """Every function of a run; each has a pool of processes that start on demand."""

    def __init__(self, *, settings: FunctionSettings, report: Report) -> None:
        """Start without functions; `apply` gives them."""
        self._settings = settings
        self._report = report
        self._functions: dict[str, Function] = {}
        self._pools: dict[str, Pool] = {}
        self._retired: list[Pool] = []
        self._running: set[asyncio.Task[InvokeResult]] = set()
        self._unpacked = Unpacked()
        # Children read one end; the other closes when this process is gone, however it goes.
        self._death_pipe, self._life = os.pipe()
        self._is_closed = False

    def apply(self, functions: Iterable[Function]) -> None:
        """Have these functions from now on; nothing starts before the first invocation.

        One that is as before keeps its processes. Those of another end once their invocation has.
        """
        before = self._functions
        self._functions = {function.name: function for function in functions}
        self._retired = [pool for pool in self._retired if pool.has_processes]
        for name in [each for each in self._pools if before[each] != self._functions.get(each)]:
            pool = self._pools.pop(name)
            pool.retire()
            self._retired.append(pool)
        for function in self._functions.values():
            if not function.obstacle and function.name not in self._pools:
                self._pools[function.name] = self._make_pool(function)

    def _make_pool(self, function: Function) -> Pool:
        return Pool(
            function,
            places=partial(self._unpacked.places, function),
            settings=self._settings,
            report=self._report,
            death_pipe=self._death_pipe,
        )

    def find(self, name: str) -> Function | None:
        """The function that a name stands for: name, ``name:qualifier``, partial ARN or ARN.

        Any qualifier will do: versions and aliases all run the code that is there.
        """
        return self._functions.get(function_name(name))

    async def invoke(
        self, name: str, payload: bytes, *, trace_header: str | None = None, client_context: str | None = None
    ) -> InvokeResult:
        """Invoke a function and wait for its end; what goes wrong in it is in the result.

        A caller that goes away does not stop the function, as in Lambda.

        Args:
            name: As `find` takes it.
            payload: The event, JSON.
            trace_header: ``X-Amzn-Trace-Id`` of the caller, if it has one.
            client_context: JSON on one line.
        """
        function = self.find(name)
        if function is None or function.obstacle:
            obstacle = function.obstacle if function else "it is not defined"
            reason = f"the function {function.name if function else name} cannot run here: {obstacle}"
            return failed("Runtime.InvalidEntrypoint", reason, str(uuid.uuid4()))
        invoking = self._pools[function.name].invoke(
            payload, trace_header=trace_header, client_context=client_context
        )
        task = asyncio.create_task(invoking)
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.add_done_callback(partial(self._report_end, function.name))
            raise

    def _report_end(self, name: str, task: asyncio.Task[InvokeResult]) -> None:
        """Report an invocation whose caller did not wait for its end."""
        if not task.cancelled() and task.exception() is None:
            self._report(invoke_record(name, task.result()))

    async def close(self) -> None:
        """Stop every process and forget what was unpacked; invocations in flight end with an error."""
        if self._is_closed:
            return
        self._is_closed = True
        pools = (*self._pools.values(), *self._retired)
        await asyncio.gather(*(pool.close() for pool in pools))
        await asyncio.gather(*self._running, return_exceptions=True)
        await asyncio.gather(*(pool.close() for pool in pools))  # what was starting
        os.close(self._life)
        os.close(self._death_pipe)
        await self._unpacked.close()
