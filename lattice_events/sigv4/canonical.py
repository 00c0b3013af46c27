"""SigV4's canonical form of a request, stage by stage.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from lattice_events.errors import SigningError

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_UNRESERVED = "-._~"
PATH_SAFE = "/%:@!$&'()*+,;="  # RFC 3986: what else a path may hold as it is, and the start of an escape
_PLAIN_PATH = re.compile(r"(?:/[A-Za-z0-9_~-][A-Za-z0-9_~.-]*)+/?")  # nothing to resolve, nothing to encode
_PLAIN_PARAMETER = re.compile(r"[A-Za-z0-9_.~-]*=[A-Za-z0-9_.~-]*")
_PLAIN_PAIR = re.compile(r"[A-Za-z0-9_.~-]*(?:=[A-Za-z0-9_.~-]*)?")

# Proxies and tracers change these on the way; botocore and the AWS CRT leave them out too.
NEVER_SIGNED = frozenset(
    (
        "authorization",
        "baggage",
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "traceparent",
        "tracestate",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
        "x-amzn-trace-id",
    )
)


def encode(text: str | bytes, safe: str = "") -> str:
    """Percent-encode all but RFC 3986's unreserved characters, in upper-case hexadecimal."""
    return quote(text, safe=_UNRESERVED + safe)


def canonical_path(path: str, *, normalize: bool, double_encode: bool) -> str:
    """Write a path in canonical form.

    Args:
        path: As it is sent.
        normalize: Resolve ``.``, ``..`` and empty segments first.
        double_encode: Encode what is not unreserved, escapes too: ``%20`` becomes ``%2520``.
            Otherwise what may stand in a path stays as it is.
    """
    if _PLAIN_PATH.fullmatch(path):
        return path  # nearly all of them
    path = normalize_path(path) if normalize else path or "/"
    return encode(path, safe="/" if double_encode else PATH_SAFE)


def normalize_path(path: str) -> str:
    """Resolve ``.``, ``..`` and empty segments; a trailing slash stays."""
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    is_folder = path.endswith(("/", "/.", "/.."))
    return "/" + "/".join(segments) + ("/" if segments and is_folder else "")


def canonical_query(query: str) -> str:
    """Write a query string in canonical form: strictly encoded, sorted by name, then value."""
    if not query or _PLAIN_PARAMETER.fullmatch(query):
        return query  # most of them
    pairs = [_canonical_pair(part) for part in query.split("&") if part]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _canonical_pair(part: str) -> tuple[str, str]:
    """One ``name``, or ``name=value``, strictly encoded."""
    name, _, value = part.partition("=")
    if _PLAIN_PAIR.fullmatch(part):
        return name, value  # most of them
    return encode(unquote_to_bytes(name)), encode(unquote_to_bytes(value))


class GroupedHeaders:
    """Headers, read once: the pairs as they were given, and the values of each name in lower case."""

    __slots__ = ("pairs", "values")

    def __init__(self, headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> None:
        """Read (name, value) pairs, or a mapping.

        Raises:
            SigningError: They are neither, or a name or value is no text.
        """
        items = getattr(headers, "items", None)
        values: dict[str, list[str]] = {}
        try:
            pairs = list(items() if items else headers)
            for pair in pairs:
                name, value = pair
                # The first two are the quick way to say yes.
                if type(name) is not str or type(value) is not str or type(pair) is str:
                    _check_pair(pair, name, value)
                key = name.lower()
                if key in values:
                    values[key].append(value)
                else:
                    values[key] = [value]
        except (TypeError, ValueError):
            raise not_headers() from None
        self.pairs, self.values = pairs, values

    def add(self, name: str, value: str) -> None:
        """Add a header that is not there yet, its name in lower case."""
        self.pairs.append((name, value))
        self.values[name] = [value]


def header_pairs(headers: Mapping[str, str] | Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Headers as (name, value) pairs.

    Args:
        headers: Such pairs, or a mapping.

    Raises:
        SigningError: They are neither, or a name or value is no text.
    """
    return GroupedHeaders(headers).pairs


def _check_pair(pair: object, name: object, value: object) -> None:
    """Refuse what is no text, and a text of two letters, which unpacks like a pair."""
    if isinstance(pair, str) or not (isinstance(name, str) and isinstance(value, str)):
        raise TypeError


def not_headers() -> SigningError:
    """The error for what is given as headers and is none."""
    return SigningError(
        "headers must be a mapping of names to values, or (name, value) pairs, all of them text."
    )


def canonical_headers(
    values: Mapping[str, Sequence[str]], signed: Sequence[str], *, token: str | None = None
) -> str:
    r"""Write the signed headers, a line each: ``name:value\n``, the values of a repeated one joined.

    Args:
        values: Of each name in lower case.
        signed: The names to write, in lower case and sorted.
        token: The value of a header that is known to have no blanks, for it is long.
    """
    lines = ""
    for name in signed:
        given = values[name]
        if len(given) == 1:
            value = given[0]
            lines += f"{name}:{value if value is token else ' '.join(value.split())}\n"
        else:
            lines += f"{name}:{','.join([' '.join(value.split()) for value in given])}\n"
    return lines


def canonical_request(
    method: str, path: str, query: str, headers: str, signed: str, payload_hash: str
) -> str:
    r"""Put the canonical request together.

    Shape: ``METHOD\nPATH\nQUERY\nname:value\n…\n\nSIGNED\nHASH``.

    Args:
        method: As sent.
        path: Of `canonical_path`.
        query: Of `canonical_query`.
        headers: Of `canonical_headers`.
        signed: Names of the signed headers, joined with ``;``.
        payload_hash: 64 hexadecimal digits, or ``UNSIGNED-PAYLOAD``.
    """
    return f"{method}\n{path}\n{query}\n{headers}\n{signed}\n{payload_hash}"
