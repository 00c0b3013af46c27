"""Run Lambda functions in child processes, with the real runtime client."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterable, Mapping
from functools import partial

from lattice_events.local.functions.bytecode import forget_bytecode
from lattice_events.local.functions.concurrency import Concurrency
from lattice_events.local.functions.init_failure import in_words
from lattice_events.local.functions.invocation import Invocation, failed
from lattice_events.local.functions.pool import FunctionSettings, Pool
from lattice_events.local.functions.prewarm import prewarm
from lattice_events.local.functions.unpacked import Unpacked
from lattice_events.local.output.records import FunctionState, InvokeResult, Report, invoke_record
from lattice_events.network.model import Function, function_name, qualified_name

__all__ = ["FunctionSettings", "Functions"]

_REAP_SECONDS = 30.0


class Functions:
    """Every function of a run; each has a pool of processes that start on demand."""

    def __init__(self, *, settings: FunctionSettings, report: Report) -> None:
        """Start without functions; `apply` gives them."""
        self._settings = settings
        self._report = report
        self._functions: dict[str, Function] = {}
        self._pools: dict[str, Pool] = {}
        self._retired: list[Pool] = []
        self._concurrency: dict[
            str, Concurrency
        ] = {}  # by the name without a qualifier: all versions share it
        self._by_arn: dict[str, Pool] = {}
        self._warming: asyncio.Task[None] | None = None
        self._unpacked = Unpacked()
        self.modules: set[str] = set()  # files that functions have imported
        self._tell_module: Callable[[str], None] = lambda _: None
        # Children read one end; the other closes when this process is gone, however it goes.
        self._death_pipe, self._life = os.pipe()
        self._is_closed = False
        self._reaper: asyncio.TimerHandle | None = None

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
            self._concurrency_of(function).limit = function.reserved_concurrency
            if not function.obstacle and function.name not in self._pools:
                self._pools[function.name] = self._make_pool(function)
        self._by_arn = {self._functions[name].arn: pool for name, pool in self._pools.items()}
        if self._warming is not None:
            self.prewarm()
        if self._reaper is None:
            self._reap_later()

    def reap(self) -> None:
        """End processes that have been idle for minutes; the next invocation is a cold start."""
        for pool in self._pools.values():
            pool.reap()

    def _reap_later(self) -> None:
        self._reaper = asyncio.get_running_loop().call_later(_REAP_SECONDS, self._reap_regularly)

    def _reap_regularly(self) -> None:
        self.reap()
        self._reap_later()

    def prewarm(self) -> asyncio.Task[None]:
        """Start processes ahead, now and whenever other functions are applied; done when they are initialized."""
        if self._warming is not None:
            self._warming.cancel()
        self._warming = asyncio.create_task(prewarm(list(self._pools.values())))
        return self._warming

    def _concurrency_of(self, function: Function) -> Concurrency:
        return self._concurrency.setdefault(function.unqualified_name, Concurrency())

    def tell_modules(self, tell: Callable[[str], None]) -> None:
        """Tell somebody of each file that functions import from now on."""
        self._tell_module = tell

    def _on_module(self, file: str) -> None:
        self.modules.add(file)
        self._tell_module(file)

    def outdated(self, files: Mapping[str, frozenset[str]]) -> list[str]:
        """Names of the functions that run code of before.

        Args:
            files: That have changed, each with the folders and archives of code that it is in.
        """
        return [
            name
            for name, pool in self._pools.items()
            if pool.is_running
            and any(_is_of(self._functions[name], pool, file, code) for file, code in files.items())
        ]

    def may_run_now(self, files: Mapping[str, frozenset[str]]) -> bool:
        """Whether the code of a function has changed that could not run here: a bootstrap that was not executable, say.

        Args:
            files: See `outdated`.
        """
        changed = frozenset[str]().union(*files.values())
        return any(each.obstacle and each.code in changed for each in self._functions.values())

    @property
    def running(self) -> list[str]:
        """Names of the functions that have processes."""
        return [name for name, pool in self._pools.items() if pool.is_running]

    async def renew(self, names: Iterable[str], files: Mapping[str, frozenset[str]]) -> dict[str, str]:
        """Start functions anew, with what their code, layers and variables are now.

        Each goes on as before until its next process is initialized. One whose code cannot be imported goes on with
        the processes that it has.

        Args:
            names: Of the functions.
            files: See `outdated`.

        Returns:
            Why, by the name of the function.
        """
        forget_bytecode(files)
        self._unpacked.forget(code for each in files.values() for code in each)
        at_once = asyncio.Semaphore(os.cpu_count() or 1)

        async def renew(name: str) -> str | None:
            async with at_once:
                return await self._renew(name)

        wanted = list(names)
        if not wanted:  # nor is what cannot start tried again
            return {}
        problems = await asyncio.gather(*map(renew, wanted))
        if self._warming is not None and not self._is_closed:
            self.prewarm()
        return {name: problem for name, problem in zip(wanted, problems, strict=True) if problem}

    async def _renew(self, name: str) -> str | None:
        """Put another pool in the place of a function's; why it is not, if its code cannot be imported."""
        before = self._pools.get(name)
        if before is None or self._is_closed:
            return None
        before.hold()
        pool = self._make_pool(self._functions[name])
        self._retired.append(pool)  # which are stopped at the end, too
        failure = await pool.start_one()
        if failure is not None or self._pools.get(name) is not before:
            pool.retire()
            return in_words(failure) if failure else None
        self._retired.remove(pool)
        self._retired.append(before)
        self._pools[name] = self._by_arn[self._functions[name].arn] = pool
        before.retire()
        return None

    def _make_pool(self, function: Function) -> Pool:
        return Pool(
            function,
            places=partial(self._unpacked.places, function),
            concurrency=self._concurrency_of(function),
            settings=self._settings,
            report=self._report,
            death_pipe=self._death_pipe,
            on_module=self._on_module,
        )

    @property
    def states(self) -> list[FunctionState]:
        """How every function does, those that cannot run here too."""
        return [
            self._pools[each.name].state
            if each.name in self._pools
            else FunctionState(name=each.name, runtime=each.runtime, obstacle=each.obstacle)
            for each in self._functions.values()
        ]

    def find(self, name: str) -> Function | None:
        """The function that a name stands for: name, ``name:qualifier``, partial ARN or ARN.

        A version or an alias that is not there by itself runs the code of the function.
        """
        return self._functions.get(qualified_name(name)) or self._functions.get(function_name(name))

    def start(
        self, name: str, payload: bytes, *, trace_header: str | None = None, client_context: str | None = None
    ) -> asyncio.Future[InvokeResult]:
        """Invoke a function; what goes wrong in it is in the result.

        A caller that goes away cancels the future. That does not stop the function, as in Lambda.

        Args:
            name: As `find` takes it.
            payload: The event, JSON.
            trace_header: ``X-Amzn-Trace-Id`` of the caller, if it has one.
            client_context: JSON on one line.
        """
        invocation = Invocation(payload, trace_header=trace_header, client_context=client_context)
        pool = self._by_arn.get(name) or self._find_pool(name)
        if pool is None:
            invocation.ended.set_result(self._not_here(name, invocation))
        else:
            pool.invoke(invocation)
        return invocation.ended

    def _find_pool(self, name: str) -> Pool | None:
        function = self.find(name)
        return self._pools.get(function.name) if function else None

    async def invoke(
        self, name: str, payload: bytes, *, trace_header: str | None = None, client_context: str | None = None
    ) -> InvokeResult:
        """Invoke a function as `start` does, and wait for its end."""
        ended = self.start(name, payload, trace_header=trace_header, client_context=client_context)
        try:
            return await ended
        except asyncio.CancelledError:
            if not ended.cancelled():  # it ended, and the caller goes away before it learns that
                self._report(invoke_record(function_name(name), ended.result()))
            raise

    def _not_here(self, name: str, invocation: Invocation) -> InvokeResult:
        """The end of an invocation of a function that cannot run."""
        function = self.find(name)
        obstacle = function.obstacle if function else "it is not defined"
        reason = f"the function {function.name if function else name} cannot run here: {obstacle}"
        return failed("Runtime.InvalidEntrypoint", reason, invocation.id)

    async def close(self) -> None:
        """Stop every process and forget what was unpacked; invocations in flight end with an error."""
        if self._is_closed:
            return
        self._is_closed = True
        if self._warming is not None:
            self._warming.cancel()
        if self._reaper is not None:
            self._reaper.cancel()
        await asyncio.gather(*(pool.close() for pool in (*self._pools.values(), *self._retired)))
        os.close(self._life)
        os.close(self._death_pipe)
        await self._unpacked.close()


def _is_of(function: Function, pool: Pool, file: str, code: frozenset[str]) -> bool:
    """Whether a function may run what was in a file: a module that it has imported, or anything else in its code."""
    is_own = not code.isdisjoint((function.code, *function.layers))
    if is_own and not file.endswith(".py"):
        return True
    return pool.may_have_loaded(file) and (is_own or not code)
