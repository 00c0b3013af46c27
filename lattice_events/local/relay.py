"""Pass an HTTP request on to a server and its response back, as streams."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

import aiohttp
from aiohttp import web
from multidict import CIMultiDict
from yarl import URL

from lattice_events.errors import TargetClosedError, TargetError, TargetTimeoutError, TargetUnavailableError
from lattice_events.headers import Headers
from lattice_events.local.stopwatch import Stopwatch
from lattice_events.network.dataplane import IDLE_TIMEOUT_SECONDS
from lattice_events.network.decision import Failure

_CHUNK_BYTES = 64 * 1024
_CONNECT_LIMIT_SECONDS = 5
_NOT_ADDED = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class _PlainHeaders(web.StreamResponse):
    """Sends the headers that it was given, and none that aiohttp would add but lengths and the date."""

    async def _prepare_headers(self) -> None:
        given = {name.lower() for name in self.headers}
        await super()._prepare_headers()
        for name in ("Server", "Content-Type"):
            if name.lower() not in given:
                self.headers.popall(name, None)


class PlainResponse(_PlainHeaders):
    """A response whose body is written piece by piece."""


class PlainText(_PlainHeaders, web.Response):
    """A response of our own, complete."""


def open_session() -> aiohttp.ClientSession:
    """A client that changes nothing: no cookies, no redirects, no decompression, no proxy of its own.

    A target's connection is not kept: it may close an idle one at any time, and what is then lost
    is a request that VPC Lattice would have delivered.
    """
    tracing = aiohttp.TraceConfig()
    tracing.on_request_headers_sent.append(_note_sent)
    tracing.on_request_chunk_sent.append(_note_sent)
    return aiohttp.ClientSession(
        auto_decompress=False,
        connector=aiohttp.TCPConnector(limit=0, force_close=True),
        cookie_jar=aiohttp.DummyCookieJar(),
        skip_auto_headers=_NOT_ADDED,
        trace_configs=[tracing],
        timeout=aiohttp.ClientTimeout(
            total=None, sock_connect=_CONNECT_LIMIT_SECONDS, sock_read=IDLE_TIMEOUT_SECONDS
        ),
        max_line_size=64 * 1024,
        max_field_size=64 * 1024,
    )


async def _note_sent(_session: aiohttp.ClientSession, context: SimpleNamespace, _sent: object) -> None:
    """Tell the stopwatch of a request that bytes of it have left."""
    watch = context.trace_request_ctx
    if isinstance(watch, Stopwatch):
        watch.sent()


def has_body(request: web.BaseRequest) -> bool:
    """Whether a request announces a body."""
    return "Transfer-Encoding" in request.headers or request.headers.get("Content-Length", "0") != "0"


async def read_body(request: web.BaseRequest, limit_bytes: int) -> bytes | None:
    """The body, or ``None`` for one over the limit, of which the rest is not kept."""
    await allow_body(request)
    body = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
        if len(body) <= limit_bytes:
            body += chunk
    return None if len(body) > limit_bytes else bytes(body)


async def allow_body(request: web.BaseRequest) -> None:
    """Tell a client that waits for it to send its body."""
    if request.headers.get("Expect", "").lower() == "100-continue" and request.transport is not None:
        request.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


async def _body_of(request: web.BaseRequest) -> AsyncIterator[bytes]:
    await allow_body(request)
    async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
        yield chunk


async def send(
    session: aiohttp.ClientSession,
    request: web.BaseRequest,
    server: str,
    target: str,
    headers: Headers,
    *,
    proxy: str | None = None,
    watch: Stopwatch | None = None,
) -> aiohttp.ClientResponse:
    """Send a client's request on; the response's body is still to be read.

    Args:
        session: Of `open_session`.
        request: The client's, for its method and body.
        server: Scheme, host and port.
        target: For the request line, exactly as it is to be sent.
        headers: To send, and no others.
        proxy: URL of a proxy to go through.
        watch: Told when the request leaves.

    Raises:
        TargetUnavailableError: No connection.
        TargetTimeoutError: No answer in time.
        TargetClosedError: The connection broke before there was an answer.
        TargetError: No HTTP.
    """
    options: dict[str, Any] = {"proxy": proxy} if proxy else {}
    try:
        return await session.request(
            request.method,
            _url_of(server, target),
            headers=CIMultiDict(headers.items()),
            data=_body_of(request) if has_body(request) else None,
            allow_redirects=False,
            trace_request_ctx=watch,
            **options,
        )
    except aiohttp.ClientConnectorError as error:
        raise TargetUnavailableError(f"no connection: {error.os_error}", status_hint=503) from error
    except TimeoutError as error:
        raise TargetTimeoutError("it did not answer in time", status_hint=504) from error
    except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError) as error:
        raise TargetClosedError("it closed the connection before it answered", status_hint=502) from error
    except (aiohttp.ClientError, ValueError) as error:
        raise TargetError(f"its answer is not HTTP ({type(error).__name__})", status_hint=502) from error


def _url_of(server: str, target: str) -> URL:
    """A URL for aiohttp, which makes the request line from it.

    The target stands in it as a path of which nothing is read: a URL library would drop a fragment and a
    bare ``?``, and the server would be asked for something else than was decided.
    """
    base = URL(server)
    return URL.build(scheme=base.scheme, host=base.host or "", port=base.port, path=target, encoded=True)


async def pass_body(
    request: web.BaseRequest,
    status: int,
    reason: str | None,
    headers: Headers,
    upstream: aiohttp.ClientResponse,
) -> tuple[web.StreamResponse, Failure | None]:
    """Stream a response's body to the client; a server that breaks off breaks the client's connection.

    Returns:
        The response as far as it was written, and why that is not the whole.
    """
    response = PlainResponse(status=status, reason=reason, headers=CIMultiDict(headers.items()))
    await response.prepare(request)
    try:
        async for chunk in upstream.content.iter_chunked(_CHUNK_BYTES):
            await response.write(chunk)
    except aiohttp.ClientConnectionResetError:  # of the write: the server's own breaks are payload errors
        return response, "client_closed"
    except (aiohttp.ClientError, TimeoutError) as error:
        # The status has left already; a cut connection is the one way left to say that it failed.
        if request.transport is not None:
            request.transport.abort()
        return response, "timeout" if isinstance(error, TimeoutError) else "closed"
    await response.write_eof()
    return response, None


def headers_of(upstream: aiohttp.ClientResponse) -> Headers:
    """The headers of a response, names in lower case as VPC Lattice passes them."""
    return Headers((name.decode("latin-1").lower(), text_of(value)) for name, value in upstream.raw_headers)


def text_of(value: bytes) -> str:
    """A header's value as text, whatever its bytes."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")
