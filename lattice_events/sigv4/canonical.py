"""SigV4's canonical form of a request, stage by stage.

Source:
    https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

from urllib.parse import quote, unquote_to_bytes

TYPE_CHECKING = False  # `import typing` costs 3 ms of a cold start
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_UNRESERVED = "-._~"

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
        double_encode: Encode the path as it stands, so that ``%20`` becomes ``%2520``; otherwise it
            is decoded first and encoded once.
    """
    path = normalize_path(path) if normalize else path or "/"
    return encode(path if double_encode else unquote_to_bytes(path), safe="/")


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
    pairs = []
    for part in query.split("&"):
        if part:
            name, _, value = part.partition("=")
            pairs.append((encode(unquote_to_bytes(name)), encode(unquote_to_bytes(value))))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def canonical_headers(headers: Iterable[tuple[str, str]], signed: Sequence[str]) -> str:
    r"""Write the signed headers, a line each: ``name:value\n``, the values of a repeated one joined.

    Args:
        headers: As they are sent.
        signed: The names to write, in lower case and sorted.
    """
    values: dict[str, list[str]] = {name: [] for name in signed}
    for name, value in headers:
        if name.lower() in values:
            values[name.lower()].append(" ".join(value.split()))
    return "".join(f"{name}:{','.join(values[name])}\n" for name in signed)


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
