"""Sign a request for any HTTP client: which hosts, whose credentials, at what time.

A shell around `lattice_events.sigv4`: it reads the clock, the credentials and the invocation being
served. The clients beside it differ only in how they carry a request.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from lattice_events.client.credentials import DefaultCredentials
from lattice_events.client.scope import plain_host, signing_region
from lattice_events.context import current_invocation
from lattice_events.errors import ConfigurationError, MissingCredentialsError, SigningError
from lattice_events.sigv4 import Credentials, SignedRequest, encode_url, sign_lattice
from lattice_events.sigv4.canonical import header_pairs

WRITTEN_HEADERS = frozenset(
    ("authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-region-set", "x-amz-security-token")
)
"""What the signer writes, in lower case; taken off before a request is signed anew."""
_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_CAN_TRAVEL = re.compile("[!-~](?:[ -~]*[!-~])?")  # as the value of a header, with every client


class RequestSigner:
    """Signs requests to VPC Lattice services and to hosts that it was told about, and to no others."""

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        credentials: Callable[[], Credentials] | None = None,
        mode: Literal["header", "query"] = "header",
        path_encoding: Literal["double", "single"] = "double",
        algorithm: Literal["sigv4", "sigv4a"] = "sigv4",
    ) -> None:
        """Make a signer; nothing is looked up yet.

        Args:
            hosts: Region by host name, for services with a custom domain name:
                ``{"orders.example.com": "ap-northeast-1"}``.
            credentials: Called for every request, gives one frozen set; `DefaultCredentials` when
                left out.
            mode: ``query`` signs the URL and leaves ``Authorization`` to the caller.
            path_encoding: See `sign_lattice`.
            algorithm: ``sigv4a`` makes signatures that hold in every Region; it needs awscrt.

        Raises:
            ConfigurationError: One of them is nothing that it can be.
        """
        for name, value, known in (
            ("mode", mode, ("header", "query")),
            ("path_encoding", path_encoding, ("double", "single")),
            ("algorithm", algorithm, ("sigv4", "sigv4a")),
        ):
            if value not in known:
                raise ConfigurationError(f"{name} is {value!r}; it is one of {', '.join(known)}.")
        self._hosts = _check_hosts({} if hosts is None else hosts)
        self._credentials = credentials or DefaultCredentials()
        self._mode = mode
        self._path_encoding = path_encoding
        self._algorithm = algorithm

    def region_of(self, url: str) -> str | None:
        """The Region to sign for; ``None`` for a host that must never see credentials.

        Raises:
            SigningError: The URL is none.
        """
        return signing_region(_host_of(url), self._hosts)

    def find_credentials(self) -> Credentials:
        """One frozen set.

        Raises:
            SigningError: There are none.
        """
        found: object = self._credentials()
        if not isinstance(found, Credentials):
            raise MissingCredentialsError(
                f"The function given as credentials returned {type(found).__name__}, not lattice_events.sigv4.Credentials."
            )
        return found

    @property
    def may_block(self) -> bool:
        """Whether finding credentials may ask a server or read files."""
        return not (isinstance(self._credentials, DefaultCredentials) and self._credentials.are_at_hand)

    def find_other_credentials(self, stale: Credentials) -> Credentials | None:
        """A set other than `stale`, which the service did not take; ``None`` if there is no other."""
        refresh = getattr(self._credentials, "refresh", None)
        found: Credentials = self._credentials() if refresh is None else refresh(stale)
        return None if found == stale else found

    def sign(
        self,
        method: str,
        url: str,
        headers: Iterable[tuple[str, str]],
        *,
        region: str,
        credentials: Credentials,
    ) -> SignedRequest:
        """Sign one request, whose URL `encode_url` has written.

        Raises:
            SigningError: See `sign_lattice`.
        """
        now = datetime.now(UTC)
        if self._algorithm == "sigv4a":
            from lattice_events.client.sigv4a import sign_sigv4a

            return sign_sigv4a(
                method,
                url,
                headers=headers,
                credentials=credentials,
                now=now,
                mode=self._mode,
                path_encoding=self._path_encoding,
            )
        return sign_lattice(
            method,
            url,
            headers=headers,
            credentials=credentials,
            region=region,
            now=now,
            mode=self._mode,
            path_encoding=self._path_encoding,
        )


_default_credentials = DefaultCredentials()


def sign_request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    region: str | None = None,
    credentials: Callable[[], Credentials] | None = None,
    mode: Literal["header", "query"] = "header",
    path_encoding: Literal["double", "single"] = "double",
    algorithm: Literal["sigv4", "sigv4a"] = "sigv4",
) -> SignedRequest:
    """Sign a request for a client of your own; send just the URL and headers of the result.

    The URL of the result is `encode_url`'s: a client that encodes it anew breaks the signature.

    Args:
        method: As it will be sent.
        url: Of the service.
        headers: Those that you want to send: a mapping, or (name, value) pairs.
        region: Of the service; read from a generated domain name when left out.
        credentials: See `RequestSigner`.
        mode: See `RequestSigner`.
        path_encoding: See `RequestSigner`.
        algorithm: See `RequestSigner`.

    Raises:
        SigningError: The Region is not known or not that of the name, or the request cannot be signed.
    """
    host = _host_of(url)
    signer = RequestSigner(
        hosts={host: region} if host and region else None,
        credentials=credentials or _default_credentials,
        mode=mode,
        path_encoding=path_encoding,
        algorithm=algorithm,
    )
    found = signer.region_of(url)
    if found is None:
        raise SigningError(
            f"{host or url!r} is not a generated domain name of VPC Lattice, so its Region is unknown: give it (region=…, or --region)."
        )
    if region and region != found:
        raise SigningError(f"The given Region is {region}, but the name {host} says {found}.")
    return signer.sign(
        method,
        encode_url(url),
        with_invocation(headers),
        region=found,
        credentials=signer.find_credentials(),
    )


def with_invocation(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The headers, and the ids of the request being served unless they are there: neither is signed."""
    sent = header_pairs(headers)
    names = {name.lower() for name, _ in sent}
    return sent + [(name, value) for name, value in invocation_headers() if name not in names]


