"""A project that is edited while its network is up, in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import dedent

from lattice_events.cli.options import RunOptions
from lattice_events.cli.reload_report import Reloaded
from lattice_events.cli.reloading import Reloading
from lattice_events.cli.run import network_up
from lattice_events.local.output.records import Notice
from lattice_events.local.run.run import Run
from lattice_events.local.run.settings import RunSettings
from lattice_events.readers.common.noted import Noted
from lattice_events.readers.common.sources import ReadOptions
from tests.integration.running import PATIENCE_SECONDS
from tests.integration.wire import parse_answer

HANDLER = """
    def handler(event, context):
        return {"statusCode": 200, "body": "first"}
"""
TEMPLATE = """
    Resources:
      Hello:
        Type: AWS::Lambda::Function
        Properties: {FunctionName: hello, Handler: app.handler, Runtime: python3.12, Timeout: 60, Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/r', Code: {S3Bucket: b, S3Key: k}}
"""
SERVICE = """
      NAMEService:
        Type: AWS::VpcLattice::Service
        Properties: {Name: NAME}
      NAMEListener:
        Type: AWS::VpcLattice::Listener
        Properties:
          ServiceIdentifier: !Ref NAMEService
          Protocol: HTTP
          DefaultAction: {Forward: {TargetGroups: [{TargetGroupIdentifier: !Ref NAMEGroup}]}}
      NAMEGroup:
        Type: AWS::VpcLattice::TargetGroup
        Properties: {Type: LAMBDA, Targets: [{Id: !GetAtt Hello.Arn}]}
"""


SETTINGS = "sevice: typo\n"


def template(*services: str) -> str:
    """One function, and services that forward to it."""
    return dedent(TEMPLATE) + "".join(
        dedent(SERVICE).replace("\n", "\n  ").replace("NAME", each) for each in services
    )


def write(folder: Path, **files: str) -> None:
    """Write a template, and Python files, by name."""
    for name, text in files.items():
        file = folder / ("template.yaml" if name == "template" else f"code/{name}.py")
        file.parent.mkdir(exist_ok=True)
        file.write_text(dedent(text))


@dataclass
class Edited:
    """A network that is up, and what was told of its reloads."""

    run: Run
    reloading: Reloading
    told: asyncio.Queue[Reloaded | Notice] = field(default_factory=asyncio.Queue)

    async def next(self) -> Reloaded:
        """What is told next."""
        told = await asyncio.wait_for(self.told.get(), PATIENCE_SECONDS)
        assert isinstance(told, Reloaded), told
        return told

    async def ask(self, name: str = "foo", path: str = "/") -> tuple[int, str]:
        """Status and body of a service's answer."""
        port = int(self.run.ready.gateway_url.rpartition(":")[2])
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: {name}.localhost\r\nConnection: close\r\n\r\n".encode())
        status, _, body = parse_answer(await asyncio.wait_for(reader.read(), PATIENCE_SECONDS))
        writer.close()
        return status, body.decode()


@asynccontextmanager
async def edited(folder: Path, *, watches: bool = True) -> AsyncIterator[Edited]:
    """The network of a folder's template, reloaded while it is up."""
    read = ReadOptions(code={"Hello": folder / "code"})
    options = RunOptions(paths=[folder], read=read, run=RunSettings())
    stop = asyncio.Event()
    noted = Noted() if watches else None
    async with network_up(options, lambda _: None, stop, noted=noted) as run:
        assert run is not None
        told: asyncio.Queue[Reloaded | Notice] = asyncio.Queue()
        reloading = Reloading(run, options, noted, announce=lambda *_: None, tell=told.put_nowait)
        serving = asyncio.create_task(reloading.until(stop))
        try:
            yield Edited(run, reloading, told)
        finally:
            stop.set()
            await serving
