"""The head of a response, written in one go."""

from __future__ import annotations

import time
from collections.abc import Iterable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

NO_BODY = frozenset((204, 205, 304))
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_FRAMING = frozenset(("connection", "content-length", "transfer-encoding"))
_CONNECTION = {("1.1", False): "Connection: close\r\n", ("1.0", True): "Connection: keep-alive\r\n"}

Pairs = Iterable[tuple[str, str]]


class Framing(NamedTuple):
    """How the end of a response is told.

    Attributes:
        length: Of the body, as Content-Length says it; ``None`` for a response that has none.
        is_chunked: Whether the body comes in chunks.
        is_bodyless: Whether no byte of a body may follow, whatever the headers say.
    """

    length: str | None
    is_chunked: bool
    is_bodyless: bool


def frame(method: str, status: int, *, given: str | None, counted: int | None, version: str) -> Framing:
    """Choose the one framing that is true.

    A 204 and a 304 have no Content-Length and a 205 has 0. That of a HEAD is the length of what a GET would get.

    Args:
        method: Of the request.
        status: Of the response.
        given: The Content-Length that whoever answers gave; ``None`` for none or more than one.
        counted: The true length of the body; ``None`` where it is not known, or the given one has been checked.
        version: Of HTTP, as the client speaks it.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """
    is_bodyless = method == "HEAD" or status in NO_BODY
    if status in (204, 304):
        return Framing(None, False, True)
    if status == 205:
        return Framing("0", False, True)
    if method == "HEAD" and not counted:
        is_length = given is not None and given.isascii() and given.isdigit()
        return Framing(given if is_length else None, False, True)
    length = given if counted is None else str(counted)
    return Framing(length, length is None and version == "1.1" and not is_bodyless, is_bodyless)


def given_length(pairs: Pairs) -> str | None:
    """The one Content-Length among headers; ``None`` for none or more than one."""
    found = [value for name, value in pairs if name.lower() == "content-length"]
    return found[0] if len(found) == 1 else None


def encode_head(
    status: int, pairs: Pairs, framing: Framing, *, version: str, keeps_alive: bool, reason: str | None
) -> bytes:
    """Write a head: the given headers, the framing, and a Date if none is given.

    Raises:
        ValueError: A header or the reason has an end of line, or a NUL.
    """
    lines = []
    has_date = False
    for name, value in pairs:
        lower = name.lower()
        if lower not in _FRAMING:
            has_date = has_date or lower == "date"
            lines.append(f"{name}: {value}\r\n")
    if framing.length is not None:
        lines.append(f"content-length: {framing.length}\r\n")
    elif framing.is_chunked:
        lines.append("Transfer-Encoding: chunked\r\n")
    head = "".join(lines)
    if head.count("\r") != len(lines) or head.count("\n") != len(lines) or "\0" in head:
        raise ValueError("a header of the response has an end of line or a NUL")
    date = "" if has_date else _date(int(time.time()))
    connection = _CONNECTION.get((version, keeps_alive), "")
    return f"{_status_line(status, version, reason)}{head}{date}{connection}\r\n".encode()


@lru_cache(maxsize=2)
def _date(now_seconds: int) -> str:
    """The header, which is the same for a second."""
    return f"Date: {formatdate(now_seconds, usegmt=True)}\r\n"


@lru_cache(maxsize=256)
def _status_line(status: int, version: str, reason: str | None) -> str:
    """The first line; the phrase of RFC 9110 where no other is given."""
    if reason is None:
        try:
            reason = HTTPStatus(status).phrase
        except ValueError:
            reason = ""
    elif "\r" in reason or "\n" in reason or "\0" in reason:
        raise ValueError("the reason of the response has an end of line or a NUL")
    return f"HTTP/{version} {status} {reason}\r\n"
