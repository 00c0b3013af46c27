"""Read where a request wants to go from the forms that a client may use."""

from __future__ import annotations

import re
from typing import NamedTuple

from lattice_events.headers import Headers
from lattice_events.local.gateway.hosts import Hosts, Place
from lattice_events.local.http.connection import ConnectionFacts
from lattice_events.network.dataplane import split_host
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


class Arrival(NamedTuple):
    """A request as the data plane wants it.

    Attributes:
        request: Its ``host`` header names the service.
        place: Where that leads.
        port: The listener's, as the URL has it.
        scheme: Of the URL.
        is_absolute: Whether it came with a whole URL, as clients write it to a proxy.
    """

    request: Request
    place: Place
    port: int
    scheme: str
    is_absolute: bool


def read_arrival(hosts: Hosts, facts: ConnectionFacts, method: str, target: str, headers: Headers) -> Arrival:
    """Read the form of a request.

    Origin-form names the service by ``Host``, in a tunnel or not; absolute-form by its URL, which
    counts for more than ``Host`` (RFC 9112 §3.2.2).

    Args:
        hosts: Of the services.
        facts: Of the connection.
        method: As sent.
        target: As on the request line.
        headers: As sent.
    """
    url = None if target.startswith("/") else split_absolute(target)
    scheme = facts.scheme
    if url is not None:
        scheme, target = url.scheme, url.target
        headers = headers.with_items((("host", url.authority),))
    place = hosts.place(headers.get("host") or "")
    if place.service is not None and place.is_localhost:
        headers = headers.with_items((("host", place.service.domain_name),))
    path, mark, query_string = target.partition("?")
    request = Request(
        method=method,
        path=path,
        query_string=query_string,
        bare_query=bool(mark) and not query_string,
        headers=headers,
    )
    return Arrival(request, place, _port_of(facts, url, place), scheme, url is not None)


def _port_of(facts: ConnectionFacts, url: AbsoluteUrl | None, place: Place) -> int:
    """The port of the listener that a request means.

    A tunnel and an absolute URL say it. A direct request, and a URL of ``NAME.localhost``, has a port of ours.
    """
    if facts.port is not None:
        return facts.port
    if url is None:
        return place.listener_port
    default = 443 if url.scheme == "https" else 80
    if not place.is_localhost:
        return place.port or default
    listeners = place.service.listeners if place.service else ()
    if place.port is None and any(listener.port == default for listener in listeners):
        return default
    return place.listener_port
