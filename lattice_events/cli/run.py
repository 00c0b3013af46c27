"""Put a run together: read the sources, start everything, stop everything."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from lattice_events.cli.names import other_names
from lattice_events.cli.options import RunOptions
from lattice_events.cli.printer import Printer, Ready, service_url
from lattice_events.cli.running import RunningCaller, announced
from lattice_events.client.discovery import environment_name
from lattice_events.errors import ConfigurationError, MissingExtraError
from lattice_events.local.children.environment import (
    Surroundings,
    ca_variables,
    credential_variables,
    function_environment,
    lambda_variables,
    proxy_variables,
)
from lattice_events.local.functions.functions import Functions, FunctionSettings
from lattice_events.local.functions.interpreters import with_interpreters
from lattice_events.local.functions.invoke_api import Control
from lattice_events.local.gateway.server import Gateway, GatewaySettings
from lattice_events.local.gateway.tls import RunAuthority, quiet_names
from lattice_events.local.output.access_log import access_log
from lattice_events.local.run.keys import Keys
from lattice_events.local.targets.commands import CommandTarget, CommandTargets
from lattice_events.local.targets.health import HealthChecks
from lattice_events.network.model import Function, Network
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.settings.settings import TargetSettings
from lattice_events.sigv4 import Credentials

USER = "you"  # the name of the proxy token that is not a function's


@dataclass(frozen=True, kw_only=True)
class Started:
    """A run that is up."""

    ready: Ready
    functions: Functions
    callers: Sequence[RunningCaller]


async def run(options: RunOptions, printer: Printer) -> None:
    """Run until SIGINT, SIGTERM or SIGHUP.

    Raises:
        ConfigurationError: The sources, a port or a target's command are not usable.
    """
    stop = stop_on_signals()
    async with network_up(options, printer, stop) as started:
        if started is not None:
            with announced(started.ready, started.callers):
                printer.ready(started.ready)
                await stop.wait()


def stop_on_signals() -> asyncio.Event:
    """An event that SIGINT, SIGTERM and the terminal's end (SIGHUP, unless `nohup` keeps it away) set."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN or number != signal.SIGHUP:
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    return stop


@asynccontextmanager
async def network_up(
    options: RunOptions, printer: Printer, stop: asyncio.Event
) -> AsyncIterator[Started | None]:
    """Read the sources and start everything; ``None`` when the user stops it before it is up."""
    began = time.perf_counter()
    printer.starting("Reading the configuration …")
    commands = _Commands()
    read = replace(options.read, is_cancelled=stop.is_set)
    project = await _until(stop, lambda: load_project(options.paths, read, allocate=commands.allocate))
    if project is None:
        yield None
        return
    async with AsyncExitStack() as stack:
        starting = _Starting(options, project, commands, printer, stack)
        yield await starting.start(began)


async def _until(stop: asyncio.Event, work: Callable[[], Project]) -> Project | None:
    """Do blocking work in a thread; ``None`` when the user stops it first."""
    try:
        project = await asyncio.to_thread(work)
    except ConfigurationError:
        if stop.is_set():  # what it says then is that it was cancelled
            return None
        raise
    return None if stop.is_set() else project


