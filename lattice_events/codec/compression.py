"""Compress response bodies, when a function asks for it."""

from __future__ import annotations

import zlib

from lattice_events.response import Response

_WORTH_IT_BYTES = 1024
_GZIP_WINDOW = 31  # zlib's number for a gzip header around the largest window


def compress(response: Response, accept_encoding: str | None) -> Response:
    """Gzip the body if the client accepts that, it is over 1 KB and not encoded already.

    Args:
        response: As the handler made it.
        accept_encoding: The request's header.
    """
    if (
        len(response.body) < _WORTH_IT_BYTES
        or "content-encoding" in response.headers
        or not _accepts_gzip(accept_encoding or "")
    ):
        return response
    compressor = zlib.compressobj(wbits=_GZIP_WINDOW)
    body = compressor.compress(response.body) + compressor.flush()
    vary = ", ".join((*response.headers.get_all("vary"), "accept-encoding"))
    headers = response.headers.without("content-length").with_items(
        (("content-encoding", "gzip"), ("vary", vary))
    )
    return response.replace(body=body, headers=headers)


def _accepts_gzip(accept_encoding: str) -> bool:
    """Whether gzip, or everything, is accepted with a weight above 0."""
    for part in accept_encoding.lower().split(","):
        coding, *parameters = (piece.strip() for piece in part.split(";"))
        if coding in ("gzip", "*"):
            weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
            return weight.strip("0.") != ""
    return False
