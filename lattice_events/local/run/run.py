"""A run: a network is put on sockets, swapped while it is up, and taken down."""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import quote
from uuid import uuid4

from lattice_events.local.children.environment import (
    Places,
    Surroundings,
    ca_variables,
    credential_variables,
    function_environment,
    lambda_variables,
    log_stream_name,
    proxy_variables,
)
from lattice_events.local.faults.injector import Injector
from lattice_events.local.functions.functions import Functions, FunctionSettings
from lattice_events.local.functions.interpreters import with_interpreters
from lattice_events.local.functions.invoke_api import Control
from lattice_events.local.gateway.forward import Means
from lattice_events.local.gateway.server import Gateway
from lattice_events.local.gateway.snapshot import Snapshot
from lattice_events.local.gateway.tls import RunAuthority, quiet_names
from lattice_events.local.inspector.api import Api, Inspected
from lattice_events.local.inspector.history import History
from lattice_events.local.inspector.opening import Openings
from lattice_events.local.inspector.sending import Sender
from lattice_events.local.inspector.serving import Inspector
from lattice_events.local.output.access_log import access_log
from lattice_events.local.output.records import Observe, Report
from lattice_events.local.run.commands import Commands
from lattice_events.local.run.keys import Keys
from lattice_events.local.run.profile import profile_credentials
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.local.run.registry import RunningCaller
from lattice_events.local.run.settings import Loaded, RunSettings
from lattice_events.local.targets.commands import CommandTarget
from lattice_events.local.targets.health import HealthChecks
from lattice_events.network.faults import Fault
from lattice_events.network.model import Function, Network
from lattice_events.sigv4 import Credentials
from lattice_events.variables import environment_name

T = TypeVar("T")
USER = "you"  # the name of the proxy token that is not a function's


@asynccontextmanager
async def running(
    loaded: Loaded,
    settings: RunSettings,
    *,
    report: Report,
    clock: Callable[[], float],
    observe: Observe | None = None,
) -> AsyncIterator[Run]:
    """Start everything, and stop it in the opposite order.

    Args:
        loaded: What to run.
        settings: How.
        report: Told of everything that happens.
        clock: Seconds since the command began.
        observe: Told of every request that was decided, as the history is.

    Raises:
        ConfigurationError: An interpreter, a port, a file, a profile or a target's command is not usable.
    """
    async with AsyncExitStack() as stack:
        run = Run(settings, report, stack, observe)
        await run.start(loaded, clock)
        yield run