class _Commands:
    """Gives each command target a port before it starts."""

    def __init__(self) -> None:
        self.targets: list[CommandTarget] = []

    def allocate(self, name: str, settings: TargetSettings) -> str:
        """Choose a free port, and keep what is to be started there."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.targets.append(
            CommandTarget(
                name=name, command=settings.command, cwd=settings.cwd, port=port, origin=settings.origin
            )
        )
        return f"http://127.0.0.1:{port}"


class _Starting:
    """Starts the parts of a run; the stack stops them in the opposite order."""

    def __init__(
        self,
        options: RunOptions,
        project: Project,
        commands: _Commands,
        printer: Printer,
        stack: AsyncExitStack,
    ) -> None:
        self._options = options
        self._project = project
        self._network = project.network
        self._commands = commands
        self._printer = printer
        self._stack = stack
        self._folder = Path(tempfile.mkdtemp(prefix="lattice-dev-"))
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._authority = RunAuthority()
        stack.enter_context(quiet_names())
        self._keys = Keys(self._network.principals)
        callers = [each.name for each in self._network.principals] + [each.name for each in commands.targets]
        self._tokens = {name: secrets.token_urlsafe(24) for name in (USER, *callers)}
        self._health = HealthChecks(self._network, report=printer.report)
        self._gateway_port = 0  # known before the first function starts
        self._own_ports: set[int] = set()  # no proxy token leads there
        self._surroundings = Surroundings(
            path=os.environ.get("PATH", os.defpath),
            home=str(self._folder),
            tmpdir=tempfile.gettempdir(),
            ca_bundle=str(self._folder / "bundle.pem"),
            services=service_variables(self._network),
            lambda_url="",  # known before the first function starts
            overrides=options.variables,
        )

    async def start(self, began: float) -> Started:
        """Start everything."""
        self._write_certificates()
        described, notes = with_interpreters(self._network.functions)
        functions = self._make_functions(described)
        gateway = self._make_gateway(functions)
        self._gateway_port, tls_port = await gateway.start(
            port=self._options.port, tls_port=self._options.tls_port
        )
        control = Control(functions, report=self._printer.report)
        self._stack.push_async_callback(control.close)
        control_port = await control.start(self._options.control_port)
        self._own_ports.add(control_port)
        control_url = f"http://127.0.0.1:{control_port}"
        self._surroundings = replace(self._surroundings, lambda_url=control_url)
        await self._start_commands()
        self._health.start()
        self._stack.push_async_callback(self._health.close)
        if self._options.aws_profile:
            notes.append(
                f"Functions have real credentials, those of the AWS profile {self._options.aws_profile}."
            )
        ready = Ready(
            network=self._network,
            gateway_url=f"http://127.0.0.1:{self._gateway_port}",
            tls_url=f"https://127.0.0.1:{tls_port}",
            control_url=control_url,
            proxy_url=self._proxy_url(USER),
            ca_file=str(self._folder / "ca.pem"),
            ready_ms=(time.perf_counter() - began) * 1000,
            notes=(*self._project.notes, *notes),
        )
        return Started(ready=ready, functions=functions, callers=self._callers())

    def _callers(self) -> list[RunningCaller]:
        """What other commands are told of every principal."""
        names = other_names(self._network.functions)
        return [
            RunningCaller(
                name=principal.name,
                arn=principal.caller.arn or "",
                proxy_url=self._proxy_url(principal.name),
                access_key_id=made.access_key_id,
                secret_access_key=made.secret_access_key,
                session_token=made.session_token or "",
                other_names=names.get(principal.name, ()),
            )
            for principal in self._network.principals
            if (made := self._keys.of(principal.name))
        ]

    def _proxy_url(self, name: str) -> str:
        """The gateway as a proxy, with a caller's name and token."""
        return f"http://{quote(name, safe='')}:{self._tokens[name]}@127.0.0.1:{self._gateway_port}"

    def _write_certificates(self) -> None:
        """What users and functions are to trust; the key stays in memory."""
        (self._folder / "ca.pem").write_bytes(self._authority.certificate_pem)
        bundle = self._folder / "bundle.pem"
        self._authority.write_bundle(bundle, shell=os.environ, extra=self._options.extra_ca)

    def _make_functions(self, described: Sequence[Function]) -> Functions:
        profile = self._options.aws_profile
        credentials = _profile_credentials(profile, self._keys) if profile else self._made_up
        functions = Functions(
            described,
            settings=FunctionSettings(
                environment=lambda function, places: function_environment(
                    function,
                    places=places,
                    surroundings=self._surroundings,
                    proxy_url=self._proxy_url(function.name),
                    credentials=credentials(function),
                ),
                own_ports=self._own_ports,
            ),
            report=self._printer.report,
        )
        self._stack.push_async_callback(functions.close)
        return functions

    def _made_up(self, function: Function) -> Credentials:
        """A function's own credentials."""
        made = self._keys.of(function.name)
        assert made is not None  # every function is a principal
        return made

    def _make_gateway(self, functions: Functions) -> Gateway:
        gateway = Gateway(
            self._network,
            functions,
            authority=self._authority,
            settings=GatewaySettings(
                tokens=self._tokens,
                assumptions=self._project.settings.assumptions,
                vpc_arn=self._project.default_vpc_arn,
                shell=os.environ,
                credentials=self._keys.keyring,
                health=self._health.health,
            ),
            report=self._printer.report,
            log=self._stack.enter_context(access_log(self._options.access_log, report=self._printer.report)),
        )
        gateway.own_ports = self._own_ports
        self._stack.push_async_callback(gateway.close)
        return gateway

    async def _start_commands(self) -> None:
        """Start the commands that stand for HTTP targets; each is a caller of its own."""
        for target in self._commands.targets:
            running = CommandTargets(
                (target,),
                environment={
                    "PATH": self._surroundings.path,
                    "HOME": self._surroundings.home,
                    "TMPDIR": self._surroundings.tmpdir,
                    "LANG": "en_US.UTF-8",
                    "PYTHONUNBUFFERED": "1",
                    **proxy_variables(self._proxy_url(target.name)),
                    **ca_variables(self._surroundings.ca_bundle),
                    **self._surroundings.services,
                    **lambda_variables(self._surroundings),
                    **_caller_variables(self._keys.of(target.name), self._network.region),
                },
                report=self._printer.report,
            )
            self._stack.push_async_callback(running.close)
            await running.start()


def service_variables(network: Network) -> dict[str, str]:
    """``LATTICE_SERVICE_NAME_URL`` for every service."""
    return {environment_name(service.name): service_url(service) for service in network.services}


def _caller_variables(credentials: Credentials | None, region: str) -> dict[str, str]:
    """What signs for a pod that is a named caller; nothing for one that is not."""
    return credential_variables(credentials, region) if credentials else {}


def _profile_credentials(profile: str, keys: Keys) -> Callable[[Function], Credentials]:
    """Real credentials, asked for anew whenever a process starts; the gateway knows them from then on."""
    try:
        import botocore.exceptions
        import botocore.session
    except ImportError as error:
        raise MissingExtraError("boto3", needed_for="--aws-profile") from error
    try:
        resolver = botocore.session.Session(profile=profile).get_credentials()
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"--aws-profile {profile}: {error}.") from error
    if resolver is None:
        raise ConfigurationError(f"--aws-profile {profile}: the profile has no credentials.")

    def credentials(_: Function) -> Credentials:
        frozen = resolver.get_frozen_credentials()
        given = Credentials(
            access_key_id=frozen.access_key, secret_access_key=frozen.secret_key, session_token=frozen.token
        )
        keys.share(given)
        return given

    return credentials
