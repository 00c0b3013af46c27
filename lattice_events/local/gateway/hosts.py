"""What the names that a client may write in ``Host`` stand for in one network; each is looked up once."""

from __future__ import annotations

from typing import NamedTuple

from lattice_events.network.dataplane import split_host
from lattice_events.network.model import Network, Service

_MOST_KNOWN = 1024  # a client may write what it likes


class Place(NamedTuple):
    """Where a host and port lead.

    Attributes:
        host: The name; empty where the text is not a host and a port.
        port: That was written.
        service: That the name stands for, if it is one's.
        is_localhost: Whether the name is ``NAME.localhost``.
        listener_port: That a direct request means: what was written counts only if the service listens there, else it
            is the HTTPS listener's, or the HTTP one's.
    """

    host: str
    port: int | None
    service: Service | None
    is_localhost: bool
    listener_port: int


class Hosts:
    """The names of a network's services."""

    def __init__(self, network: Network) -> None:
        """Know no name yet."""
        self._network = network
        self._by_label: dict[str, Service] = {}
        for service in network.services:
            self._by_label.setdefault(service.name, service)
        self._places: dict[str, Place] = {}

    def find(self, host: str) -> Service | None:
        """The service that a host name stands for: its own names, or ``NAME.localhost``."""
        if is_localhost(host):
            return self._by_label.get(host.lower().partition(".")[0])
        return self._network.find_service(host)

    def place(self, authority: str) -> Place:
        """Where the text of a ``Host`` header leads."""
        place = self._places.get(authority)
        if place is None:
            if len(self._places) >= _MOST_KNOWN:
                self._places.clear()
            place = self._places[authority] = self._read(authority)
        return place

    def _read(self, authority: str) -> Place:
        host, port = split_host(authority) or ("", None)
        service = self.find(host)
        return Place(host, port, service, is_localhost(host), _listener_port(service, port))


def is_localhost(host: str) -> bool:
    """Whether a host is one label below ``localhost``."""
    return host.lower().removesuffix(".").partition(".")[2] == "localhost"


def _listener_port(service: Service | None, port: int | None) -> int:
    listeners = service.listeners if service else ()
    if port is not None and any(listener.port == port for listener in listeners):
        return port
    by_preference = sorted(listeners, key=lambda listener: listener.protocol != "HTTPS")
    return by_preference[0].port if by_preference else 443
