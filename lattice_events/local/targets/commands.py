"""HTTP targets that are commands: started with the network, stopped with it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.children.pipe import OutputPipe
from lattice_events.local.output.records import LogRecord, Report
from lattice_events.local.sockets import LOOPBACK

GUARD_SCRIPT = Path(__file__).parents[1] / "children" / "scripts" / "guard.py"
_START_LIMIT_SECONDS = 30.0
_STOP_LIMIT_SECONDS = 2.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True, kw_only=True)
class CommandTarget:
    """A command that serves HTTP on the port in ``PORT``.

    Attributes:
        name: What the run calls it.
        command: Program and arguments; looked up on ``PATH``.
        cwd: Folder to run in.
        port: Given to it as ``PORT``, with ``HOST=127.0.0.1``.
        origin: Where the user wrote it.
    """

    name: str
    command: tuple[str, ...]
    cwd: str
    port: int
    origin: str = field(default="", compare=False)

    def at(self, port: int) -> CommandTarget:
        """The same on a port."""
        return replace(self, port=port)

    def is_like(self, other: CommandTarget) -> bool:
        """Whether another does the same, wherever it listens."""
        return self == other.at(self.port)


class CommandTargets:
    """The commands of a run."""

    def __init__(
        self, targets: Iterable[CommandTarget], *, environment: Mapping[str, str], report: Report
    ) -> None:
        """Prepare.

        Args:
            targets: What to start.
            environment: Their variables beside ``PORT`` and ``HOST``; nothing is inherited.
            report: Takes their output.
        """
        self._targets = tuple(targets)
        self._environment = environment
        self._report = report
        self._running: list[_RunningTarget] = []
        self._death_pipe, self._life = os.pipe()
        self._is_closed = False

    async def start(self) -> None:
        """Start every command and wait until each takes connections.

        Raises:
            ConfigurationError: A command does not start, ends early or never listens.
        """
        for target in self._targets:
            running = _RunningTarget(target, self._report)
            self._running.append(running)
            await running.start(self._environment, self._death_pipe)
        results = await asyncio.gather(
            *(running.wait_until_ready() for running in self._running), return_exceptions=True
        )
        problems: list[Problem] = []
        for result in results:
            if isinstance(result, ConfigurationError):
                problems += result.problems
            elif result is not None:
                raise result
        if problems:
            raise ConfigurationError(problems)

    async def close(self) -> None:
        """Stop every command, politely first."""
        if self._is_closed:
            return
        self._is_closed = True
        await asyncio.gather(*(running.close() for running in self._running))
        os.close(self._life)
        os.close(self._death_pipe)


class _RunningTarget:
    """One command under its guard."""

    def __init__(self, target: CommandTarget, report: Report) -> None:
        self._target = target
        self._report = report
        self._last_lines: deque[str] = deque(maxlen=5)
        self._pipe: OutputPipe | None = None
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, environment: Mapping[str, str], death_pipe: int) -> None:
        """Start the guard, which starts the command."""
        self._pipe = OutputPipe(self._on_line)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *_guarded(self._target.command, death_pipe),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=self._pipe.write_end,
                stderr=self._pipe.write_end,
                env={**environment, "PORT": str(self._target.port), "HOST": LOOPBACK},
                cwd=self._target.cwd,
                pass_fds=(death_pipe,),
                start_new_session=True,
            )
        finally:
            self._pipe.close_write_end()

    async def wait_until_ready(self) -> None:
        """Try to connect until it works or the command ends."""
        assert self._process is not None
        ended = asyncio.create_task(self._process.wait())
        connecting = asyncio.create_task(self._connect())
        try:
            await asyncio.wait(
                (ended, connecting), timeout=_START_LIMIT_SECONDS, return_when=asyncio.FIRST_COMPLETED
            )
            if connecting.done():
                return
            if ended.done():
                raise self._problem(f"ended with status {ended.result()} before it accepted a connection")
            raise self._problem(
                f"did not listen on port {self._target.port} within {_START_LIMIT_SECONDS:.0f} seconds; its variable PORT has the port"
            )
        finally:
            connecting.cancel()
            ended.cancel()
            await asyncio.gather(connecting, ended, return_exceptions=True)

    async def _connect(self) -> None:
        while True:
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, self._target.port)
            except OSError:
                await asyncio.sleep(_POLL_SECONDS)
                continue
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)
            return

    def _problem(self, what: str) -> ConfigurationError:
        """An error that shows what the command wrote last."""
        assert self._pipe is not None
        self._pipe.drain()
        command = " ".join(self._target.command)
        output = "".join(f"\n    {line}" for line in self._last_lines)
        message = f"The target {self._target.name} ({command}) {what}.{output}"
        return ConfigurationError((Problem(message, self._target.origin),))

    async def close(self) -> None:
        """SIGTERM, and after two seconds SIGKILL, to the whole process group."""
        if self._process is None or self._pipe is None:
            return
        self._kill(signal.SIGTERM)
        try:
            await asyncio.wait_for(self._process.wait(), _STOP_LIMIT_SECONDS)
        except TimeoutError:
            pass
        self._kill(signal.SIGKILL)
        await self._process.wait()
        self._pipe.close()

    def _kill(self, number: int) -> None:
        assert self._process is not None
        try:
            os.killpg(self._process.pid, number)
        except (ProcessLookupError, PermissionError):  # gone; macOS says the latter of a zombie
            pass

    def _on_line(self, line: str) -> None:
        self._last_lines.append(line)
        self._report(LogRecord(source=self._target.name, text=line))


def _guarded(command: Sequence[str], death_pipe: int) -> tuple[str, ...]:
    """The command line of the guard."""
    return (sys.executable, str(GUARD_SCRIPT), str(death_pipe), *command)
