"""One child process that runs one Lambda function, one invocation at a time."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
import time
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from lattice_events.local.children.environment import Places
from lattice_events.local.children.pipe import OutputPipe
from lattice_events.local.functions.runtime_api import Invocation, Outcome, RuntimeApi, failure
from lattice_events.local.output.records import InvokeResult, LogRecord, Report
from lattice_events.network.model import Function

RUN_SCRIPT = Path(__file__).parents[1] / "children" / "scripts" / "run.py"
# Lambda gives a first attempt 10 seconds, then a second one the function's timeout; here one has the longer.
INIT_LIMIT_SECONDS = 10
_LOG_TAIL_BYTES = 4096


class FunctionProcess:
    """A child process and the Runtime API that it polls; `is_alive` tells whether it can serve."""

    def __init__(self, function: Function, report: Report, own_ports: set[int]) -> None:
        """Prepare; `start` starts it.

        Args:
            function: To run.
            report: Takes what it writes.
            own_ports: Of the run; has the Runtime API's while that is open.
        """
        self._function = function
        self._report = report
        self._own_ports = own_ports
        self._port = 0
        self._api = RuntimeApi()
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: list[OutputPipe] = []
        self._invocation: Invocation | None = None
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._exited: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._watcher: asyncio.Task[None] | None = None
        self._is_fresh = True
        self.is_alive = False

    async def start(self, places: Places, environment: Mapping[str, str], death_pipe: int) -> None:
        """Start the child in the function's task root.

        Raises:
            OSError: There is no such interpreter or folder.
        """
        address = await self._api.start()
        visible, _, _ = address.partition("/")
        self._port = int(visible.rpartition(":")[2])
        self._own_ports.add(self._port)
        address_pipe = _pipe_with(address.encode())
        self._pipes = [OutputPipe(self._on_stdout), OutputPipe(self._on_stderr)]
        try:
            self._process = await asyncio.create_subprocess_exec(
                self._function.python or sys.executable,
                str(RUN_SCRIPT),
                str(death_pipe),
                str(address_pipe),
                self._function.handler,
                places.layers,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._pipes[0].write_end,
                stderr=self._pipes[1].write_end,
                env={**environment, "AWS_LAMBDA_RUNTIME_API": visible},
                cwd=places.task_root,
                pass_fds=(death_pipe, address_pipe),
                start_new_session=True,  # so that all that it starts can be killed with it
            )
        finally:
            os.close(address_pipe)
            for pipe in self._pipes:
                pipe.close_write_end()
        self.is_alive = True
        self._watcher = asyncio.create_task(self._watch(self._process))

    async def invoke(
        self, invocation_id: str, payload: bytes, *, trace_header: str | None, client_context: str | None
    ) -> InvokeResult | None:
        """Run one invocation to its end, whatever that is.

        Returns:
            ``None`` when a child that had been ready ended before it took the invocation: another
            can serve it.
        """
        cold, self._is_fresh = self._is_fresh, False
        invocation = Invocation(
            id=invocation_id,
            payload=payload,
            deadline_ms=0,
            function_arn=self._function.arn,
            trace_header=trace_header or _new_trace(),
            client_context=client_context,
        )
        self._begin(invocation)
        outcome = await self._wait_until_initialized(invocation_id)
        started = time.monotonic()
        if outcome is None:
            invocation.deadline_ms = int((time.time() + self._function.timeout_seconds) * 1000)
            self._api.offer(invocation)
            outcome = await self._wait_for_outcome(invocation)
        self._end()
        if outcome is None:
            return None
        return InvokeResult(
            payload=outcome.payload,
            invocation_id=invocation_id,
            duration_ms=(time.monotonic() - started) * 1000,
            error_type=outcome.error_type,
            cold=cold,
            log_tail=b"".join(self._tail)[-_LOG_TAIL_BYTES:].decode(errors="ignore"),
        )

    def _begin(self, invocation: Invocation) -> None:
        """From here on, what the child writes belongs to the invocation."""
        for pipe in self._pipes:
            pipe.drain()
        self._tail.clear()
        self._tail_bytes = 0
        self._invocation = invocation

    def _end(self) -> None:
        """What the child has written until now comes before the invocation's end."""
        for pipe in self._pipes:
            pipe.drain()
        self._invocation = None

    async def close(self) -> None:
        """Kill the child and all that it started, and wait for it."""
        self._kill()
        if self._watcher is not None:
            await self._watcher
        await self._api.close()
        self._own_ports.discard(self._port)
        for pipe in self._pipes:
            pipe.close()

    async def _wait_until_initialized(self, invocation_id: str) -> Outcome | None:
        """Wait until the child polls; the outcome if it never does."""
        polled, failed = self._api.polled, self._api.init_error
        if polled.done():
            return None
        limit = max(INIT_LIMIT_SECONDS, self._function.timeout_seconds)
        await asyncio.wait((polled, failed, self._exited), timeout=limit, return_when=asyncio.FIRST_COMPLETED)
        if failed.done():
            self.is_alive = False
            return failed.result()
        if polled.done():
            return None
        self.is_alive = False
        if self._exited.done():
            return failure("Runtime.ExitError", self._exited.result(), invocation_id)
        self._kill()
        message = f"the import of the handler's module did not finish within {limit:.2f} seconds"
        return failure("Sandbox.Timedout", message, invocation_id)

    async def _wait_for_outcome(self, invocation: Invocation) -> Outcome | None:
        """Wait for what the child posts, for its end, or for the timeout; ``None`` if it took nothing."""
        timeout = self._function.timeout_seconds
        await asyncio.wait(
            (invocation.outcome, self._exited), timeout=timeout, return_when=asyncio.FIRST_COMPLETED
        )
        if invocation.outcome.done():
            return invocation.outcome.result()
        self.is_alive = False
        if self._exited.done():
            if not invocation.is_taken:
                return None
            return failure("Runtime.ExitError", self._exited.result(), invocation.id)
        self._kill()
        return failure("Sandbox.Timedout", f"Task timed out after {timeout:.2f} seconds", invocation.id)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Notice the child's end, whenever it comes."""
        status = await process.wait()
        self.is_alive = False
        self._kill()  # what it left behind
        self._process = None  # its number may soon be another's
        self._exited.set_result(_in_words(status))

    def _kill(self) -> None:
        """Kill the child's whole process group."""
        if self._process is not None:
            try:
                os.killpg(self._process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):  # gone; macOS says the latter of a zombie
                pass

    def _on_stdout(self, line: str) -> None:
        self._on_line("stdout", line)

    def _on_stderr(self, line: str) -> None:
        self._on_line("stderr", line)

    def _on_line(self, stream: str, line: str) -> None:
        """Report one line, and keep the last few kilobytes of the invocation."""
        kept = line.encode()[-_LOG_TAIL_BYTES:] + b"\n"
        self._tail.append(kept)
        self._tail_bytes += len(kept)
        while self._tail_bytes - len(self._tail[0]) >= _LOG_TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())
        id_ = self._invocation.id if self._invocation else None
        self._report(LogRecord(source=self._function.name, text=line, stream=stream, invocation_id=id_))


def _pipe_with(content: bytes) -> int:
    """The read end of a pipe that holds a few bytes and its end."""
    read_end, write_end = os.pipe()
    os.write(write_end, content)
    os.close(write_end)
    return read_end


def _new_trace() -> str:
    """A trace header as Lambda makes it for an invocation that came with none."""
    now, rest = int(time.time()), secrets.token_hex(12)
    return f"Root=1-{now:08x}-{rest};Parent={secrets.token_hex(8)};Sampled=0"


def _in_words(status: int) -> str:
    """How a process ended, as Lambda words it."""
    if status == 0:
        return "Runtime exited without providing a reason"
    if status > 0:
        return f"Runtime exited with error: exit status {status}"
    return f"Runtime exited with error: signal: {_signal_in_words(-status)}"


def _signal_in_words(number: int) -> str:
    """A signal as Go, in which Lambda is written, names it; only the first 31 have names of their own."""
    name = signal.strsignal(number) if number <= 31 else None
    if name is None:
        return f"signal {number}"
    return name[0].lower() + name[1:] if name[1].islower() else name  # CPU and I/O stay
