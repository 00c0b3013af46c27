"""Run `lattice cloud`: sources, endpoint and network, until the user stops it."""

from __future__ import annotations

import asyncio
import datetime
import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from lattice_events import __version__
from lattice_events.cli.cloud_network import Changes, CloudNetwork, Sources
from lattice_events.cli.cloud_report import CloudReady
from lattice_events.cli.options import RunOptions
from lattice_events.cli.printer import Item, Printer
from lattice_events.cli.reading import read_sources
from lattice_events.cli.run_keys import run_keys
from lattice_events.cli.stopping import stop_on_signals, unless_stopped
from lattice_events.cloud.endpoint.cloud import Cloud
from lattice_events.cloud.endpoint.journal import Journal
from lattice_events.cloud.endpoint.server import Server
from lattice_events.control_plane.from_network import from_network
from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.errors import ConfigurationError, LatticeError
from lattice_events.local.output.records import Notice
from lattice_events.local.output.writer import writing
from lattice_events.local.run.registry import Announce, announced
from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import RunSettings
from lattice_events.local.telemetry.telemetry import telemetry
from lattice_events.network.model import Network
from lattice_events.readers.project import Project
from lattice_events.readers.settings.settings import Settings

_REGION = "us-east-1"  # where nothing says which
Tell = Callable[[Item], None]


async def run_cloud(
    options: RunOptions, printer: Printer, *, port: int, state: Path | None, began: float, has_keys: bool
) -> bool:
    """Run until SIGINT, SIGTERM or SIGHUP; whether it was up by then.

    Args:
        options: What to read, and how to run.
        printer: Told of everything.
        port: Of the endpoint.
        state: Where what is deployed is kept; ``None`` for nowhere.
        began: When the command did, by `time.perf_counter`.
        has_keys: Whether keys of a terminal do something.

    Raises:
        ConfigurationError: The sources, a port or a target's command are not usable.
    """
    stop = stop_on_signals()
    with writing(printer.write) as tell, telemetry(os.environ, tell) as observe, ExitStack() as stack:
        read = replace(options.read, is_cancelled=stop.is_set, tell=printer.progress.say)
        sources = await unless_stopped(stop, lambda: _read(replace(options, read=read)))
        if sources is None:
            return False
        _forget_aws()
        server = Server(port, option="--port")
        stack.callback(server.close)
        code = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lattice-cloud-")))
        journal = _open_journal(state)
        if journal is not None:
            stack.callback(journal.close)
        started = await unless_stopped(stop, lambda: _start_cloud(sources, journal, tell))
        if started is None:
            return False
        cloud, notes = started
        network = CloudNetwork(sources, cloud, code=code)
        settings = _with_endpoint(options.run, server.port)
        clock = lambda: time.perf_counter() - began  # noqa: E731
        loaded = network.load()
        loaded = replace(loaded, notes=(*loaded.notes, *notes))
        async with running(loaded, settings, report=tell, clock=clock, observe=observe) as run:
            announce = stack.enter_context(announced())
            serving = Serving(run, network, cloud, announce=announce, tell=tell)
            with cloud.serving(server, invoke_url=run.ready.control_url, publish=serving.publish):
                serving.begin(server.port, state)
                run.functions.prewarm()
                if has_keys:
                    stack.enter_context(run_keys(run, stop=stop.set, tell=tell))
                await stop.wait()
    return True


class Serving:
    """Swaps the network of a run, and tells what is new."""

    def __init__(
        self, run: Run, network: CloudNetwork, cloud: Cloud, *, announce: Announce, tell: Tell
    ) -> None:
        """Serve by these."""
        self._run = run
        self._network = network
        self._announce = announce
        self._tell = tell
        self._loop = asyncio.get_running_loop()
        self._changes = Changes(cloud.stacks)

    def begin(self, port: int, state: Path | None) -> None:
        """Tell where everything is."""
        ready = self._run.ready
        self._announce(ready, self._run.callers)
        self._changes.of(ready, ready.notes)
        url = f"http://127.0.0.1:{port}"
        environment = {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_REGION": ready.network.region,
            "AWS_DEFAULT_REGION": ready.network.region,  # what version 1 of the AWS CLI reads
        }
        self._tell(CloudReady(ready=ready, endpoint_url=url, environment=environment, state=str(state or "")))

    def publish(self) -> None:
        """Have the run serve what is deployed; one that is no network keeps what was there, and says why."""
        try:
            loaded = self._network.load()
            is_new = loaded.network != self._run.ready.network
            if is_new:
                asyncio.run_coroutine_threadsafe(self._run.apply(loaded), self._loop).result()
                self._announce(self._run.ready, self._run.callers)
        except LatticeError as error:
            self._say(f"The network stays as it was: {error}")
        except Exception as error:  # noqa: BLE001 - a bug; what was deployed is deployed all the same
            self._say(
                f"The network stays as it was: {type(error).__name__}: {error}. This is a bug of lattice cloud."
            )
        else:
            told = self._changes.of(self._run.ready, loaded.notes)
            if is_new or told.stacks or told.notes:
                self._tell(told)

    def _say(self, text: str) -> None:
        self._tell(Notice(source="lattice cloud", text=text, stream="stderr"))


def _read(options: RunOptions) -> Sources:
    """What the sources define; nothing without any."""
    if options.paths:
        project, commands = read_sources(options)
        return Sources(project=project, commands=commands)
    if options.read.settings or options.read.targets or options.read.callers:
        raise ConfigurationError(
            "--settings, --target and --caller say more of what PATHs define: name a PATH too."
        )
    network = Network(region=options.read.region or _REGION, account=MADE_UP_ACCOUNT)
    return Sources(project=Project(network=network, settings=Settings(), notes=()), commands=())


def _forget_aws() -> None:
    """Keep the user's profiles, credentials and endpoints from moto and botocore."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "MOTO_"))]:
        del os.environ[name]
    os.environ.update(
        AWS_CONFIG_FILE=os.devnull,
        AWS_SHARED_CREDENTIALS_FILE=os.devnull,
        AWS_EC2_METADATA_DISABLED="true",
    )


def _start_cloud(sources: Sources, journal: Journal | None, tell: Tell) -> tuple[Cloud, list[str]]:
    """The cloud as it was left, with what should be said of that."""
    network = sources.project.network
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    cloud = Cloud(from_network(network, now=now), account=network.account, journal=journal, tell=tell)
    began = time.perf_counter()
    others = cloud.restore()
    if journal is None:
        return cloud, []
    seconds = time.perf_counter() - began
    notes = [f"{journal.folder} keeps {journal.size:,} calls, which took {seconds:.1f} s to do again."]
    if others:
        notes.append(
            f"{others:,} of these calls were answered with another status than before: what PATHs define is not what it was."
        )
    return cloud, notes


def _open_journal(folder: Path | None) -> Journal | None:
    """The journal of ``--state``."""
    versions = {"lattice-events": __version__, "moto": metadata.version("moto")}
    return Journal(folder, versions=versions) if folder else None


def _with_endpoint(settings: RunSettings, port: int) -> RunSettings:
    """Functions have the endpoint for AWS, unless ``--env`` names another."""
    url = f"http://127.0.0.1:{port}"
    endpoints = {"AWS_ENDPOINT_URL": url, "AWS_ENDPOINT_URL_LAMBDA": url}
    return replace(settings, variables={**endpoints, **settings.variables})
