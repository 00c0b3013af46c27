"""What frameworks are shown of a request: no name that passes for another, nothing that their parsers choke on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote, unquote_to_bytes, urlsplit

from lattice_events.errors import HTTPError
from lattice_events.request import Request

_AUTHORITY = re.compile(r"(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._~!$&'()*+,;=%-]*)(:[0-9]{0,5})?", re.ASCII)
_NEXT_COOKIE = re.compile(r",\s*(?=[!#$%&'*+.^_`|~0-9A-Za-z-]+=)")
_FRAMING = ("content-length", "transfer-encoding", "cookie")


def shown_headers(request: Request) -> Iterator[tuple[str, str]]:
    """Every header in lower case, a repeated one repeatedly, `cookie` and the body's length once.

    HTTP/2 clients may split ``cookie``; ASGI and WSGI want it in one piece (RFC 9113 §8.2.3). A body
    has a length, whether or not its client knew it in advance: multipart parsers read no further.
    """
    for name, value in request.headers.items():
        lower = name.lower()
        if lower not in _FRAMING:
            yield lower, value
    cookies = shown_cookies(request)
    if cookies:
        yield "cookie", cookies
    if request.body or "content-length" in request.headers:
        yield "content-length", str(len(request.body))


def shown_cookies(request: Request) -> str:
    """The one ``cookie`` header; a V1 event has joined several with commas, which no cookie holds (RFC 6265 §4.1.1)."""
    values = request.headers.get_all("cookie")
    if request.event_version == "V1":
        values = [part for value in values for part in _NEXT_COOKIE.split(value)]
    return "; ".join(values)


def shown_path(request: Request) -> bytes:
    """The path, percent-decoded."""
    return unquote_to_bytes(request.path.encode(errors="surrogatepass"))


def shown_query(request: Request) -> str:
    """The query string in ASCII; letters that were sent raw are percent-encoded, as they should have been."""
    if request.query_string.isascii():
        return request.query_string
    return quote(request.query_string, safe="%!\"#$&'()*+,-./:;<=>?@[\\]^_`{|}~", errors="surrogatepass")


def shown_scheme(request: Request) -> str:
    """``http`` or ``https``; the header comes from the client and may say anything."""
    return "http" if request.headers.get("x-forwarded-proto") == "http" else "https"


def shown_server(request: Request) -> tuple[str, int]:
    """Host and port that the client asked for.

    Raises:
        HTTPError: A 400: the ``host`` header is none, so that no framework could build a URL of it.
    """
    hosts = request.headers.get_all("host")
    authority = hosts[0] if hosts else ""
    try:
        parts = urlsplit(f"//{authority}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise HTTPError(400, "The Host header is malformed.") from None
    if len(hosts) > 1 or not _AUTHORITY.fullmatch(authority):
        raise HTTPError(400, "The Host header is malformed.")
    return host, port or (443 if shown_scheme(request) == "https" else 80)


def latin(value: str) -> bytes:
    """A header's value as bytes: HTTP's own charset, UTF-8 for what it lacks."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode(errors="surrogatepass")
