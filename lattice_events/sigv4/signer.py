"""Sign a request with SigV4, for any AWS service: a pure function with every stage in its result.

What VPC Lattice wants of a signature is in `lattice`; this module knows no service.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
import re
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit, urlunsplit

from lattice_events.errors import SigningError
from lattice_events.sigv4.canonical import (
    NEVER_SIGNED,
    GroupedHeaders,
    canonical_headers,
    canonical_path,
    canonical_query,
    canonical_request,
    encode,
)
from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping
    from datetime import datetime
    from typing import Literal

    from lattice_events.sigv4.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_PAYLOAD_HASH = sha256(b"").hexdigest()
_HOST = re.compile("[!-~]+")
_new = object.__new__
_DEFAULT_PORTS = {"http": ":80", "https": ":443"}


class SignedRequest(Value):
    """A signed request and the stages of its signature, to compare when two sides disagree.

    Its ``repr`` shows the signature only: every other part may hold the session token.

    Attributes:
        url: To send as it is; in query mode the signature is part of it.
        headers: (name, value) pairs to send: those given, ``host`` if it was missing and, in header
            mode, ``x-amz-date``, the session token and ``authorization``.
        canonical_request: What was hashed.
        string_to_sign: What was signed.
        signature: 64 hexadecimal digits.
    """

    __slots__ = ("canonical_request", "headers", "signature", "string_to_sign", "url")

    url: str
    headers: tuple[tuple[str, str], ...]
    canonical_request: str
    string_to_sign: str
    signature: str

    def __init__(
        self,
        *,
        url: str,
        headers: tuple[tuple[str, str], ...],
        canonical_request: str,
        string_to_sign: str,
        signature: str,
    ) -> None:
        """Keep every stage."""
        cls = self.__class__
        assign(self, "__class__", cls._draft)
        self.url = url
        self.headers = headers
        self.canonical_request = canonical_request
        self.string_to_sign = string_to_sign
        self.signature = signature
        self.__class__ = cls

    def __repr__(self) -> str:
        """The signature only."""
        return f"SignedRequest(signature={self.signature!r})"


def sign(
    method: str,
    url: str,
    *,
    headers: GroupedHeaders | Mapping[str, str] | Iterable[tuple[str, str]],
    credentials: Credentials,
    region: str,
    service: str,
    now: datetime,
    payload_hash: str = EMPTY_PAYLOAD_HASH,
    normalize_path: bool = True,
    double_encode_path: bool = True,
    sign_all_headers: bool = False,
    mode: Literal["header", "query"] = "header",
    omit_session_token: bool = False,
    expires_seconds: int = 300,
) -> SignedRequest:
    """Sign a request in its ``Authorization`` header, or in its query string.

    Args:
        method: As it will be sent.
        url: As it will be sent; whoever sends it must not encode it anew.
        headers: A mapping, or (name, value) pairs, of which a name may come more than once.
        credentials: One set, frozen.
        region: Of the service, such as ``ap-northeast-1``.
        service: As the credential scope has it, such as ``vpc-lattice-svcs``.
        now: An aware time; its UTC second goes into the signature.
        payload_hash: 64 hexadecimal digits of the body's SHA-256, or ``UNSIGNED-PAYLOAD``.
        normalize_path: Resolve ``.``, ``..`` and empty segments in the canonical path.
        double_encode_path: Encode the path as it stands; S3 alone is known not to.
        sign_all_headers: Sign every header that travels unchanged, not only ``host`` and ``x-amz-*``.
        mode: ``query`` puts the signature into the URL and leaves ``Authorization`` to the caller.
        omit_session_token: Send the session token unsigned, as a few services want it.
        expires_seconds: How long a signed URL is good for; query mode only.

    Raises:
        SigningError: The URL has no host, or one that is not in ASCII, the time has no zone, a header is no
            text, or something that the signer writes is there already with another value.
    """
    parts = urlsplit(url)
    read = headers if isinstance(headers, GroupedHeaders) else GroupedHeaders(headers)
    values, query = read.values, parts.query
    check_unsigned(values, query, now, mode)
    amz_date, scope = _of_second(int(now.timestamp()), region, service)
    credential = f"{credentials.access_key_id}/{scope}"
    token = credentials.session_token
    if "host" not in values:
        values["host"] = [host_header(url)]
        read.pairs.insert(0, ("host", values["host"][0]))
    if mode == "header":
        _add_headers(read, amz_date, token)
    names = _names_to_sign(values, sign_all_headers=sign_all_headers, omit_session_token=omit_session_token)
    signed = ";".join(names)
    if mode == "query":
        signed_token = None if omit_session_token else token
        query = _add_parameters(query, credential, amz_date, expires_seconds, signed, signed_token)
    canonical = canonical_request(
        method,
        canonical_path(parts.path, normalize=normalize_path, double_encode=double_encode_path),
        canonical_query(query),
        canonical_headers(values, names, token=token),
        signed,
        payload_hash,
    )
    to_sign = string_to_sign(amz_date, scope, canonical)
    signature = sign_text(credentials.secret_access_key, scope, to_sign)
    if mode == "header":
        authorization = f"{ALGORITHM} Credential={credential}, SignedHeaders={signed}, Signature={signature}"
        read.pairs.append(("authorization", authorization))
    else:
        last = {"X-Amz-Signature": signature}
        if token is not None and omit_session_token:
            last["X-Amz-Security-Token"] = token
        url = urlunsplit((parts.scheme, parts.netloc, parts.path or "/", _append(query, last), ""))
    made: SignedRequest = _new(SignedRequest._draft)  # noqa: SLF001 - quicker than its constructor
    made.url = url
    made.headers = tuple(read.pairs)
    made.canonical_request = canonical
    made.string_to_sign = to_sign
    made.signature = signature
    made.__class__ = SignedRequest
    return made


def check_unsigned(names: Container[str], query: str, now: datetime, mode: str) -> None:
    """Refuse what no signature can be put on.

    Args:
        names: Of the headers, in lower case.
        query: Of the URL.
        now: The time to sign at.
        mode: Where the signature goes.

    Raises:
        SigningError: There is something where the signature goes, or the time has no zone.
    """
    if now.tzinfo is None:
        raise SigningError("The signing time has no time zone; pass an aware datetime.")
    if mode == "header" and "authorization" in names:
        raise SigningError(
            "The request has an Authorization header of its own, where the signature goes. Sign it in "
            'the query string instead: mode="query", or --query.'
        )
    if mode == "query" and "X-Amz-Signature=" in query:
        raise SigningError("The URL is signed already: it has X-Amz-Signature. Sign the URL without it.")


def string_to_sign(amz_date: str, scope: str, canonical: str, algorithm: str = ALGORITHM) -> str:
    """Write the second stage: algorithm, time, credential scope and the canonical request's hash."""
    return f"{algorithm}\n{amz_date}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"


