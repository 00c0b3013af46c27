"""One child process that runs one Lambda function, one invocation at a time."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from lattice_events.local.alarm import Alarm
from lattice_events.local.children.environment import Places
from lattice_events.local.children.pipe import OutputPipe, OutputPipes
from lattice_events.local.functions.invocation import Invocation, Outcome, failure
from lattice_events.local.functions.memory import PeakMemory
from lattice_events.local.functions.programs import program_of
from lattice_events.local.functions.runtime_api import RuntimeApi
from lattice_events.local.output.platform_log import TIMED_OUT
from lattice_events.local.output.records import InvocationReport, InvokeResult, LogRecord, Report
from lattice_events.local.watching.plan import real_paths
from lattice_events.network.model import Function

# Lambda gives a first attempt 10 seconds, then a second one the function's timeout; here one has the longer.
INIT_LIMIT_SECONDS = 10
LOG_TAIL_BYTES = 4096


class Owner(Protocol):
    """Whoever gives a process its invocations."""

    def on_end(self, process: FunctionProcess, invocation: Invocation, result: InvokeResult | None) -> None:
        """An invocation has ended; with ``None`` the process did before it took the event."""

    def on_exit(self, process: FunctionProcess) -> None:
        """The process can serve no more, and had no invocation."""

    def on_module(self, file: str) -> None:
        """The process has imported a file."""


class FunctionProcess:
    """A child process and the Runtime API that it polls; `is_alive` tells whether it can serve."""

    def __init__(self, function: Function, owner: Owner, report: Report, own_ports: set[int]) -> None:
        """Prepare; `start` starts it.

        Args:
            function: To run.
            owner: Told when an invocation or the process ends.
            report: Takes what it writes.
            own_ports: Of the run; has the Runtime API's while that is open.
        """
        self._function = function
        self._owner = owner
        self._report = report
        self._own_ports = own_ports
        self._port = 0
        self._api = RuntimeApi(self, function_arn=function.arn, timeout_seconds=function.timeout_seconds)
        self._alarm = Alarm(self._on_timeout)
        self._process: asyncio.subprocess.Process | None = None
        self._pipes: OutputPipes | None = None
        self._modules_pipe: OutputPipe | None = None
        self._invocation: Invocation | None = None
        self._is_cold = False  # the invocation waited for the init
        self._began = 0.0  # when the event was offered
        self._made = time.monotonic()
        self._init_ms: float | None = None  # until the first invocation has told it
        self._init_lines = 0
        self._memory = PeakMemory()
        self._tail: deque[bytes] = deque()
        self._tail_bytes = 0
        self._lines = 0  # of the invocation
        self._watcher: asyncio.Task[None] | None = None
        self.is_alive = True
        self.idle_since = 0.0  # by the owner's clock
        self.settled = asyncio.Event()  # it is initialized, or has ended
        self.init_failure: Outcome | None = None  # of an init that nobody waited for
        self.modules: set[str] | None = None  # files that it has imported; `None` until it says so

    async def start(self, places: Places, environment: Mapping[str, str], death_pipe: int) -> None:
        """Start the child in the function's task root.

        Raises:
            OSError: There is no such interpreter or folder.
            ConfigurationError: There is no such program.
        """
        program = program_of(self._function, places)
        address = await self._api.start()
        visible, _, _ = address.partition("/")
        self._port = int(visible.rpartition(":")[2])
        self._own_ports.add(self._port)
        address_pipe = _pipe_with(address.encode())
        stdout, stderr = OutputPipe(self._on_stdout), OutputPipe(self._on_stderr)
        self._pipes = OutputPipes(stdout, stderr)
        self._modules_pipe = modules = OutputPipe(self._on_module)
        pipes = (death_pipe, address_pipe, modules.write_end)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *program.command(pipes),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=stdout.write_end,
                stderr=stderr.write_end,
                env={
                    **environment,
                    "AWS_LAMBDA_RUNTIME_API": visible if program.pipes > 1 else program.scheme + address,
                },
                cwd=places.task_root,
                pass_fds=pipes[: program.pipes],
                start_new_session=True,  # so that all that it starts can be killed with it
            )
        finally:
            os.close(address_pipe)
            self._pipes.close_write_ends()
            modules.close_write_end()
        self._memory.watch(self._process.pid)
        if not self._api.is_ready:
            self._alarm.set(self._init_limit_seconds)
        self._watcher = asyncio.create_task(self._watch(self._process))

    def begin(self, invocation: Invocation) -> None:
        """Run an invocation to its end, whatever that is; `Owner.on_end` tells.

        From here on, what the child writes belongs to it.
        """
        if self._pipes is not None:
            self._pipes.drain()
        self._lines = 0
        self._tail.clear()
        self._tail_bytes = 0
        self._invocation = invocation
        self._is_cold = not self._api.is_ready
        if self._api.is_ready:
            self._offer(invocation)
        elif self.is_started:
            self._alarm.set(self._init_limit_seconds)

    def fail(self, error_type: str, message: str) -> None:
        """End what cannot be started, or is not wanted any more."""
        self.is_alive = False
        self._end(failure(error_type, message, self._id))

    async def close(self) -> None:
        """Kill the child and all that it started, and wait for it."""
        self.is_alive = False
        self.settled.set()
        self._kill()
        if self._watcher is not None:
            await self._watcher
        self._alarm.close()
        self._memory.close()
        self._api.close()
        self._own_ports.discard(self._port)
        if self._pipes is not None:
            self._pipes.close()
        if self._modules_pipe is not None:
            self._modules_pipe.close()

    def on_ready(self) -> None:
        """The child is initialized."""
        self._alarm.clear()
        self.settled.set()
        self._init_ms = (time.monotonic() - self._made) * 1000
        if self._invocation is not None:
            if self._pipes is not None:
                self._pipes.drain()
            self._init_lines = self._lines
            self._offer(self._invocation)

    def on_outcome(self, outcome: Outcome) -> None:
        """The child posted what became of the invocation."""
        self._end(outcome)

    def on_init_error(self, outcome: Outcome) -> None:
        """The child posted why it cannot start."""
        self.is_alive = False
        self._end(outcome)

    @property
    def _id(self) -> str:
        return self._invocation.id if self._invocation else ""

    @property
    def is_started(self) -> bool:
        """Whether there is, or was, a child."""
        return self._watcher is not None

    @property
    def _init_limit_seconds(self) -> float:
        return max(INIT_LIMIT_SECONDS, self._function.timeout_seconds)

    def _offer(self, invocation: Invocation) -> None:
        self._began = time.monotonic()
        self._alarm.set(self._function.timeout_seconds)
        self._api.offer(invocation)

    def _end(self, outcome: Outcome | None) -> None:
        """End the invocation, or an init that nobody waits for.

        What the child has written until now comes before.
        """
        if self._pipes is not None:
            self._pipes.drain()
        self._alarm.clear()
        self.settled.set()
        invocation, self._invocation = self._invocation, None
        if invocation is not None:
            result = None if outcome is None else self._result(invocation, outcome)
            self._owner.on_end(self, invocation, result)
        elif not self.is_alive:
            self.init_failure = self.init_failure or outcome
            self._owner.on_exit(self)

    def _result(self, invocation: Invocation, outcome: Outcome) -> InvokeResult:
        now, began, self._began = time.monotonic(), self._began, 0.0
        duration_ms = (now - began) * 1000 if began else 0.0
        report = self._make_report(invocation, outcome, duration_ms or (now - self._made) * 1000)
        return InvokeResult(
            payload=outcome.payload,
            invocation_id=invocation.id,
            duration_ms=duration_ms,
            report=report,
            error_type=outcome.error_type,
            cold=self._is_cold,
            log_tail=b"".join(self._tail)[-LOG_TAIL_BYTES:].decode(errors="ignore") if self._tail else "",
        )

    def _make_report(self, invocation: Invocation, outcome: Outcome, duration_ms: float) -> InvocationReport:
        """Report what Lambda says at the end of an invocation; the first of a process tells its init."""
        report = InvocationReport(
            self._function,
            invocation.id,
            time.time(),
            duration_ms,
            self._init_ms,
            self._init_lines if self._api.is_ready else self._lines,
            self._memory.mb,
            outcome.error_type or "",
            outcome.reason,
            self._api.is_ready and not outcome.reason,
        )
        self._init_ms, self._init_lines = None, 0
        self._report(report)
        return report

    def _on_timeout(self) -> None:
        """The init or the invocation took too long."""
        self._memory.look()
        self._kill()
        if self._api.is_ready:
            message = f"Task timed out after {self._function.timeout_seconds:.2f} seconds"
        else:
            limit = self._init_limit_seconds
            message = f"the import of the handler's module did not finish within {limit:.2f} seconds"
        self.fail(TIMED_OUT, message)

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Notice the child's end, whenever it comes."""
        status = await process.wait()
        self.is_alive = False
        self._kill()  # what it left behind
        self._process = None  # its number may soon be another's
        while self._api.is_behind:  # noqa: ASYNC110 - what it posted counts, and the loop has yet to read it
            await asyncio.sleep(0)
        invocation = self._invocation
        if invocation is not None and self._api.is_ready and not invocation.is_taken:
            self._end(None)
        else:
            self.fail("Runtime.ExitError", _in_words(status))

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

    def _on_module(self, file: str) -> None:
        """The child has imported a file."""
        if self.modules is None:
            self.modules = set()
        for path in dict.fromkeys(real_paths(file)):
            self.modules.add(path)
            self._owner.on_module(path)

    def _on_line(self, stream: str, line: str) -> None:
        """Report one line, and keep the last few kilobytes of the invocation."""
        self._lines += 1
        kept = line.encode()[-LOG_TAIL_BYTES:] + b"\n"
        self._tail.append(kept)
        self._tail_bytes += len(kept)
        while self._tail_bytes - len(self._tail[0]) >= LOG_TAIL_BYTES:
            self._tail_bytes -= len(self._tail.popleft())
        id_ = self._invocation.id if self._invocation else None
        self._report(LogRecord(source=self._function.name, text=line, stream=stream, invocation_id=id_))


def _pipe_with(content: bytes) -> int:
    """The read end of a pipe that holds a few bytes and its end."""
    read_end, write_end = os.pipe()
    os.write(write_end, content)
    os.close(write_end)
    return read_end


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
