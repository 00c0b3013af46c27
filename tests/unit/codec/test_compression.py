"""Compression on request."""

from __future__ import annotations

import gzip

import pytest

from lattice_events import Response, lattice_handler
from lattice_events.codec.compression import compress
from lattice_events.testing import call

LONG = Response.text("x" * 5000, headers={"vary": "origin", "content-length": "5000"})


@pytest.mark.parametrize("accepted", ["gzip", "br, GZIP;q=0.5", "*", "gzip; q=1.0"])
def test_a_long_body_is_compressed_for_who_accepts_it(accepted: str) -> None:
    response = compress(LONG, accepted)

    assert gzip.decompress(response.body) == LONG.body
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "origin, accept-encoding"
    assert "content-length" not in response.headers


@pytest.mark.parametrize("accepted", [None, "", "br", "gzip;q=0", "gzip;q=0.0", "identity"])
def test_others_get_it_plain(accepted: str | None) -> None:
    assert compress(LONG, accepted) is LONG


@pytest.mark.parametrize(
    "response",
    [Response.text("short"), LONG.replace(headers=LONG.headers.with_items([("Content-Encoding", "br")]))],
)
def test_what_is_short_or_encoded_stays(response: Response) -> None:
    assert compress(response, "gzip") is response


def test_a_handler_compresses_when_asked_to() -> None:
    plain = lattice_handler(lambda request: LONG)
    packed = lattice_handler(gzip=True)(lambda request: LONG)

    assert call(plain, headers={"accept-encoding": "gzip"}).body == LONG.body
    assert gzip.decompress(call(packed, headers={"accept-encoding": "gzip"}).body) == LONG.body
    assert call(packed).body == LONG.body
