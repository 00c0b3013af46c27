"""Heads as they came, as text, whatever their bytes."""

from __future__ import annotations

from lattice_events.headers import Headers

RawPairs = list[tuple[bytes, bytes]]


def headers_of(pairs: RawPairs) -> Headers:
    """Headers as text."""
    try:
        return Headers([(name.decode("latin-1"), value.decode()) for name, value in pairs])
    except UnicodeDecodeError:
        return Headers([(name.decode("latin-1"), text_of(value)) for name, value in pairs])


def text_of(value: bytes) -> str:
    """A value, or a request target, as text: UTF-8, or Latin-1 where it is not."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
