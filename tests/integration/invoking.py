"""Functions alone: their processes and the Runtime API, without a network around them."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent
from types import MappingProxyType
from typing import Any

from lattice_events.local.children.environment import Places
from lattice_events.local.functions.functions import Functions, FunctionSettings
from lattice_events.local.functions.invocation import Outcome
from lattice_events.local.functions.runtime_api import RuntimeApi
from lattice_events.local.output.records import InvokeResult, LogRecord, Record
from lattice_events.network.model import Function

CLIENTS = ("native", "socket")


class Told:
    """A child's side of a Runtime API: what it said."""

    def __init__(self) -> None:
        """Nothing yet."""
        loop = asyncio.get_running_loop()
        self.is_ready = False
        self.outcome: asyncio.Future[Outcome] = loop.create_future()
        self.init_error: asyncio.Future[Outcome] = loop.create_future()

    def on_ready(self) -> None:
        """It polls."""
        self.is_ready = True

    def on_outcome(self, outcome: Outcome) -> None:
        """It posted a result or an error."""
        self.outcome.set_result(outcome)

    def on_init_error(self, outcome: Outcome) -> None:
        """It cannot start."""
        self.init_error.set_result(outcome)


def runtime_api(told: Told, *, timeout_seconds: float = 30) -> RuntimeApi:
    """A Runtime API that nobody polls yet."""
    return RuntimeApi(told, function_arn="arn", timeout_seconds=timeout_seconds)


@dataclass
class Running:
    """A function that is ready to be invoked, what it wrote, and the ports of its Runtime APIs."""

    functions: Functions
    records: list[Record] = field(default_factory=list)
    own_ports: set[int] = field(default_factory=set)

    async def invoke(self, event: Any = None, **options: Any) -> InvokeResult:
        """Invoke it, with half a minute until the test gives up."""
        invoking = self.functions.invoke("f", json.dumps(event).encode(), **options)
        return await asyncio.wait_for(invoking, 60)

    @property
    def lines(self) -> list[str]:
        """What it wrote."""
        return [record.text for record in self.records if isinstance(record, LogRecord)]


@asynccontextmanager
async def function(
    code: Path,
    *,
    client: str = "socket",
    handler: str = "app.handler",
    runtime: str = "python3.11",
    timeout_seconds: int = 30,
    max_processes: int = 4,
    prewarm: int = 1,
    reserved_concurrency: int | None = None,
    obstacle: str = "",
    layers: tuple[str, ...] = (),
    variables: Mapping[str, str] = MappingProxyType({}),
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Running]:
    """Run the function of a folder or archive under one of the two clients."""
    chosen = {"LATTICE_EVENTS_RUNTIME_CLIENT": client}

    def environment(each: Function, places: Places) -> dict[str, str]:
        execution = f"AWS_Lambda_{each.runtime}"
        own = {"LAMBDA_TASK_ROOT": places.task_root, "AWS_EXECUTION_ENV": execution, "PATH": os.defpath}
        return {**own, **chosen, **variables}

    described = Function(
        name="f",
        arn="arn",
        handler=handler,
        runtime=runtime,
        code=str(code),
        timeout_seconds=timeout_seconds,
        max_processes=max_processes,
        prewarm=prewarm,
        reserved_concurrency=reserved_concurrency,
        obstacle=obstacle,
        layers=layers,
    )
    running = Running(functions=None)  # type: ignore[arg-type]  # set below: its settings need the rest
    settings = FunctionSettings(environment=environment, own_ports=running.own_ports, clock=clock)
    running.functions = Functions(settings=settings, report=running.records.append)
    running.functions.apply((described,))
    try:
        yield running
    finally:
        await running.functions.close()


def write_code(folder: Path, source: str, **files: str) -> Path:
    """A folder with ``app.py``, and with the other files by their names less the suffix."""
    for name, content in {"app": source, **files}.items():
        (folder / f"{name}.py").write_text(dedent(content))
    return folder
