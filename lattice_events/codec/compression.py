"""Compress response bodies, when a function asks for it."""

from __future__ import annotations

import zlib

from lattice_events.headers import Headers
from lattice_events.response import Response

_WORTH_IT_BYTES = 1024
_OF_THESE_BYTES = ("content-encoding", "content-range", "content-digest", "content-md5", "digest")
_GZIP_WINDOW = 31  # zlib's number for a gzip header around the largest window


def compress(response: Response, accept_encoding: str | None) -> Response:
    """Gzip the body if the client accepts that, it is over 1 KB and nothing in it depends on its bytes.

    Left alone is what is encoded already, a part of a range, what has a strong ETag or a digest (both
    are of these very bytes) and what says ``no-transform``.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-8.8.1 and https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6

    Args:
        response: As the handler made it.
        accept_encoding: The request's header; several joined with a comma.
    """
    if (
        len(response.body) < _WORTH_IT_BYTES
        or must_stay(response)
        or not _accepts_gzip(accept_encoding or "")
    ):
        return response
    compressor = zlib.compressobj(wbits=_GZIP_WINDOW)
    body = compressor.compress(response.body) + compressor.flush()
    headers = response.headers.without("content-length").with_items(
        (("content-encoding", "gzip"), ("vary", _varied(response.headers)))
    )
    return response.replace(body=body, headers=headers)


def must_stay(response: Response) -> bool:
    """Whether other bytes would make a lie of the status or of a header."""
    headers = response.headers
    return (
        response.status in (204, 206, 304)
        or any(name in headers for name in _OF_THESE_BYTES)
        or any(not tag.strip().startswith("W/") for tag in headers.get_all("etag"))
        or "no-transform" in _tokens(headers, "cache-control")
    )


def _varied(headers: Headers) -> str:
    """The ``vary`` of a response whose coding the client chose."""
    names = _tokens(headers, "vary")
    said = ", ".join(headers.get_all("vary"))
    return said if {"*", "accept-encoding"} & {*names} else ", ".join(filter(None, (said, "accept-encoding")))


def _tokens(headers: Headers, name: str) -> list[str]:
    """The members of a list header, in lower case."""
    return [token.strip().lower() for value in headers.get_all(name) for token in value.split(",")]


def _accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip, or everything that is not named, is accepted with a weight above 0."""
    weights: dict[str, str] = {}
    for part in accept_encoding.lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        weights[coding] = next((each[2:].strip() for each in parameters if each.startswith("q=")), "1")
    weight = weights.get("gzip", weights.get("x-gzip", weights.get("*", "0")))
    return weight.strip("0.") != ""
