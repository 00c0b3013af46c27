"""What a server answers, read from its bytes: what is not a whole and clear HTTP/1.1 answer is an error.

httptools (llhttp, Node's parser) reads; what it lets through and cannot be passed on is refused here.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from httptools import HttpParserError, HttpResponseParser

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.raw import headers_of

MAX_HEAD_BYTES = 64 * 1024
_MAX_INTERIM = 100  # answers, all of them together no longer than one head
_BODILESS = (204, 304)
_CONTROL = re.compile(rb"[^\t -~\x80-\xff]")
_END_OF_HEAD = re.compile(rb"\n\r?\n")
_INTERIM = re.compile(rb"HTTP/1\.[01] 1(\d\d)[ \r\n]")


class Head(NamedTuple):
    """The head of an answer.

    Attributes:
        status: From 200 to 599.
        reason: Of the status line; ``None`` for one that is not ASCII.
        headers: Names in lower case, as VPC Lattice passes them.
    """

    status: int
    reason: str | None
    headers: Headers


class AnswerReader:
    """Reads the one answer to a request from what arrives.

    Attributes:
        head: ``None`` until all of it is there.
        has_begun: Whether one byte has arrived.
        is_complete: Whether all of the answer is there.
        may_reuse: Whether the connection certainly stands where a next answer would begin: this one ended by itself,
            nothing came behind it, and the server did not say that it closes.
        buffered_bytes: Of the body, not taken yet.
    """

    __slots__ = (
        "_framing", "_has_body", "_interim_bytes", "_interim_count", "_pairs", "_parser", "_pieces", "_problem",
        "_quiet_bytes", "_raw", "_reason", "_scanned", "buffered_bytes", "has_begun", "head", "is_complete",
        "may_reuse",
    )  # fmt: skip

    def __init__(self, method: str) -> None:
        """Wait for the answer to a request of this method."""
        self.head: Head | None = None
        self.has_begun = self.is_complete = self.may_reuse = False
        self.buffered_bytes = 0
        self._has_body = method != "HEAD"
        self._raw = b""
        self._scanned = self._interim_count = self._interim_bytes = self._quiet_bytes = 0
        self._pairs: list[tuple[bytes, bytes]] = []
        self._reason = b""
        self._pieces: list[bytes] = []
        self._framing = ""
        self._problem: str | None = None
        self._parser: HttpResponseParser | None = None

    def feed(self, data: bytes) -> None:
        """Read what has arrived.

        Raises:
            TargetError: It is not HTTP/1.1.
        """
        self.has_begun = True
        if self.is_complete:
            self.may_reuse = False
        elif self._parser is not None:
            self._quiet_bytes += len(data)
            self._parse(self._parser, data)
        elif whole := self._with_whole_head(data):
            self._raw = b""
            self._parser = HttpResponseParser(self)
            # As lenient as RFC 9112 §2.2 and §7.1.1 let whoever receives be.
            self._parser.set_dangerous_leniencies(
                lenient_optional_cr_before_lf=True, lenient_spaces_after_chunk_size=True
            )
            self._parse(self._parser, whole)

    def end(self) -> None:
        """Nothing more will arrive.

        Raises:
            TargetError: The answer is not whole.
        """
        self.may_reuse = False
        if not self.is_complete and self._framing != "close":
            raise TargetError("it closed the connection before it answered", kind="closed")
        self.is_complete = True
        self._parser = None

    def take(self) -> bytes:
        """What has arrived of the body and was not taken yet."""
        pieces, self._pieces = self._pieces, []
        self.buffered_bytes = 0
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _with_whole_head(self, data: bytes) -> bytes | None:
        """What has arrived, once the head of the final answer is whole; interim ones (1xx) end here."""
        if self._raw:
            data = self._raw + data
        while end := _END_OF_HEAD.search(data, max(0, self._scanned - 2)):
            self._check_length(end.end())
            interim = _INTERIM.match(data)
            if interim is None:
                return data
            self._drop_interim(interim, end.end())
            data = data[end.end() :]
            self._scanned = 0
        self._check_length(len(data))
        self._raw, self._scanned = data, len(data)
        return None

    def _drop_interim(self, interim: re.Match[bytes], length: int) -> None:
        if interim[1] == b"01":
            raise _not_http("status 101, but no upgrade was asked for")
        self._interim_count += 1
        self._interim_bytes += length
        if self._interim_count > _MAX_INTERIM or self._interim_bytes > MAX_HEAD_BYTES:
            raise TargetError("it sends interim answers (1xx) without end", kind="protocol")

    def _check_length(self, length: int) -> None:
        if length > MAX_HEAD_BYTES:
            raise _not_http(f"its head is over {MAX_HEAD_BYTES:,} bytes")

    def _parse(self, parser: HttpResponseParser, data: bytes) -> None:
        try:
            parser.feed_data(data)
        except HttpParserError as error:
            if not self.is_complete:
                raise _not_http(str(error)) from None
            self.may_reuse = False
        if self._problem is not None:
            raise _not_http(self._problem)
        if self.is_complete:
            self._parser = None  # they refer to each other
        elif self._quiet_bytes > MAX_HEAD_BYTES:
            raise _not_http("what stands between the parts of its body has no end")

    # ── called by the parser ──────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        """A second answer, which nobody asked for, ends the use of the connection."""
        if self.is_complete:
            self.may_reuse = False

    def on_status(self, reason: bytes) -> None:
        """Keep the reason."""
        if self.head is None:
            self._reason = reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header; those behind a body in chunks are dropped."""
        if self.head is None:
            self._pairs.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """Judge the head."""
        if self.head is not None or self._parser is None:
            return
        status, version = self._parser.get_status_code(), self._parser.get_http_version()
        headers = headers_of(self._pairs)
        self._framing, self._problem = self._judge(status, version, headers)
        if self._problem is not None:
            return
        reason = self._reason.decode() if self._reason.isascii() else None
        self.head = Head(status, reason, headers)
        self.is_complete = self._framing == "none"
        self.may_reuse = version == "1.1" and self._framing != "close" and not _says_close(headers)

    def _judge(self, status: int, version: str, headers: Headers) -> tuple[str, str | None]:
        """How the body ends, and what httptools lets through and is not an answer that could be passed on."""
        codings = headers.get_all("transfer-encoding")
        problem = None
        if version not in ("1.0", "1.1"):
            problem = f"version {version}"
        elif not 200 <= status <= 599:
            problem = f"status {status}"
        elif _CONTROL.search(self._reason):
            problem = "a control character in its head"
        elif codings and [each.lower() for each in codings] != ["chunked"]:
            problem = "a Transfer-Encoding other than chunked"
        elif codings and "content-length" in headers:
            problem = "both Transfer-Encoding and Content-Length"
        if not self._has_body or status in _BODILESS:
            return "none", problem
        return "chunked" if codings else "length" if "content-length" in headers else "close", problem

    def on_body(self, piece: bytes) -> None:
        """Keep a piece of the body."""
        if self.is_complete:
            self.may_reuse = False
            return
        self._pieces.append(piece)
        self.buffered_bytes += len(piece)
        self._quiet_bytes = 0

    def on_message_complete(self) -> None:
        """The answer is whole."""
        self.is_complete = self.head is not None


def _says_close(headers: Headers) -> bool:
    """Whether a server says that it closes the connection."""
    named = headers.get_all("connection")
    return bool(named) and "close" in (option.strip().lower() for option in ",".join(named).split(","))


def _not_http(problem: str) -> TargetError:
    return TargetError(f"its answer is not HTTP/1.1 ({problem})", kind="protocol")
