"""Bodies in chunks (RFC 9112, 7.1): how runtimes send a result whose length they do not know, those in Go always."""

from __future__ import annotations

import re

_SIZE = re.compile(rb"[0-9a-fA-F]{1,12}")
_MAX_LINE_BYTES = 64 * 1024  # of a size with its extensions, and of each trailer


class Chunks:
    """Takes a body as it comes; of one that is larger than may be, only the size is kept."""

    def __init__(self, limit: int) -> None:
        """Wait for the first chunk.

        Args:
            limit: The most bytes of a body that is kept.
        """
        self._limit = limit
        self._received = bytearray()
        self._body = bytearray()
        self._size = 0
        self._missing = 0  # of the chunk that comes, with its line break
        self._is_last = False

    @property
    def body(self) -> bytes | None:
        """All of it; ``None`` for one that is too large."""
        return bytes(self._body) if self._size <= self._limit else None

    def feed(self, data: bytes) -> bytes | None:
        """Take what came; what is behind the body, or ``None`` as long as that is not complete.

        Raises:
            ValueError: It is not in chunks.
        """
        self._received += data
        while True:
            if self._missing:
                if not self._take():
                    return None
                continue
            line, found, rest = self._received.partition(b"\r\n")
            if not found:
                if len(line) > _MAX_LINE_BYTES:
                    raise ValueError("a line is too long")
                return None
            self._received = rest
            if self._is_last and not line:
                return bytes(rest)
            if not self._is_last:
                self._begin(bytes(line.partition(b";")[0]).strip())

    def _begin(self, size: bytes) -> None:
        if not _SIZE.fullmatch(size):
            raise ValueError("a chunk has no size")
        self._missing = int(size, 16) + 2
        if self._missing == 2:
            self._is_last, self._missing = True, 0

    def _take(self) -> bool:
        """Take what is there of a chunk; whether that is all of it."""
        piece = self._received[: self._missing]
        del self._received[: len(piece)]
        of_body = piece[: max(0, self._missing - 2)]
        self._missing -= len(piece)
        self._size += len(of_body)
        if self._size <= self._limit:
            self._body += of_body
        return not self._missing
