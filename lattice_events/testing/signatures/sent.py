"""What an HTTP library is about to send, as one value, whichever library it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lattice_events.headers import Headers
from lattice_events.request import Request
from lattice_events.sigv4.signer import host_header


@dataclass(frozen=True, kw_only=True)
class Sent:
    """One request on its way, less the body, which no signature for VPC Lattice is about.

    Attributes:
        method: As sent.
        origin: Scheme and host: ``https://HOST:PORT``.
        target: Path and query string as they are sent.
        headers: Those that the library shows; connections may write ``host`` later.
    """

    method: str
    origin: str
    target: str
    headers: Headers

    @property
    def request(self) -> Request:
        """What the service gets.

        Raises:
            SigningError: The host is one that cannot be sent.
        """
        path, _, query_string = self.target.partition("?")
        pairs = list(self.headers.items())
        if "host" not in self.headers:
            pairs.append(("host", host_header(self.origin).removesuffix(".")))
        return Request(method=self.method, path=path, query_string=query_string, headers=Headers(pairs))


def read_prepared(given: Any) -> Sent:
    """A prepared request of requests or botocore."""
    parts = urlsplit(_text(given.url))
    path = "/" + parts.path.lstrip("/")  # as their connections send it
    return Sent(
        method=_text(given.method),
        origin=f"{parts.scheme}://{parts.netloc}",
        target=f"{path}?{parts.query}" if parts.query else path,
        headers=Headers([(_text(name), _text(value)) for name, value in given.headers.items()]),
    )


def read_httpx(given: Any) -> Sent:
    """A request of httpx."""
    return Sent(
        method=given.method,
        origin=f"{given.url.scheme}://{given.url.netloc.decode('ascii')}",
        target=given.url.raw_path.decode("ascii"),
        headers=Headers(
            [(name.decode("latin-1"), value.decode("latin-1")) for name, value in given.headers.raw]
        ),
    )


def _text(value: str | bytes) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else value
