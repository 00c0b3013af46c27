"""A service network for tests: started on free ports, called by clients that are led to it, and looked into."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import ExitStack
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from lattice_events.client.discovery import ServiceURL
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.inspector.history import Entry
from lattice_events.local.output.records import InvokeRecord, RequestRecord, request_record
from lattice_events.local.run.ready import service_url
from lattice_events.local.run.registry import RunningCaller
from lattice_events.local.run.run import USER
from lattice_events.local.run.settings import RunSettings
from lattice_events.network.exchange import Exchange
from lattice_events.network.faults import FaultKind, find_strangers
from lattice_events.network.model import Network
from lattice_events.testing.background import Background
from lattice_events.testing.faults import InjectedFault
from lattice_events.testing.loading import load

if TYPE_CHECKING:
    import httpx

    from lattice_events.client.requests import LatticeSession


class LatticeNetwork:
    """A service network on loopback, for as long as the ``with`` block lasts.

    It is what `lattice dev` runs: the same sources, functions under the real runtime client, signatures and policies. A
    process starts for a function when the first request for it comes.
    """

    def __init__(
        self,
        *sources: str | PathLike[str] | Network,
        targets: Mapping[str, str | Sequence[str]] | None = None,
        callers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        env: Mapping[str, str] | None = None,
        settings: str | PathLike[str] | None = None,
        folder: str | PathLike[str] = ".",
    ) -> None:
        """Say what to run; nothing is read yet.

        Args:
            *sources: Files and folders as for `lattice dev`, or one `Network`; the folder where there are none.
            targets: URL, or URLs, of the servers that stand for a target group or a Kubernetes Service, by name.
            callers: ARN by name, of callers beside the functions.
            params: Parameters of templates.
            env: Variables for every function.
            settings: A file of settings, beside those that are found.
            folder: Where relative paths start.
        """
        self._sources = sources
        self._options: dict[str, Any] = {
            "targets": targets or {},
            "callers": callers or {},
            "params": params or {},
            "settings": settings,
        }
        self._env = env or {}
        self._folder = Path(folder)
        self._background = Background()
        self._clients = ExitStack()
        self._told = 0

    def __enter__(self) -> Self:
        """Start it.

        Raises:
            ConfigurationError: The sources cannot be read, or not be run.
        """
        loaded = load(self._sources, self._folder, environment=frozenset(self._env), **self._options)
        self._run = self._background.start(loaded, RunSettings(variables=self._env))
        return self

    def __exit__(self, *_: object) -> None:
        """Stop it, its functions and the clients that it made.

        Raises:
            Exception: What went wrong in it meanwhile, if anything did.
        """
        self._clients.close()
        self._background.stop()

    @property
    def is_up(self) -> bool:
        """Whether it has been started, and not stopped."""
        return self._background.is_up

    # ── calling ───────────────────────────────────────────────────────────────────────────────

    def url(self, service: str) -> str:
        """The real URL of a service, which the clients of `session` and `client` reach.

        Raises:
            ConfigurationError: There is no such service.
        """
        services = self._run.ready.network.services
        found = next((each for each in services if each.name == service), None)
        if found is None:
            raise _unknown("service", service, [each.name for each in services])
        return service_url(found)

    def session(
        self, caller: str | None = None, *, service: str | None = None, **options: Any
    ) -> LatticeSession:
        """A session of requests that is led here, and closed at the end.

        Args:
            caller: Who signs: a function or one of the callers, by name. Nobody if left out.
            service: Whose URLs may then be paths such as ``/orders``.
            **options: Further ones of `LatticeSession`.

        Raises:
            ConfigurationError: There is no such caller or service.
        """
        from lattice_events.client.requests import LatticeSession

        known = self._caller(caller)
        base = ServiceURL(self.url(service), {}) if service else None
        session = LatticeSession(
            service=base,
            hosts=self._hosts,
            credentials=(lambda: known.credentials) if known else None,
            anonymous=known is None,
            **options,
        )
        session.trust_env = False  # the way is the network's own proxy
        session.proxies = dict.fromkeys(("http", "https"), self._proxy(known))
        session.verify = self._run.ready.ca_file
        return self._clients.enter_context(session)

    def client(self, caller: str | None = None, **options: Any) -> httpx.Client:
        """A client of httpx that is led here, and closed at the end.

        Args:
            caller: See `session`.
            **options: Further ones of ``httpx.Client``.

        Raises:
            ConfigurationError: There is no such caller.
        """
        import httpx

        return self._clients.enter_context(httpx.Client(**self._for_httpx(caller), **options))

    def async_client(self, caller: str | None = None, **options: Any) -> httpx.AsyncClient:
        """Likewise an async one, which is yours to close: ``async with network.async_client("orders") as client:``.

        Args:
            caller: See `session`.
            **options: Further ones of ``httpx.AsyncClient``.

        Raises:
            ConfigurationError: There is no such caller.
        """
        import httpx

        return httpx.AsyncClient(**self._for_httpx(caller), **options)

    def environment(self, caller: str | None = None) -> dict[str, str]:
        """Variables that lead code which makes its own clients here: proxy, certificates, URLs, credentials.

        Args:
            caller: Whose credentials; none if left out.

        Raises:
            ConfigurationError: There is no such caller.
        """
        known = self._caller(caller)
        return self._run.variables_of(known.name if known else USER)

    def _caller(self, name: str | None) -> RunningCaller | None:
        """A caller by name."""
        if name is None:
            return None
        callers = self._run.callers
        for each in callers:
            if name in (each.name, *each.other_names):
                return each
        raise _unknown("caller", name, [each.name for each in callers])

    def _proxy(self, known: RunningCaller | None) -> str:
        return known.proxy_url if known else self._run.ready.proxy_url

    def _for_httpx(self, caller: str | None) -> dict[str, Any]:
        """What makes a client of httpx one of this network."""
        import ssl

        from lattice_events.client.httpx import LatticeAuth

        known = self._caller(caller)
        auth = LatticeAuth(hosts=self._hosts, credentials=lambda: known.credentials) if known else None
        trusted = ssl.create_default_context(cafile=self._run.ready.ca_file)
        return {"auth": auth, "proxy": self._proxy(known), "verify": trusted, "trust_env": False}

    @property
    def _hosts(self) -> dict[str, str]:
        """Custom domain names, which say no Region."""
        network = self._run.ready.network
        return {
            each.custom_domain_name: network.region for each in network.services if each.custom_domain_name
        }

    # ── failing ───────────────────────────────────────────────────────────────────────────────

    def fault(self, kind: FaultKind, *, id: str | None = None, **fields: Any) -> InjectedFault:
        """Let requests meet a fault, until the ``with`` block ends, or the test: see docs/faults.md.

        Args:
            kind: What goes wrong, such as ``unavailable``.
            id: What to call it.
            **fields: The others of a fault: ``service="orders", count=3``.

        Raises:
            ConfigurationError: Something is wrong with it.
        """
        faults = self._run.faults
        added = faults.add({"kind": kind, **fields}, id_=id)
        strangers = find_strangers(added.fault, self._run.ready.network, self._run.connected)
        if strangers:
            faults.remove(added.fault.id)
            raise ConfigurationError(map(Problem, strangers))
        return InjectedFault(faults, added)

    @property
    def fault_ids(self) -> list[str]:
        """The faults that there are, by id."""
        return [each.fault.id for each in self._run.faults.all]

    def keep_faults(self, ids: Collection[str]) -> None:
        """Take every fault away but these."""
        for id_ in self.fault_ids:
            if id_ not in ids:
                self._run.faults.remove(id_)

    # ── looking ───────────────────────────────────────────────────────────────────────────────

    @property
    def requests(self) -> list[RequestRecord]:
        """What came through the network and was answered, the oldest first; of thousands only the latest."""
        records = [each.record for each in self._entries() if not isinstance(each.record, InvokeRecord)]
        return [request_record(each) if isinstance(each, Exchange) else each for each in records]

    def clear(self) -> None:
        """Forget the requests."""
        self._background.settle()
        self._run.history.clear()

    def report(self) -> str:
        """Each request since the last report, why it was answered as it was, and what its function wrote."""
        from lattice_events.testing.failure_report import tell

        entries = [each for each in self._entries() if each.number > self._told]
        return tell(entries, self._run.history)

    def mark(self) -> None:
        """Let the next report begin here."""
        self._told = self._run.history.latest

    def _entries(self) -> list[Entry]:
        self._background.settle()
        return self._run.history.entries()[::-1]


def _unknown(kind: str, name: str, known: Sequence[str]) -> ConfigurationError:
    names = ", ".join(known) or "none"
    return ConfigurationError(f"There is no {kind} {name!r}; there is: {names}.{did_you_mean(name, known)}")
