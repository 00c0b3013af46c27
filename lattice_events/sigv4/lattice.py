"""The one way in which VPC Lattice takes a signed request.

Source:
    https://docs.aws.amazon.com/vpc-lattice/latest/ug/sigv4-authenticated-requests.html
"""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes, urlsplit, urlunsplit

from lattice_events.errors import SigningError
from lattice_events.sigv4.canonical import PATH_SAFE, GroupedHeaders, encode, normalize_path
from lattice_events.sigv4.signer import SignedRequest, sign

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from typing import Literal

    from lattice_events.sigv4.credentials import Credentials

SERVICE = "vpc-lattice-svcs"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
CONTENT_HASH_HEADER = "x-amz-content-sha256"

_GENERATED_NAME = re.compile(
    r"(?:[a-z0-9-]+\.)+vpc-lattice-svcs\.([a-z0-9-]+)\.on\.aws\.?", re.IGNORECASE | re.ASCII
)
_PLAIN_URL = re.compile(  # with nothing to resolve or encode
    r"https?://[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*(?::[0-9]+)?(?:/[A-Za-z0-9_~-][A-Za-z0-9_.~-]*)+/?"
    r"(?:\?[A-Za-z0-9_.~-]+(?:=[A-Za-z0-9_.~-]*)?(?:&[A-Za-z0-9_.~-]+(?:=[A-Za-z0-9_.~-]*)?)*)?"
)
_LAST_DOT = re.compile(r"\.(?=(?::[0-9]*)?\Z)")
_STRAY_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_ESCAPE = re.compile("%[0-9a-f]{2}", re.IGNORECASE)


@lru_cache(maxsize=64)
def region_of_host(host: str) -> str | None:
    """The Region in a generated domain name, ``*.vpc-lattice-svcs.REGION.on.aws``; else ``None``."""
    match = _GENERATED_NAME.fullmatch(host)
    return match[1].lower() if match else None


def encode_url(url: str) -> str:
    """Write a URL in the one encoding whose signature every signer and verifier agrees on.

    In the path what may not stand there is percent-encoded and ``.``, ``..`` and empty segments
    are resolved, since SigV4 signs them resolved. In the query all but unreserved characters are
    percent-encoded: a space, or the ``+`` that stands for one, is ``%20``, a plus sign is ``%2B``.
    Order and repeated keys stay. Dropped are the fragment, which no client sends, and a dot behind the
    host, which some clients send.
    """
    if _PLAIN_URL.fullmatch(url):
        return url  # nearly all of them
    parts = urlsplit(url)
    path = _ESCAPE.sub(lambda escape: escape[0].upper(), _STRAY_PERCENT.sub("%25", parts.path))
    path = normalize_path(encode(path, safe=PATH_SAFE))
    query = "&".join(_encode_parameter(part) for part in parts.query.split("&") if part)
    return urlunsplit((parts.scheme, _LAST_DOT.sub("", parts.netloc), path, query, ""))


def _encode_parameter(part: str) -> str:
    """One ``name`` or ``name=value``, strictly encoded."""
    name, equals, value = part.replace("+", " ").partition("=")
    return encode(unquote_to_bytes(name)) + equals + encode(unquote_to_bytes(value))


def sign_lattice(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    credentials: Credentials,
    region: str,
    now: datetime,
    path_encoding: Literal["double", "single"] = "double",
    mode: Literal["header", "query"] = "header",
    expires_seconds: int = 300,
) -> SignedRequest:
    """Sign a request the only way VPC Lattice takes it.

    The payload is never signed: ``x-amz-content-sha256: UNSIGNED-PAYLOAD`` is sent, and signed with
    ``host`` and all ``x-amz-*``. The URL is not encoded here: give what `encode_url` gave, and send
    just that.

    Args:
        method: As it will be sent.
        url: As it will be sent.
        headers: Those that the caller wants to send: a mapping, or (name, value) pairs.
        credentials: One set, frozen.
        region: Of the service.
        now: An aware time.
        path_encoding: How percent escapes in the path are signed. AWS's samples disagree: Go's
            signs them ``single``, those for Python, Java and Node ``double``.
        mode: ``query`` signs the URL and leaves ``Authorization`` to the caller; the header
            ``x-amz-content-sha256`` is sent and signed in this mode too.
        expires_seconds: How long a signed URL is good for; query mode only.

    Raises:
        SigningError: See `sign`; also for a given ``x-amz-content-sha256`` that is a hash.
    """
    return sign(
        method,
        url,
        headers=_with_content_hash(headers),
        credentials=credentials,
        region=region,
        service=SERVICE,
        now=now,
        payload_hash=UNSIGNED_PAYLOAD,
        double_encode_path=path_encoding == "double",
        mode=mode,
        expires_seconds=expires_seconds,
    )


def _with_content_hash(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> GroupedHeaders:
    """The headers, and behind them the one that says that the payload is not signed."""
    read = GroupedHeaders(headers)
    if CONTENT_HASH_HEADER in read.values:
        read = GroupedHeaders(without_content_hash(read.pairs))
    read.add(CONTENT_HASH_HEADER, UNSIGNED_PAYLOAD)
    return read


def without_content_hash(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers less ``x-amz-content-sha256``, which the signer writes.

    Raises:
        SigningError: It is there and says that the payload is signed.
    """
    kept: list[tuple[str, str]] = []
    for pair in pairs:
        if pair[0].lower() != CONTENT_HASH_HEADER:
            kept.append(pair)
        elif pair[1] != UNSIGNED_PAYLOAD:
            raise SigningError(
                f"{CONTENT_HASH_HEADER} is set to a hash; VPC Lattice refuses signed payloads. Remove the "
                "header: it is then sent as UNSIGNED-PAYLOAD."
            )
    return kept
