"""Bodies in chunks, as runtimes send them."""

from __future__ import annotations

import pytest

from lattice_events.local.functions.chunks import Chunks

BODIES = [
    (b"0\r\n\r\n", b"", b""),
    (b"3\r\nabc\r\n0\r\n\r\n", b"abc", b""),
    (b"3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\nGET ", b"abc0123456789", b"GET "),
    (b"4\r\n\r\n\r\n\r\n0\r\n\r\n", b"\r\n\r\n", b""),
]


@pytest.mark.parametrize("step", [1, 2, 1000])
@pytest.mark.parametrize(("sent", "body", "behind"), BODIES)
def test_a_body_is_read_however_it_is_cut(sent: bytes, body: bytes, behind: bytes, step: int) -> None:
    chunks, end = Chunks(100), len(sent) - len(behind)
    pieces = [sent[start : min(start + step, end)] for start in range(0, end, step)]
    *before, last = [chunks.feed(piece) for piece in pieces[:-1]] + [chunks.feed(pieces[-1] + behind)]

    assert (before, last, chunks.body) == ([None] * len(before), behind, body)


def test_a_body_that_is_too_large_is_read_to_its_end_and_not_kept() -> None:
    chunks = Chunks(2)

    assert (chunks.feed(b"3\r\nabc\r\n0\r\n\r\nx"), chunks.body) == (b"x", None)


@pytest.mark.parametrize("sent", [b"\r\n", b"x\r\n", b"-1\r\n", b"1234567890123\r\n", b"1" * 70_000])
def test_what_is_not_in_chunks_is_refused(sent: bytes) -> None:
    with pytest.raises(ValueError, match="chunk|line"):
        Chunks(100).feed(sent)
