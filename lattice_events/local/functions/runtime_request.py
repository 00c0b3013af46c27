"""Heads of requests to the Runtime API, and answers, as bytes."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from lattice_events.loopback import refuse_browser

_MAX_LENGTH_DIGITS = 15


class RuntimeRequest(NamedTuple):
    """The head of a request.

    Attributes:
        method: As sent.
        target: As sent.
        fields: Header values by name in lower case.
        length: Of the body.
        is_chunked: Whether it comes in chunks instead.
        is_last: Whether the client wants the connection closed after the answer.
    """

    method: bytes
    target: bytes
    fields: Mapping[bytes, bytes]
    length: int
    is_last: bool
    is_chunked: bool = False

    def refuse_browser(self, authority: bytes) -> str | None:
        """Say why it may be of a web page; ``None`` if it is not.

        Args:
            authority: Of the listener, which our clients name as Host.
        """
        fields = self.fields
        is_plain = b"origin" not in fields and b"sec-fetch-site" not in fields
        if is_plain and fields.get(b"host") == authority:
            return None
        return refuse_browser(
            {name.decode("latin-1").title(): value.decode("latin-1") for name, value in fields.items()}
        )


def read_head(head: bytes) -> RuntimeRequest | None:
    """Read a head without the empty line; ``None`` for what is not HTTP/1 with a body that says where it ends."""
    first, *lines = head.split(b"\r\n")
    words = first.split(b" ")
    if len(words) != 3 or words[2] not in (b"HTTP/1.1", b"HTTP/1.0"):
        return None
    fields = {}
    for line in lines:
        name, _, value = line.partition(b":")
        fields[name.lower()] = value.strip()
    digits = fields.get(b"content-length", b"0")
    coding = fields.get(b"transfer-encoding", b"").lower()
    is_framed = digits.isdigit() and len(digits) <= _MAX_LENGTH_DIGITS and coding in (b"", b"chunked")
    if not is_framed or (coding and b"content-length" in fields) or len(fields) < len(lines):
        return None
    is_last = words[2] == b"HTTP/1.0" or fields.get(b"connection", b"").lower() == b"close"
    return RuntimeRequest(words[0], words[1], fields, int(digits), is_last, bool(coding))


class Answer(NamedTuple):
    """An answer as it goes over the wire; nothing is read behind one that is the last."""

    data: bytes
    is_last: bool


def answer(status: int, body: bytes, *, is_last: bool = False) -> Answer:
    """An answer with everything that belongs to it."""
    closing = "Connection: close\r\n" if is_last else ""
    kind = "application/json" if body[:1] == b"{" else "text/plain; charset=utf-8"
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\nContent-Type: {kind}\r\n{closing}"
    return Answer(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body, is_last)
