"""Compression on request."""

from __future__ import annotations

import gzip

import pytest

from lattice_events import Response, lattice_handler
from lattice_events.codec.compression import compress
from lattice_events.testing import call

LONG = Response.text("x" * 5000, headers={"vary": "origin", "content-length": "5000"})


@pytest.mark.parametrize(
    "accepted",
    ["gzip", "br, GZIP;q=0.5", "*", "gzip; q=1.0", "gzip;q=0.001", "x-gzip", "br;q=0, *", "gzip, *;q=0"],
)
def test_a_long_body_is_compressed_for_who_accepts_it(accepted: str) -> None:
    response = compress(LONG, accepted)

    assert gzip.decompress(response.body) == LONG.body
    assert response.headers["content-encoding"] == "gzip"
    assert response.headers["vary"] == "origin, accept-encoding"
    assert "content-length" not in response.headers


@pytest.mark.parametrize(
    "accepted", [None, "", "br", "gzip;q=0", "gzip;q=0.0", "identity", "*, gzip;q=0", "gzip;q=0, *", "*;q=0"]
)
def test_others_get_it_plain(accepted: str | None) -> None:
    assert compress(LONG, accepted) is LONG


@pytest.mark.parametrize(
    "response",
    [Response.text("short"), LONG.replace(headers=LONG.headers.with_items([("Content-Encoding", "br")]))],
)
def test_what_is_short_or_encoded_stays(response: Response) -> None:
    assert compress(response, "gzip") is response


def with_headers(*pairs: tuple[str, str]) -> Response:
    """A long response that has these headers."""
    return Response(200, headers=pairs, body=LONG.body)


@pytest.mark.parametrize(
    "response",
    [
        pytest.param(LONG.replace(status=206), id="a part"),
        pytest.param(LONG.replace(status=204), id="204"),
        pytest.param(LONG.replace(status=304), id="304"),
        pytest.param(with_headers(("Content-Range", "bytes 0-4999/9000")), id="content-range"),
        pytest.param(with_headers(("ETag", '"v1"')), id="a strong ETag"),
        pytest.param(with_headers(("etag", "v1")), id="an ETag without quotes"),
        pytest.param(with_headers(("Content-Encoding", "br")), id="encoded"),
        pytest.param(with_headers(("Content-Encoding", "identity")), id="said to be as it is"),
        pytest.param(with_headers(("Content-Digest", "sha-256=:x:")), id="a digest (RFC 9530)"),
        pytest.param(with_headers(("Content-MD5", "x")), id="an old digest"),
        pytest.param(with_headers(("Cache-Control", "no-transform")), id="no-transform"),
        pytest.param(
            with_headers(("cache-control", "public, No-Transform")), id="no-transform, among others"
        ),
        pytest.param(
            with_headers(("cache-control", "public"), ("cache-control", "no-transform")),
            id="in a second line",
        ),
    ],
)
def test_what_depends_on_its_bytes_stays(response: Response) -> None:
    assert compress(response, "gzip") is response


@pytest.mark.parametrize(
    ("pairs", "vary"),
    [
        ([], "accept-encoding"),
        ([("ETag", 'W/"v1"')], "accept-encoding"),
        ([("cache-control", "max-age=1")], "accept-encoding"),
        ([("vary", "Origin"), ("Vary", "cookie")], "Origin, cookie, accept-encoding"),
        ([("vary", "Origin, Accept-Encoding")], "Origin, Accept-Encoding"),
        ([("vary", "*")], "*"),
    ],
)
def test_all_else_is_compressed_and_says_what_it_varies_by(pairs: list[tuple[str, str]], vary: str) -> None:
    response = compress(with_headers(*pairs), "gzip")

    assert (gzip.decompress(response.body), response.headers["vary"]) == (LONG.body, vary)


def test_head_is_never_compressed_and_every_accept_encoding_counts() -> None:
    packed = lattice_handler(gzip=True)(lambda request: LONG)
    accepting = [("accept-encoding", "br"), ("accept-encoding", "gzip")]

    assert "content-encoding" in call(packed, headers=accepting).headers
    assert "content-encoding" not in call(packed, "HEAD /", headers=accepting).headers


def test_a_handler_compresses_when_asked_to() -> None:
    plain = lattice_handler(lambda request: LONG)
    packed = lattice_handler(gzip=True)(lambda request: LONG)

    assert call(plain, headers={"accept-encoding": "gzip"}).body == LONG.body
    assert gzip.decompress(call(packed, headers={"accept-encoding": "gzip"}).body) == LONG.body
    assert call(packed).body == LONG.body
