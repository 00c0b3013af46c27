"""Sign a request with SigV4, for any AWS service: a pure function with every stage in its result.

What VPC Lattice wants of a signature is in `lattice`; this module knows no service.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hmac
from functools import lru_cache
from hashlib import sha256
from urllib.parse import urlsplit

from lattice_events.errors import SigningError
from lattice_events.sigv4.canonical import (
    NEVER_SIGNED,
    canonical_headers,
    canonical_path,
    canonical_query,
    canonical_request,
)
from lattice_events.values import Value, assign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from urllib.parse import SplitResult

    from lattice_events.sigv4.credentials import Credentials

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_PAYLOAD_HASH = sha256(b"").hexdigest()
_DEFAULT_PORTS = {"http": 80, "https": 443}


class SignedRequest(Value):
    """A signed request and the stages of its signature, to compare when two sides disagree.

    Attributes:
        url: As given.
        headers: (name, value) pairs to send: those given, ``host`` if it was missing,
            ``x-amz-date``, the session token and ``authorization``.
        canonical_request: What was hashed.
        string_to_sign: What was signed.
        signature: 64 hexadecimal digits.
    """

    __slots__ = ("canonical_request", "headers", "signature", "string_to_sign", "url")
    _left_out = ("headers",)  # they hold the session token

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
        assign(self, "url", url)
        assign(self, "headers", headers)
        assign(self, "canonical_request", canonical_request)
        assign(self, "string_to_sign", string_to_sign)
        assign(self, "signature", signature)


def sign(
    method: str,
    url: str,
    *,
    headers: Iterable[tuple[str, str]],
    credentials: Credentials,
    region: str,
    service: str,
    now: datetime,
    payload_hash: str = EMPTY_PAYLOAD_HASH,
    normalize_path: bool = True,
    double_encode_path: bool = True,
    sign_all_headers: bool = False,
) -> SignedRequest:
    """Sign a request in its ``Authorization`` header.

    Args:
        method: As it will be sent.
        url: As it will be sent; whoever sends it must not encode it anew.
        headers: (name, value) pairs; a repeated name may come more than once.
        credentials: One set, frozen.
        region: Of the service, such as ``ap-northeast-1``.
        service: As the credential scope has it, such as ``vpc-lattice-svcs``.
        now: An aware time; its UTC second goes into the signature.
        payload_hash: 64 hexadecimal digits of the body's SHA-256, or ``UNSIGNED-PAYLOAD``.
        normalize_path: Resolve ``.``, ``..`` and empty segments in the canonical path.
        double_encode_path: Encode the path as it stands; S3 alone is known not to.
        sign_all_headers: Sign every header that travels unchanged, not only ``host`` and ``x-amz-*``.

    Raises:
        SigningError: The URL has no host, the time no zone, or ``authorization`` is given already.
    """
    parts = urlsplit(url)
    if now.tzinfo is None:
        raise SigningError("The time to sign at has no time zone; pass an aware datetime.")
    amz_date = _amz_date(now)
    sent = [*_with_host(headers, parts), ("x-amz-date", amz_date)]
    if credentials.session_token is not None:
        sent.append(("x-amz-security-token", credentials.session_token))
    names = sorted({name.lower() for name, _ in sent} - NEVER_SIGNED)
    if not sign_all_headers:
        names = [name for name in names if name == "host" or name.startswith("x-amz-")]
    signed = ";".join(names)
    canonical = canonical_request(
        method,
        canonical_path(parts.path, normalize=normalize_path, double_encode=double_encode_path),
        canonical_query(parts.query),
        canonical_headers(sent, names),
        signed,
        payload_hash,
    )
    scope = f"{amz_date[:8]}/{region}/{service}/aws4_request"
    to_sign = f"{ALGORITHM}\n{amz_date}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
    key = _signing_key(credentials.secret_access_key, amz_date[:8], region, service)
    signature = hmac.digest(key, to_sign.encode(), "sha256").hex()
    authorization = (
        f"{ALGORITHM} Credential={credentials.access_key_id}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )
    return SignedRequest(
        url=url,
        headers=(*sent, ("authorization", authorization)),
        canonical_request=canonical,
        string_to_sign=to_sign,
        signature=signature,
    )


def _with_host(headers: Iterable[tuple[str, str]], parts: SplitResult) -> list[tuple[str, str]]:
    """The headers, ``host`` first if it was missing; what the signer itself writes may not be there."""
    given = list(headers)
    names = {name.lower() for name, _ in given}
    taken = names & {"authorization", "x-amz-date", "x-amz-security-token"}
    if taken:
        raise SigningError(f"The request already has {', '.join(sorted(taken))}; leave it to the signer.")
    if "host" in names:
        return given
    if not parts.hostname:
        raise SigningError(f"The URL has no host: {parts.geturl()!r}. Write it like https://NAME/PATH.")
    return [("host", host_header(parts)), *given]


def host_header(parts: SplitResult) -> str:
    """The ``host`` header of a URL: the port only when it is not the scheme's own."""
    host = parts.netloc.rpartition("@")[2].lower()
    if parts.port is not None and parts.port == _DEFAULT_PORTS.get(parts.scheme):
        host = host.rpartition(":")[0]
    return host.removesuffix(":")


def _amz_date(now: datetime) -> str:
    """``YYYYMMDDTHHMMSSZ`` of a time."""
    return _format_second(int(now.timestamp()))


@lru_cache(maxsize=4)
def _format_second(epoch_seconds: int) -> str:
    """``YYYYMMDDTHHMMSSZ``; many requests share a second."""
    from datetime import UTC, datetime

    return datetime.fromtimestamp(epoch_seconds, UTC).strftime("%Y%m%dT%H%M%SZ")


@lru_cache(maxsize=16)
def _signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The derived key; it is good for a day, a region and a service."""
    key = b"AWS4" + secret.encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