def sign_text(secret_access_key: str, scope: str, text: str) -> str:
    """Sign the string to sign: 64 hexadecimal digits."""
    return hmac.digest(_signing_key(secret_access_key, scope), text.encode(), "sha256").hex()


def _add_headers(headers: GroupedHeaders, amz_date: str, token: str | None) -> None:
    """Add the headers that are signed, unless they are there with just their value."""
    for name, value in (("x-amz-date", amz_date), ("x-amz-security-token", token)):
        if name not in headers.values:
            if value is not None:
                headers.add(name, value)
        elif headers.values[name] != [value]:
            raise SigningError(f"The request already has {name} with another value; let the signer set it.")


def _names_to_sign(names: Iterable[str], *, sign_all_headers: bool, omit_session_token: bool) -> list[str]:
    """The names of the signed headers, sorted."""
    if sign_all_headers:
        signed = [name for name in names if name not in NEVER_SIGNED]
    else:
        signed = [name for name in names if name[:6] == "x-amz-" or name == "host"]
    if omit_session_token and "x-amz-security-token" in signed:
        signed.remove("x-amz-security-token")
    signed.sort()
    return signed


def _add_parameters(
    query: str, credential: str, amz_date: str, expires_seconds: int, signed: str, token: str | None
) -> str:
    """The query string with the parameters that are signed."""
    added = {
        "X-Amz-Algorithm": ALGORITHM,
        "X-Amz-Credential": credential,
        "X-Amz-Date": amz_date,
        "X-Amz-Expires": str(expires_seconds),
        "X-Amz-SignedHeaders": signed,
    }
    if token is not None:
        added["X-Amz-Security-Token"] = token
    return _append(query, added)


def _append(query: str, parameters: dict[str, str]) -> str:
    """The query string with parameters behind it, strictly encoded."""
    added = [f"{name}={encode(value)}" for name, value in parameters.items()]
    return "&".join([query, *added] if query else added)


def host_header(url: str) -> str:
    """The ``host`` header of a URL: the port only when it is not the scheme's own.

    Raises:
        SigningError: The URL has no host, or one that is never sent as it stands.
    """
    parts = urlsplit(url)
    host = _host_header(parts.scheme, parts.netloc)
    if host:
        return host
    if not parts.hostname:
        raise SigningError(f"The URL has no host: {url!r}. Write it like https://NAME/PATH.")
    raise SigningError(
        f"The host {parts.hostname!r} has a space or is not ASCII: write an internationalized name in its ASCII form, xn--…"
    )


@lru_cache(maxsize=64)
def _host_header(scheme: str, netloc: str) -> str:
    """The same; ``""`` without a host that can be sent."""
    host = netloc.rpartition("@")[2].lower().removesuffix(":")
    return host.removesuffix(_DEFAULT_PORTS.get(scheme, "")) if _HOST.fullmatch(host) else ""


@lru_cache(maxsize=4)
def format_second(epoch_seconds: int) -> str:
    """``YYYYMMDDTHHMMSSZ``; many requests share a second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=16)
def _of_second(epoch_seconds: int, region: str, service: str) -> tuple[str, str]:
    """The time, and the credential scope; many requests share a second."""
    amz_date = format_second(epoch_seconds)
    return amz_date, f"{amz_date[:8]}/{region}/{service}/aws4_request"


@lru_cache(maxsize=16)
def _signing_key(secret_access_key: str, scope: str) -> bytes:
    """The derived key: good for a day, a Region and a service."""
    key = b"AWS4" + secret_access_key.encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
