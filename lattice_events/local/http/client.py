"""HTTP/1.1 to a target, one request a connection: what is sent is what was decided, byte for byte.

h11 reads the answer and refuses what is no HTTP. No URL is taken apart here, no redirect followed, nothing
decompressed. A connection is not kept: a target may close an idle one at any time, and what is then lost
is a request that VPC Lattice would have delivered.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from functools import cache
from types import TracebackType
from typing import Self

import h11

from lattice_events.errors import TargetClosedError, TargetError, TargetTimeoutError, TargetUnavailableError
from lattice_events.headers import Headers
from lattice_events.local.stopwatch import Stopwatch
from lattice_events.network.dataplane import IDLE_TIMEOUT_SECONDS

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Connect = Callable[[], Awaitable[Streams]]
_CHUNK_BYTES = 64 * 1024
_MAX_HEAD_BYTES = 64 * 1024
_CONNECT_LIMIT_SECONDS = 5
_MAX_INTERIM = 100  # answers, all of them together no longer than one head
_CONTROL = re.compile(rb"[^\t -~\x80-\xff]")
_FOLDED = re.compile(rb"\n[\t ]")


class TargetResponse:
    """A target's answer, whose body is still to be read.

    Attributes:
        status: From 200 to 599.
        reason: Of the status line; ``None`` for one that is not ASCII.
        headers: Names in lower case, as VPC Lattice passes them.
    """

    def __init__(self, talk: _Talk, head: h11.Response) -> None:
        """Keep the head."""
        self._talk = talk
        reason = bytes(head.reason)
        self.status = head.status_code
        self.reason = reason.decode() if reason.isascii() else None
        self.headers = headers_of(head.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, piece by piece.

        Raises:
            TargetTimeoutError: The target fell silent.
            TargetClosedError: It broke off.
            TargetError: What it sent is no HTTP.
        """
        while isinstance(event := await self._talk.next_event(), h11.Data):
            yield bytes(event.data)

    async def __aenter__(self) -> Self:
        """The response."""
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the connection."""
        self._talk.close()


async def send(
    connect: Connect,
    method: str,
    target: str,
    headers: Headers,
    body: AsyncIterator[bytes] | None,
    *,
    watch: Stopwatch | None = None,
) -> TargetResponse:
    """Send a request and wait for the head of the answer.

    Args:
        connect: Opens the connection.
        method: As the client sent it.
        target: For the request line, exactly as it is to be sent.
        headers: To send, and no others but those of the connection.
        body: What the client sends, if anything.
        watch: Told when bytes leave.

    Raises:
        TargetUnavailableError: No connection.
        TargetTimeoutError: No answer in time.
        TargetClosedError: The connection broke before there was an answer.
        TargetError: No HTTP.
    """
    try:
        async with asyncio.timeout(_CONNECT_LIMIT_SECONDS):
            reader, writer = await connect()
    except OSError as error:  # TimeoutError is one
        text = f"no connection: {str(error) or 'no answer'}"
        raise TargetUnavailableError(text, status_hint=503) from error
    talk = _Talk(reader, writer, watch)
    try:
        return TargetResponse(talk, await talk.ask(method, target, headers, body))
    except BaseException:
        talk.close()
        raise


class _Talk:
    """One request and its answer on a connection."""

    def __init__(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, watch: Stopwatch | None
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._watch = watch
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MAX_HEAD_BYTES)
        self._sending: asyncio.Task[None] | None = None
        self._waits_until = 0.0
        self._idle: asyncio.Timeout | None = None
        self._head = bytearray()
        self._has_ended = False

    def close(self) -> None:
        """Hang up, whatever is still to be sent."""
        if self._sending is not None:
            self._sending.cancel()
        self._writer.transport.abort()

    async def ask(
        self, method: str, target: str, headers: Headers, body: AsyncIterator[bytes] | None
    ) -> h11.Response:
        """Send the request, and read the answer meanwhile: it may come before the body has left."""
        framing = (("transfer-encoding", "chunked"),) if body and "content-length" not in headers else ()
        pairs = (*headers.items(), *framing, ("connection", "close"))
        self._write(
            h11.Request(
                method=method,
                target=target.encode(),
                headers=[(name.encode("latin-1"), value.encode()) for name, value in pairs],
            )
        )
        if body is None:
            self._write(h11.EndOfMessage())
            return await self._read_head()
        self._sending = asyncio.create_task(self._send_body(body))
        self._sending.add_done_callback(lambda task: task.cancelled() or task.exception())
        try:
            return await self._read_head()
        except TargetError:
            if self._sending.done():
                self._sending.result()  # if it was the client's body that broke off
            raise

    async def _send_body(self, body: AsyncIterator[bytes]) -> None:
        """Pass the client's body on; a target that takes no more of it may still have answered."""
        try:
            async for chunk in body:
                self._write(h11.Data(data=chunk))
                await self._writer.drain()
            self._write(h11.EndOfMessage())
        except (ConnectionError, h11.LocalProtocolError):
            pass
        except BaseException:
            self._writer.transport.abort()
            raise

    def _write(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            if self._watch is not None:
                self._watch.sent()
            self._wait_anew()

    def _wait_anew(self) -> None:
        """Something moved: silence begins again."""
        self._waits_until = asyncio.get_running_loop().time() + IDLE_TIMEOUT_SECONDS
        if self._idle is not None:
            self._idle.reschedule(self._waits_until)

    async def _read_head(self) -> h11.Response:
        """The final answer; interim ones (1xx) end here, but for one that switches protocols."""
        count = length = 0
        while isinstance(event := await self.next_event(), h11.InformationalResponse):
            count, length = count + 1, length + self._drop_interim()
            if count > _MAX_INTERIM or length > _MAX_HEAD_BYTES:
                raise TargetError("it sends interim answers (1xx) without end", status_hint=502)
        if not isinstance(event, h11.Response):
            raise TargetClosedError("it closed the connection before it answered", status_hint=502)
        problem = _problem_of(event, bytes(self._head))
        if problem is not None:
            raise TargetError(f"its answer is not HTTP/1.1 ({problem})", status_hint=502)
        return event

    def _drop_interim(self) -> int:
        """Keep of the head only what h11 has not read yet; how many bytes that was not."""
        length = len(self._head) - len(self._http.trailing_data[0])
        del self._head[:length]
        return length

    async def next_event(self) -> h11.Event | type[h11.PAUSED]:
        """What the target says next."""
        try:
            while (event := self._http.next_event()) is h11.NEED_DATA:
                self._http.receive_data(await self._read())
        except TimeoutError as error:
            raise TargetTimeoutError("it did not answer in time", status_hint=504) from error
        except (OSError, h11.RemoteProtocolError) as error:
            if self._has_ended or isinstance(error, OSError):
                text = "it closed the connection before it answered"
                raise TargetClosedError(text, status_hint=502) from error
            raise TargetError(f"its answer is not HTTP/1.1 ({_words_of(error)})", status_hint=502) from error
        return event  # type: ignore[return-value]  # NEED_DATA is behind us

    async def _read(self) -> bytes:
        """The next bytes; neither side may be silent for long. What is no whole answer yet is silence."""
        is_head = self._http.their_state is h11.SEND_RESPONSE
        if not is_head:
            self._wait_anew()
        try:
            async with asyncio.timeout_at(self._waits_until) as self._idle:
                data = await self._reader.read(_CHUNK_BYTES)
        finally:
            self._idle = None
        self._has_ended = not data
        if is_head:
            self._head += data
        return data


def _words_of(error: BaseException) -> str:
    """What h11 says, without the bytes that it quotes: they may hold a secret."""
    if "_SWITCH_UPGRADE" in str(error):
        return "status 101, but no upgrade was asked for"
    return str(error).partition(": bytearray")[0]


def _problem_of(head: h11.Response, raw: bytes) -> str | None:
    """What h11 lets through and is no answer that could be passed on."""
    names = {name for name, _ in head.headers}
    if not head.http_version.startswith(b"1."):
        return f"version {head.http_version.decode()}"
    if head.status_code > 599:
        return f"status {head.status_code}"
    if {b"transfer-encoding", b"content-length"} <= names:
        return "both Transfer-Encoding and Content-Length"
    if _FOLDED.search(raw.replace(b"\r", b"").partition(b"\n\n")[0]):
        return "a folded header line"
    if any(_CONTROL.search(text) for text in (head.reason, *(value for _, value in head.headers))):
        return "a control character in its head"
    return None


@cache
def tls_context() -> ssl.SSLContext:
    """For connections to servers, whose certificates are checked."""
    return ssl.create_default_context()


@cache
def target_tls() -> ssl.SSLContext:
    """For connections to targets: VPC Lattice does not validate their certificates.

    Source:
        https://docs.aws.amazon.com/vpc-lattice/latest/ug/target-groups.html
    """
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def headers_of(pairs: Iterable[tuple[bytes, bytes]]) -> Headers:
    """Headers as they came, as text, whatever their bytes."""
    return Headers((name.decode("latin-1"), _text_of(value)) for name, value in pairs)


def _text_of(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