def invocation_headers() -> list[tuple[str, str]]:
    """``x-amzn-requestid`` and ``x-amzn-trace-id`` of the request being served, so that logs tell one story.

    Lambda itself tells the latter, so a plain handler's calls carry it too. What came is anybody's text:
    what no header may hold is left out.
    """
    invocation = current_invocation.get()
    request_id = invocation.request_id if invocation else None
    trace = (invocation.trace_header if invocation else None) or os.environ.get("_X_AMZN_TRACE_ID")
    ids = (("x-amzn-requestid", (request_id or "").strip()), ("x-amzn-trace-id", (trace or "").strip()))
    return [(name, value) for name, value in ids if _CAN_TRAVEL.fullmatch(value)]


def _host_of(url: str) -> str:
    """The host name of a URL, or nothing."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError as error:
        raise SigningError(f"{url!r} is not a URL: {error}.") from error


def _check_hosts(hosts: object) -> dict[str, str]:
    """Region by `plain_host`; whatever else is there would never be signed."""
    example = 'write {"orders.example.com": "ap-northeast-1"}'
    if not isinstance(hosts, Mapping):
        raise ConfigurationError(f"hosts is a {type(hosts).__name__}, not a mapping: {example}.")
    found = {}
    for host, region in hosts.items():
        plain = _read_host(host)
        if plain is None:
            raise ConfigurationError(
                f"hosts has {host!r}, which is not a host name; write it without scheme, port, path and wildcards: {example}."
            )
        if not isinstance(region, str) or not region:
            raise ConfigurationError(f"hosts has no Region for {host}, but {region!r}: {example}.")
        found[plain] = region
    return found


def _read_host(host: object) -> str | None:
    """The plain form of a name, or of an IPv6 address, in brackets or not; ``None`` for anything else."""
    try:
        plain = plain_host(re.sub(r"\A\[(.*:.*)\]\Z", r"\1", host)) if isinstance(host, str) else ""
    except ValueError:
        return None
    return plain if ":" in plain or _NAME.fullmatch(plain) else None