class Run:
    """A run that is up.

    Attributes:
        functions: Invokes them.
        ready: Where everything is.
        history: The latest requests.
        faults: On purpose, that requests meet.
        api_token: Of whoever acts through the inspector's API.
    """

    ready: Ready

    def __init__(
        self, settings: RunSettings, report: Report, stack: AsyncExitStack, observe: Observe | None = None
    ) -> None:
        """Prepare; `start` starts it, and the stack stops it."""
        self._settings = settings
        self.history = History()
        self.faults = Injector()
        self._report = _both(self.history.report, report)
        self._observe = _both(self.history.exchanged, observe) if observe else self.history.exchanged
        self._stack = stack
        self._folder = Path(tempfile.mkdtemp(prefix="lattice-dev-"))
        stack.callback(shutil.rmtree, self._folder, ignore_errors=True)
        self._authority = RunAuthority()
        stack.enter_context(quiet_names())
        self._keys = Keys()
        self._profile = profile_credentials(settings.aws_profile) if settings.aws_profile else None
        self._tokens = {USER: _new_token()}
        self.api_token = _new_token()
        self._openings = Openings(self.api_token)
        self._health = HealthChecks(report=self._report)
        self._region = ""  # of the network
        self._gateway_port = 0  # known before the first function starts
        self._own_ports: set[int] = set()  # no proxy token leads there
        self._surroundings = Surroundings(
            path=os.environ.get("PATH", os.defpath),
            home=str(self._folder),
            tmpdir=tempfile.gettempdir(),
            ca_bundle=str(self._folder / "bundle.pem"),
            services={},  # of the network
            lambda_url="",  # known before the first function starts
            overrides=settings.variables,
        )
        environment = FunctionSettings(environment=self._environment, own_ports=self._own_ports)
        self.functions = Functions(settings=environment, report=self._report)
        stack.push_async_callback(self.functions.close)
        self._commands = Commands(environment=self._variables_of_command, report=self._report)

    async def start(self, loaded: Loaded, clock: Callable[[], float]) -> None:
        """Start everything."""
        self._write_certificates()
        functions, notes = with_interpreters(loaded.network.functions)
        self._stack.push_async_callback(self._health.close)
        self._know(loaded)
        self.history.apply(loaded.network)
        self.faults.apply(loaded.faults)
        self.functions.apply(functions)
        tls_port = await self._start_gateway(loaded)
        control_port = await self._start_control()
        self._stack.push_async_callback(self._commands.close)
        await self._commands.start(loaded.commands)
        await self._health.apply(loaded.network)
        if self._settings.aws_profile:
            profile = self._settings.aws_profile
            notes.append(f"Functions have real credentials, those of the AWS profile {profile}.")
        self.ready = Ready(
            network=loaded.network,
            gateway_url=f"http://127.0.0.1:{self._gateway_port}",
            tls_url=f"https://127.0.0.1:{tls_port}",
            control_url=f"http://127.0.0.1:{control_port}",
            proxy_url=self._proxy_url(USER),
            ca_file=str(self._folder / "ca.pem"),
            ready_ms=clock() * 1000,
            notes=(*loaded.notes, *notes),
            api_token=self.api_token,
        )
        self._loaded = loaded

    async def apply(self, loaded: Loaded) -> list[str]:
        """Swap the network: requests from now on are decided by this one, and those in flight end by the one before.

        Who is known keeps credentials and token, and a function or a command that is as before its processes. Ports
        and certificate authority stay. Another command runs before requests are led to it, and the one before
        is stopped when its requests have been answered.

        Returns:
            What should be said of it, beside what `loaded` notes.

        Raises:
            ConfigurationError: An interpreter or a command is not usable; everything is as it was.
        """
        functions, _ = await asyncio.to_thread(with_interpreters, loaded.network.functions)
        self._know(loaded, self._loaded)
        try:
            await self._commands.start(loaded.commands)
        except BaseException:
            self._know(self._loaded)
            raise
        self._know(loaded)
        self.history.apply(loaded.network)
        left_out = self.faults.apply(loaded.faults)
        self.functions.apply(functions)
        self._gateway.apply(self._snapshot(loaded))
        self._commands.retire(loaded.commands, served=self._gateway.served)
        self.ready = replace(self.ready, network=loaded.network)
        self._loaded = loaded
        await self._health.apply(loaded.network)
        return [_why_left_out(fault) for fault in left_out]

    def _know(self, *loaded: Loaded) -> None:
        """Give every caller its credentials and token; variables are those of the first network."""
        network = loaded[0].network
        principals = {each.name: each for one in reversed(loaded) for each in one.network.principals}
        self._keys.apply(principals.values())
        names = (USER, *principals, *(each.name for one in loaded for each in one.commands))
        self._tokens = {name: self._tokens.get(name) or _new_token() for name in names}
        self._surroundings = replace(self._surroundings, services=_service_variables(network))
        self._region = network.region

    def _snapshot(self, loaded: Loaded) -> Snapshot:
        return Snapshot(
            network=loaded.network,
            assumptions=loaded.assumptions,
            vpc_arn=loaded.vpc_arn,
            tokens=self._tokens,
            credentials=self._keys.keyring,
            health=self._health.health,
        )

    async def _start_gateway(self, loaded: Loaded) -> int:
        """Open the gateway's ports; the one for TLS."""
        settings = self._settings
        report = self._stack.enter_context(access_log(settings.access_log, report=self._report))
        self._gateway = Gateway(
            self._snapshot(loaded),
            Means(invoker=self.functions, shell=os.environ, own_ports=self._own_ports),
            authority=self._authority,
            report=report,
            observe=self._observe,
            faults=self.faults,
        )
        self._stack.push_async_callback(self._gateway.close)
        self._gateway_port, tls_port = await self._gateway.start(
            port=settings.port, tls_port=settings.tls_port
        )
        return tls_port

    async def _start_control(self) -> int:
        """Open the Invoke API's port."""
        inspector = Inspector(Api(self._inspected()), self._openings)
        control = Control(
            self.functions, report=self._report, throttle=self.faults.throttle, beside=inspector.serve
        )
        self._stack.push_async_callback(control.close)
        self._stack.push_async_callback(inspector.close)
        port = await control.start(self._settings.control_port)
        self._own_ports.add(port)
        self._surroundings = replace(self._surroundings, lambda_url=f"http://127.0.0.1:{port}")
        return port

    def _inspected(self) -> Inspected:
        """What the inspector's API has of this run."""
        sender = Sender(self.history, port=self._gateway_port, token_of=self._token_of)
        return Inspected(
            history=self.history,
            faults=self.faults,
            callers=lambda: self.connected,
            is_token=lambda text: _is_same(text, self.api_token),
            functions=lambda: self.functions.states,
            credentials_of=self._keys.of,
            keyring=lambda: self._keys.keyring,
            sender=sender,
            gateway_url=f"http://127.0.0.1:{self._gateway_port}",
        )

    @property
    def connected(self) -> Collection[str]:
        """The names of all who may connect, by their proxy tokens."""
        return self._tokens.keys()

    @property
    def commands(self) -> list[CommandTarget]:
        """Those that run."""
        return self._commands.running

    def _variables_of_command(self, target: CommandTarget) -> dict[str, str]:
        """The variables of a command, which is a caller of its own."""
        return {
            "PATH": self._surroundings.path,
            "HOME": self._surroundings.home,
            "TMPDIR": self._surroundings.tmpdir,
            "LANG": "en_US.UTF-8",
            "PYTHONUNBUFFERED": "1",
            **self.variables_of(target.name),
        }

    def new_page_url(self) -> str:
        """A URL that leads to the inspector's page once, and may be seen by others."""
        return f"{self.ready.control_url}{self._openings.new()}"

    def _token_of(self, name: str) -> str | None:
        return self._tokens.get(name)

    def variables_of(self, name: str) -> dict[str, str]:
        """What leads a program of this machine to the run's services, as a caller that is known."""
        return {
            **proxy_variables(self._proxy_url(name)),
            **ca_variables(self._surroundings.ca_bundle),
            **self._surroundings.services,
            **lambda_variables(self._surroundings),
            **_caller_variables(self._keys.of(name), self._region),
        }

    @property
    def callers(self) -> list[RunningCaller]:
        """What other commands are told of every principal."""
        network = self.ready.network
        names = {each.name: each.other_names for each in network.functions}
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
            for principal in network.principals
            if (made := self._keys.of(principal.name))
        ]

    def _proxy_url(self, name: str) -> str:
        """The gateway as a proxy, with a caller's name and token."""
        return f"http://{quote(name, safe='')}:{self._tokens[name]}@127.0.0.1:{self._gateway_port}"

    def _write_certificates(self) -> None:
        """What users and functions are to trust; the key stays in memory."""
        (self._folder / "ca.pem").write_bytes(self._authority.certificate_pem)
        bundle = self._folder / "bundle.pem"
        self._authority.write_bundle(bundle, shell=os.environ, extra=self._settings.extra_ca)

    def _environment(self, function: Function, places: Places) -> Mapping[str, str]:
        """The variables of a function's process."""
        return function_environment(
            function,
            places=places,
            surroundings=self._surroundings,
            proxy_url=self._proxy_url(function.name),
            credentials=self._credentials(function),
            log_stream=log_stream_name(function.version, datetime.now(UTC).date(), uuid4().hex),
        )

    def _credentials(self, function: Function) -> Credentials:
        """A function's own; the profile's real ones are asked for anew, and the gateway knows them from then on."""
        if self._profile is not None:
            given = self._profile()
            self._keys.share(given)
            return given
        made = self._keys.of(function.name)
        assert made is not None  # every function is a principal
        return made


def _both(first: Callable[[T], None], second: Callable[[T], None]) -> Callable[[T], None]:
    """Tell two of everything."""

    def tell(thing: T) -> None:
        first(thing)
        second(thing)

    return tell


def _why_left_out(fault: Fault) -> str:
    """What to say of a fault of the settings whose id a live one has."""
    where = f"{fault.origin}: " if fault.origin else ""
    return (
        f"{where}The fault {fault.id} of the settings is left out: one of this name was added live, and stays. Give it "
        f"another name, or take the live one away (lattice fault remove {fault.id}) and reload."
    )


def _is_same(given: str, token: str) -> bool:
    """Compare in a time that says nothing."""
    return secrets.compare_digest(given.encode(), token.encode())


def _new_token() -> str:
    return secrets.token_urlsafe(24)


def _service_variables(network: Network) -> dict[str, str]:
    """``LATTICE_SERVICE_NAME_URL`` for every service."""
    return {environment_name(service.name): service_url(service) for service in network.services}


def _caller_variables(credentials: Credentials | None, region: str) -> dict[str, str]:
    """What signs for a pod that is a named caller; nothing for one that is not."""
    return credential_variables(credentials, region) if credentials else {}
