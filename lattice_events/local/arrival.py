"""Read where a request wants to go from the forms that a client may use."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from lattice_events.headers import Headers
from lattice_events.local.connection import ConnectionFacts
from lattice_events.network.dataplane import split_host
from lattice_events.network.model import Network, Service
from lattice_events.request import Request


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """A request as the data plane wants it.

    Attributes:
        request: Its ``host`` header names the service.
        service: The one that it names, if it names one.
        port: The listener's, as the URL has it.
        is_absolute: Whether it came with a whole URL, as clients write it to a proxy.
        scheme: Of the URL.
    """

    request: Request
    service: Service | None
    port: int
    is_absolute: bool
    scheme: str

    @property
    def host(self) -> str:
        """The name that the client asked for, without a port."""
        return split_host(self.request.headers.get("host") or "")[0]


def read_arrival(
    network: Network, facts: ConnectionFacts, method: str, target: str, headers: Headers
) -> Arrival:
    """Read the form of a request.

    Origin-form names the service by ``Host``, in a tunnel or not; absolute-form by its URL, which
    counts for more than ``Host`` (RFC 9112 §3.2.2).

    Args:
        network: Knows the services.
        facts: Of the connection.
        method: As sent.
        target: As on the request line.
        headers: As sent.
    """
    is_absolute = target.lower().startswith(("http://", "https://"))
    scheme = facts.scheme
    if is_absolute:
        parts = urlsplit(target)
        scheme, authority = parts.scheme, parts.netloc.rpartition("@")[2]
        headers = headers.with_items((("host", authority),))
        target = target[len(parts.scheme) + 3 + len(parts.netloc) :] or "/"
        target = target if target.startswith("/") else f"/{target}"
    host, port = split_host(headers.get("host") or "")
    service = find_service(network, host)
    if service is not None and host.lower().endswith(".localhost"):
        headers = headers.with_items((("host", service.domain_name),))
    path, _, query_string = target.partition("?")
    return Arrival(
        request=Request(method=method, path=path, query_string=query_string, headers=headers),
        service=service,
        port=_listener_port(service, facts, port, scheme, is_absolute=is_absolute),
        is_absolute=is_absolute,
        scheme=scheme,
    )


def find_service(network: Network, host: str) -> Service | None:
    """The service that a host name stands for: its own names, or ``NAME.localhost``."""
    label, _, rest = host.lower().partition(".")
    if rest == "localhost":
        return next((service for service in network.services if service.name == label), None)
    return network.find_service(host)


def _listener_port(
    service: Service | None,
    facts: ConnectionFacts,
    port: int | None,
    scheme: str,
    *,
    is_absolute: bool,
) -> int:
    """The port of the listener that a request means.

    A tunnel and an absolute URL say it. A direct request came to a port of ours, so its Host's port
    counts only if the service listens there; else it means the HTTPS listener, or the HTTP one.
    """
    if facts.port is not None:
        return facts.port
    if is_absolute:
        return port or (443 if scheme == "https" else 80)
    listeners = service.listeners if service else ()
    if port is not None and any(listener.port == port for listener in listeners):
        return port
    by_preference = sorted(listeners, key=lambda listener: listener.protocol != "HTTPS")
    return by_preference[0].port if by_preference else 443
