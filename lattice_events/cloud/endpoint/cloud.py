"""The cloud as a whole: the VPC Lattice API, moto's services, and the endpoint that serves both."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from lattice_events.cloud.endpoint.application import Application, Backends
from lattice_events.cloud.endpoint.calls import Tell
from lattice_events.cloud.endpoint.invoking import Invoking
from lattice_events.cloud.endpoint.journal import Journal
from lattice_events.cloud.endpoint.lattice import serve_lattice
from lattice_events.cloud.endpoint.moto_side import MotoSide, Ran
from lattice_events.cloud.endpoint.publishing import Publishing
from lattice_events.cloud.endpoint.server import Server
from lattice_events.cloud.endpoint.turns import Given, Turns
from lattice_events.cloud.operations.control_plane import ControlPlane
from lattice_events.cloud.stacks import teach
from lattice_events.control_plane.records import Records


class Cloud:
    """What is deployed to.

    Attributes:
        control_plane: Of VPC Lattice.
    """

    def __init__(self, records: Records, *, account: str, journal: Journal | None, tell: Tell) -> None:
        """Start with what is there already; then `restore`.

        Args:
            records: Of VPC Lattice.
            account: Whose everything is.
            journal: Keeps what is changed, and has what was changed before.
            tell: Told of calls.
        """
        self._account = account
        self._publishing = Publishing()
        self._invoking = Invoking(self._publishing.settle)
        self._moto = MotoSide(self._run_function)
        self._turns = Turns(self._moto.reseed)
        self.control_plane = ControlPlane(now=self._turns.now, new_id=self._turns.new_id, records=records)
        teach(self.control_plane)
        backends = Backends(
            lattice=lambda request, scope: serve_lattice(
                self.control_plane, request, scope=scope, account=account
            ),
            invoke=self._invoking.invoke,
            others=self._moto.handle,
        )
        self._journal = journal
        self._app = Application(
            backends, turns=self._turns, publishing=self._publishing, journal=journal, tell=tell
        )

    def restore(self) -> int:
        """Do again what is in the journal; how many requests are answered otherwise than they were.

        Raises:
            ConfigurationError: The journal is damaged, or of other versions.
        """
        if self._journal is None:
            return 0
        return sum(self._app.repeat(entry) != entry.status for entry in self._journal.entries())

    def at_rest(self) -> AbstractContextManager[Given]:
        """Meanwhile nothing changes."""
        return self._turns.turn()

    def stacks(self) -> dict[tuple[str, str], str]:
        """Status of every stack, by Region and name."""
        with self.at_rest():
            return self._moto.stacks(self._account)

    @contextmanager
    def serving(self, server: Server, *, invoke_url: str, publish: Callable[[], None]) -> Iterator[None]:
        """Serve, with functions of a run that is up.

        Args:
            server: Listens.
            invoke_url: Of the run's Invoke API.
            publish: Has the run know what is deployed; called for every change, and not at the same time twice.
        """
        self._moto.listen_on(server.port)
        self._invoking.ask_at(invoke_url)
        self._publishing.start(publish)
        server.start(self._app)
        try:
            yield
        finally:
            server.close()

    def _run_function(self, arn: str, event: bytes) -> Ran:
        with self._turns.paused():
            return self._invoking.run_function(arn, event)
