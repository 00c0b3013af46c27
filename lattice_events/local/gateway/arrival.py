"""Read where a request wants to go from the forms that a client may use."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from lattice_events.headers import Headers
from lattice_events.local.http.connection import ConnectionFacts
from lattice_events.network.dataplane import split_host
from lattice_events.network.model import Network, Service
from lattice_events.request import Request

# Visible ASCII but for `#`: a fragment is never sent (RFC 9112 §3.2), and whoever reads further than
# the policies did would be asked for something else than they allowed.
_ORIGIN_FORM = re.compile(r"/[!\"$-~]*")
_ABSOLUTE_FORM = re.compile(
    r"(https?)://(?:[\w.~!$&'()*+,;=:%-]*@)?([^@/?#\\]+)([/?][!\"$-~]*)?", re.ASCII | re.IGNORECASE
)


class AbsoluteUrl(NamedTuple):
    """An http URL, taken apart.

    Attributes:
        scheme: In lower case.
        authority: Host and port as written, without userinfo.
        host: Of the authority.
        target: In origin-form: what stands behind the authority, every byte of it.
    """

    scheme: str
    authority: str
    host: str
    target: str


def split_absolute(url: str) -> AbsoluteUrl | None:
    """Take apart a URL of a request line or a header; ``None`` for what is none, or has a fragment.

    Source:
        https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
    """
    found = _ABSOLUTE_FORM.fullmatch(url)
    place = split_host(found[2]) if found else None
    if found is None or place is None or not place[0]:
        return None
    rest = found[3] or "/"
    target = rest if rest.startswith("/") else f"/{rest}"
    return AbsoluteUrl(found[1].lower(), found[2], place[0], target)


def is_request_target(target: str) -> bool:
    """Whether a request line's target is a path or an http URL, without a fragment."""
    return bool(_ORIGIN_FORM.fullmatch(target)) or split_absolute(target) is not None


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
        return host_of(self.request.headers)[0]


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
    url = split_absolute(target)
    scheme = facts.scheme
    if url is not None:
        scheme, target = url.scheme, url.target
        headers = headers.with_items((("host", url.authority),))
    host, port = host_of(headers)
    service = find_service(network, host)
    if service is not None and _is_localhost(host):
        headers = headers.with_items((("host", service.domain_name),))
    path, mark, query_string = target.partition("?")
    return Arrival(
        request=Request(
            method=method,
            path=path,
            query_string=query_string,
            bare_query=bool(mark) and not query_string,
            headers=headers,
        ),
        service=service,
        port=_listener_port(service, facts, host, port, scheme, is_absolute=url is not None),
        is_absolute=url is not None,
        scheme=scheme,
    )


def host_of(headers: Headers) -> tuple[str, int | None]:
    """The host and port of the Host header; an empty host where that cannot be read."""
    return split_host(headers.get("host") or "") or ("", None)


def find_service(network: Network, host: str) -> Service | None:
    """The service that a host name stands for: its own names, or ``NAME.localhost``."""
    if _is_localhost(host):
        label = host.lower().partition(".")[0]
        return next((service for service in network.services if service.name == label), None)
    return network.find_service(host)


def _is_localhost(host: str) -> bool:
    """Whether a host is one label below ``localhost``."""
    return host.lower().removesuffix(".").partition(".")[2] == "localhost"


def _listener_port(
    service: Service | None,
    facts: ConnectionFacts,
    host: str,
    port: int | None,
    scheme: str,
    *,
    is_absolute: bool,
) -> int:
    """The port of the listener that a request means.

    A tunnel and an absolute URL say it. A direct request, and a URL of ``NAME.localhost``, has a port of ours, so it
    counts only if the service listens there; else it means the HTTPS listener, or the HTTP one.
    """
    if facts.port is not None:
        return facts.port
    if is_absolute:
        port = port or (443 if scheme == "https" else 80)
        if not _is_localhost(host):
            return port
    listeners = service.listeners if service else ()
    if port is not None and any(listener.port == port for listener in listeners):
        return port
    by_preference = sorted(listeners, key=lambda listener: listener.protocol != "HTTPS")
    return by_preference[0].port if by_preference else 443
