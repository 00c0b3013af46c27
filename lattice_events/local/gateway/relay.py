"""Pass an HTTP request on to a server and its response back, as streams."""

from __future__ import annotations

from collections.abc import AsyncIterator

from aiohttp import web
from multidict import CIMultiDict

from lattice_events.errors import TargetError
from lattice_events.headers import Headers
from lattice_events.local.http.client import TargetResponse
from lattice_events.network.decision import Failure

_CHUNK_BYTES = 64 * 1024
NO_BODY = frozenset((204, 205, 304))


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


def body_of(request: web.BaseRequest) -> AsyncIterator[bytes] | None:
    """The body of a request, piece by piece; ``None`` for a request that announces none."""
    return _chunks_of(request) if has_body(request) else None


async def _chunks_of(request: web.BaseRequest) -> AsyncIterator[bytes]:
    await allow_body(request)
    async for chunk in request.content.iter_chunked(_CHUNK_BYTES):
        yield chunk


def framed(method: str, status: int, headers: Headers, length: int | None) -> Headers:
    """The headers with the one Content-Length that is true.

    A 204 has none and a 205 has 0. That of a HEAD or a 304 is the length of what a GET would get.

    Args:
        method: Of the request.
        status: Of the response.
        headers: As the target gave them.
        length: Of the body; ``None`` where the target's own framing has been checked.

    Source:
        https://www.rfc-editor.org/rfc/rfc9110#section-8.6
    """
    if status == 204:
        return headers.without("content-length")
    if status == 205:
        length = 0
    elif status == 304 or (method == "HEAD" and not length):
        given = headers.get_all("content-length")
        is_length = len(given) == 1 and given[0].isascii() and given[0].isdigit()
        return headers if is_length else headers.without("content-length")
    return headers if length is None else headers.with_items((("content-length", str(length)),))


async def pass_on(
    request: web.BaseRequest, answer: TargetResponse, headers: Headers
) -> tuple[web.StreamResponse, Failure | None]:
    """Stream a target's answer to the client; a target that breaks off breaks the client's connection.

    Args:
        request: The client's.
        answer: Its head has been read.
        headers: To send instead of the answer's own.

    Returns:
        The response as far as it was written, and why that is not the whole.
    """
    kept = framed(request.method, answer.status, headers, None)
    response = PlainResponse(status=answer.status, reason=answer.reason, headers=CIMultiDict(kept.items()))
    await response.prepare(request)
    try:
        async for chunk in answer.chunks():
            if answer.status not in NO_BODY:
                await response.write(chunk)
    except ConnectionResetError:  # of the write: the target's own breaks are target errors
        return response, "client_closed"
    except TargetError as error:
        # The status has left already; a cut connection is the one way left to say that it failed.
        if request.transport is not None:
            request.transport.abort()
        return response, "timeout" if error.kind == "timeout" else "closed"
    await response.write_eof()
    return response, None
