"""Put a run together: read the sources, start everything, stop everything."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import quote

from lattice_events.cli.printer import Printer, Ready, service_url
from lattice_events.errors import ConfigurationError, MissingExtraError
from lattice_events.local.control import Control
from lattice_events.local.environment import (
    Surroundings,
    ca_variables,
    function_environment,
    proxy_variables,
)
from lattice_events.local.functions import Functions, FunctionSettings, interpreter_version
from lattice_events.local.gateway import Gateway, GatewaySettings
from lattice_events.local.targets import CommandTarget, CommandTargets
from lattice_events.local.tls import RunAuthority
from lattice_events.network.model import Function, Network, make_id
from lattice_events.readers.project import Project, ReadOptions, load_project
from lattice_events.readers.serverless import ServerlessOptions
from lattice_events.readers.settings import TargetSettings
from lattice_events.sigv4 import Credentials

USER = "you"  # the name of the proxy token that is not a function's


@dataclass(frozen=True, kw_only=True)
class RunOptions:
    """What the command line says."""

    paths: Sequence[Path]
    port: int
    tls_port: int
    control_port: int
    serverless: ServerlessOptions
    packaged: bool
    code: Mapping[str, Path]
    variables: Mapping[str, str]
    aws_profile: str
    extra_ca: Sequence[Path]


async def run(options: RunOptions, printer: Printer) -> None:
    """Run until SIGINT or SIGTERM.

    Raises:
        ConfigurationError: The sources, a port or a target's command are not usable.
    """
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    started = time.perf_counter()
    printer.starting("Reading the configuration …")
    commands = _Commands()
    project = await _until(
        stop,
        lambda: load_project(
            options.paths,
            ReadOptions(
                allocate=commands.allocate,
                serverless=replace(options.serverless, is_cancelled=stop.is_set),
                code=options.code,
                packaged=options.packaged,
                region=options.serverless.region,
            ),
        ),
    )
    if project is None:
        return
    async with AsyncExitStack() as stack:
        ready = await _start(options, project, commands, printer, stack, started)
        printer.ready(ready)
        await stop.wait()


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


async def _start(
    options: RunOptions,
    project: Project,
    commands: _Commands,
    printer: Printer,
    stack: AsyncExitStack,
    started: float,
) -> Ready:
    """Start everything; what was started is stopped by the stack, in the opposite order."""
    network = project.network
    folder = Path(tempfile.mkdtemp(prefix="lattice-dev-"))
    stack.callback(shutil.rmtree, folder, ignore_errors=True)
    authority = RunAuthority()
    (folder / "ca.pem").write_bytes(authority.certificate_pem)
    authority.write_bundle(folder / "bundle.pem", shell=os.environ, extra=options.extra_ca)
    callers = [function.name for function in network.functions] + [each.name for each in commands.targets]
    tokens = {name: secrets.token_urlsafe(24) for name in (USER, *callers)}
    proxy_port: list[int] = []

    def proxy_url(name: str) -> str:
        return f"http://{quote(name, safe='')}:{tokens[name]}@127.0.0.1:{proxy_port[0]}"

    surroundings = Surroundings(
        region=network.region,
        path=os.environ.get("PATH", os.defpath),
        home=str(folder),
        tmpdir=tempfile.gettempdir(),
        ca_bundle=str(folder / "bundle.pem"),
        services=service_variables(network),
        overrides=options.variables,
    )
    credentials = _profile_credentials(options.aws_profile) if options.aws_profile else _made_up_credentials
    python, notes = _interpreter(project)
    functions = Functions(
        network.functions,
        settings=FunctionSettings(
            environment=lambda function, task_root: function_environment(
                function,
                task_root=task_root,
                surroundings=surroundings,
                proxy_url=proxy_url(function.name),
                credentials=credentials(function),
            ),
            python=(python,),
            max_processes=project.settings.max_processes,
        ),
        report=printer.report,
    )
    stack.push_async_callback(functions.close)
    gateway = Gateway(
        network,
        functions,
        authority=authority,
        settings=GatewaySettings(
            tokens=tokens,
            assumptions=project.settings.assumptions,
            vpc_arn=_default_vpc(network),
            shell=os.environ,
        ),
        report=printer.report,
    )
    stack.push_async_callback(gateway.close)
    port, tls_port = await gateway.start(port=options.port, tls_port=options.tls_port)
    proxy_port.append(port)
    control = Control(functions, report=printer.report)
    stack.push_async_callback(control.close)
    control_port = await control.start(options.control_port)
    gateway.own_ports.add(control_port)
    await _start_commands(commands, surroundings, proxy_url, printer, stack)
    if options.aws_profile:
        notes.append(f"Functions have the real credentials of the AWS profile {options.aws_profile}.")
    return Ready(
        network=network,
        gateway_url=f"http://127.0.0.1:{port}",
        tls_url=f"https://127.0.0.1:{tls_port}",
        control_url=f"http://127.0.0.1:{control_port}",
        proxy_url=proxy_url(USER),
        ca_file=str(folder / "ca.pem"),
        ready_ms=(time.perf_counter() - started) * 1000,
        notes=(*project.notes, *notes),
    )


async def _start_commands(
    commands: _Commands,
    surroundings: Surroundings,
    proxy_url: Callable[[str], str],
    printer: Printer,
    stack: AsyncExitStack,
) -> None:
    """Start the commands that stand for HTTP targets."""
    for target in commands.targets:
        started = CommandTargets(
            (target,),
            environment={
                "PATH": surroundings.path,
                "HOME": surroundings.home,
                "TMPDIR": surroundings.tmpdir,
                "LANG": "en_US.UTF-8",
                "PYTHONUNBUFFERED": "1",
                **proxy_variables(proxy_url(target.name)),
                **ca_variables(surroundings.ca_bundle),
                **surroundings.services,
            },
            report=printer.report,
        )
        stack.push_async_callback(started.close)
        await started.start()


def service_variables(network: Network) -> dict[str, str]:
    """``LATTICE_SERVICE_NAME_URL`` for every service."""
    return {
        f"LATTICE_SERVICE_{service.name.upper().replace('-', '_')}_URL": service_url(service)
        for service in network.services
    }


def _default_vpc(network: Network) -> str:
    """The VPC that callers count as coming from: the first that a network is associated with."""
    ids = [vpc for each in network.service_networks for vpc in each.vpc_ids]
    vpc = ids[0] if ids else make_id("vpc", "local")
    return f"arn:aws:ec2:{network.region}:{network.account}:vpc/{vpc}"


def _made_up_credentials(function: Function) -> Credentials:
    """Credentials that no AWS service takes, one set a function."""
    return Credentials(
        access_key_id="LATTICELOCAL" + make_id("key", function.name)[4:12].upper(),
        secret_access_key=secrets.token_urlsafe(30),
        session_token=f"lattice-local-{secrets.token_urlsafe(30)}",
    )


def _profile_credentials(profile: str) -> Callable[[Function], Credentials]:
    """Real credentials, asked for anew whenever a process starts."""
    try:
        import botocore.exceptions
        import botocore.session
    except ImportError as error:
        raise MissingExtraError("demo", needed_for="--aws-profile (botocore)") from error
    try:
        resolver = botocore.session.Session(profile=profile).get_credentials()
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"--aws-profile {profile}: {error}.") from error
    if resolver is None:
        raise ConfigurationError(f"--aws-profile {profile}: the profile has no credentials.")

    def credentials(_: Function) -> Credentials:
        frozen = resolver.get_frozen_credentials()
        return Credentials(
            access_key_id=frozen.access_key, secret_access_key=frozen.secret_key, session_token=frozen.token
        )

    return credentials


def _interpreter(project: Project) -> tuple[str, list[str]]:
    """The interpreter of the functions, and a warning when it is not their runtime's."""
    python = project.settings.python or sys.executable
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if project.settings.python:
        try:
            version = interpreter_version(python)
        except (OSError, subprocess.CalledProcessError) as error:
            raise ConfigurationError(f"custom.lattice.python: {python} does not run as a Python.") from error
        if subprocess.run([python, "-c", "import awslambdaric"], capture_output=True, check=False).returncode:
            raise ConfigurationError(
                f"custom.lattice.python: {python} has no awslambdaric, which runs the functions. Install it: "
                f"{python} -m pip install awslambdaric"
            )
    others = sorted(
        {each.runtime for each in project.network.functions if each.runtime != f"python{version}"}
    )
    if not others:
        return python, []
    return python, [
        f"Functions run on Python {version} here; in Lambda on {', '.join(others)} (custom.lattice.python chooses)."
    ]
