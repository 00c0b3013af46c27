"""VPC Lattice services through `httpx`, sync and async: the signature, and what the service refuses.

A shell: what is signed is decided in `signing`, what a refusal means in `denials`.
"""

from __future__ import annotations

import math
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Generator, Iterator, Mapping
from typing import Any, Literal

from lattice_events.client.denials import LONGEST_BODY_BYTES, is_about_credentials, read_denial
from lattice_events.client.failures import deadline_exceeded
from lattice_events.client.redaction import redact_log
from lattice_events.client.signing import WRITTEN_HEADERS, RequestSigner, invocation_headers
from lattice_events.client.time_left import start_clock
from lattice_events.errors import CallError, MissingExtraError
from lattice_events.sigv4 import Credentials, encode_url

try:
    import anyio.to_thread
    import httpx
except ImportError as error:
    raise MissingExtraError("httpx", needed_for="LatticeAuth for httpx") from error

redact_log("httpx")

_MakeTrace = Callable[[Callable[[str], None], Any], Callable[[str, Any], Any]]


class LatticeAuth(httpx.Auth):
    """Signs what VPC Lattice takes: ``httpx.Client(auth=LatticeAuth())``, ``AsyncClient`` likewise.

    Signed are generated domain names of VPC Lattice, and the hosts given as `hosts`; any other host
    gets the request as it is. What VPC Lattice refuses is raised. Every timeout of the request is cut
    to the time that the invocation being served has left (see `deadline`), and a body that drips ends
    with the first piece after it. Headers that drip may take longer, which `LatticeSession` does not
    allow.

    Leave ``follow_redirects`` off, as it is by default: a redirected request goes on without the
    signature, which no other host may see.
    """

    def __init__(
        self,
        *,
        hosts: Mapping[str, str] | None = None,
        credentials: Callable[[], Credentials] | None = None,
        mode: Literal["header", "query"] = "header",
        path_encoding: Literal["double", "single"] = "double",
        algorithm: Literal["sigv4", "sigv4a"] = "sigv4",
    ) -> None:
        """Take what `lattice_events.client.LatticeSession` takes."""
        self._signer = RequestSigner(
            hosts=hosts, credentials=credentials, mode=mode, path_encoding=path_encoding, algorithm=algorithm
        )

    def sync_auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign and send; once more if the credentials were too old.

        Raises:
            SigningError: The request cannot be signed, or there are no credentials.
            CallError: VPC Lattice refused it, or the time is over.
        """
        call = _Call(self._signer, request, _trace_sync)
        response = yield call.sign()
        if call.may_be_denied(response):
            response.read()
            if call.has_other_credentials(response):
                response = yield call.sign()
                if call.may_be_denied(response):
                    response.read()
                    call.raise_denial(response)
        call.bound_body(response)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign and send; once more if the credentials were too old.

        Raises:
            SigningError: The request cannot be signed, or there are no credentials.
            CallError: VPC Lattice refused it, or the time is over.
        """
        call = _Call(self._signer, request, _trace_async)
        if call.is_signed and self._signer.may_block:
            await anyio.to_thread.run_sync(call.find_credentials)
        response = yield call.sign()
        if call.may_be_denied(response):
            await response.aread()
            if await anyio.to_thread.run_sync(call.has_other_credentials, response):
                response = yield call.sign()
                if call.may_be_denied(response):
                    await response.aread()
                    call.raise_denial(response)
        call.bound_body(response)


class _Call:
    """One request on its way."""

    def __init__(self, signer: RequestSigner, request: httpx.Request, make_trace: _MakeTrace) -> None:
        self._signer, self._request = signer, request
        self._trace = make_trace(self._forget_signature, request.extensions.get("trace"))
        self._region = signer.region_of(str(request.url))
        self._credentials: Credentials | None = None
        self._url = request.url
        self._given = request.headers.copy()
        self._canonical_request = ""
        self._seconds_left = start_clock()

    @property
    def is_signed(self) -> bool:
        """Whether the host is ours to sign for."""
        return self._region is not None

    def find_credentials(self) -> Credentials:
        """Those that the request is signed with, found once."""
        if self._credentials is None:
            self._credentials = self._signer.find_credentials()
        return self._credentials

    def sign(self) -> httpx.Request:
        """The request, signed if its host is ours to sign for."""
        if self._region is None:
            return self._request
        credentials = self.find_credentials()
        request = self._request
        request.headers = self._given.copy()
        for name, value in invocation_headers():
            request.headers.setdefault(name, value)
        url = encode_url(str(self._url))
        if url != str(self._url):
            self._url = httpx.URL(url)
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw]
        signed = self._signer.sign(request.method, url, pairs, region=self._region, credentials=credentials)
        request.url = self._url if signed.url == url else httpx.URL(signed.url)
        request.headers = httpx.Headers(signed.headers)
        self._canonical_request = signed.canonical_request
        request.extensions = {**request.extensions, **self._bounded_timeouts(), "trace": self._trace}
        return request

    def _bounded_timeouts(self) -> dict[str, Any]:
        """The timeouts of the request, cut to the time that is left; nothing where no time is set."""
        left = self._seconds_left()
        if left == math.inf:
            return {}
        self._check_time()
        given = self._request.extensions.get("timeout", {})
        kinds = ("connect", "read", "write", "pool")
        return {
            "timeout": {name: left if given.get(name) is None else min(given[name], left) for name in kinds}
        }

    def _forget_signature(self, event: str) -> None:
        """Take the signature off once it has left.

        httpx makes the request of a redirect of this one, and its URL stands in messages.
        """
        if event.endswith("send_request_headers.complete"):
            self._request.url = self._url
            for name in WRITTEN_HEADERS:
                if name not in self._given:
                    self._request.headers.pop(name, None)

    def bound_body(self, response: httpx.Response) -> None:
        """Let a body that is still to be read end when the time is over."""
        if self._region is not None and not response.is_stream_consumed and self._seconds_left() < math.inf:
            response.stream = _TimedStream(response.stream, self._check_time)

    def _check_time(self) -> None:
        """Raise if the time is over."""
        if self._seconds_left() <= 0:
            raise deadline_exceeded(self._request.url.host, self._request_id)

    @property
    def _request_id(self) -> str | None:
        """The id of the request being served, which the call carries."""
        found: str | None = self._request.headers.get("x-amzn-requestid")
        return found

    def may_be_denied(self, response: httpx.Response) -> bool:
        """Whether the body must be read to know who refused."""
        length = response.headers.get("content-length", "0")
        is_short = length.isdigit() and int(length) <= LONGEST_BODY_BYTES
        return self._region is not None and response.status_code == 403 and is_short

    def has_other_credentials(self, response: httpx.Response) -> bool:
        """Whether fresh credentials are at hand for a 403 that is about those that were used.

        Raises:
            CallError: VPC Lattice refused, for another reason or with nothing fresher at hand.
        """
        denial = self._denial(response)
        if denial is None:
            return False
        if self._credentials is not None and is_about_credentials(denial) and self._can_be_sent_again:
            other = self._signer.find_other_credentials(self._credentials)
            if other is not None:
                self._credentials = other
                return True
        raise denial

    def raise_denial(self, response: httpx.Response) -> None:
        """Raise what the 403 stands for, if VPC Lattice gave it."""
        denial = self._denial(response)
        if denial is not None:
            raise denial

    @property
    def _can_be_sent_again(self) -> bool:
        """Whether the body is in memory."""
        return isinstance(self._request.stream, httpx.ByteStream)

    def _denial(self, response: httpx.Response) -> CallError | None:
        """The error that the 403 stands for."""
        return read_denial(
            response.content,
            canonical_request=self._canonical_request,
            request_id=response.headers.get("x-amzn-requestid") or self._request_id,
        )


class _TimedStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body each piece of which must come in time."""

    def __init__(self, stream: Any, check_time: Callable[[], None]) -> None:
        self._stream, self._check_time = stream, check_time

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._stream:
            self._check_time()
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for piece in self._stream:
            self._check_time()
            yield piece

    def close(self) -> None:
        self._stream.close()

    async def aclose(self) -> None:
        await self._stream.aclose()


# httpx's trace extension: a function, or a coroutine function, of an event's name and what it is about.


def _trace_sync(on_event: Callable[[str], None], given: Any) -> Callable[[str, Any], None]:
    """Tell of each event; the caller's own trace hears of it too."""

    def trace(event: str, info: Any) -> None:
        on_event(event)
        if given is not None:
            given(event, info)

    return trace


def _trace_async(on_event: Callable[[str], None], given: Any) -> Callable[[str, Any], Awaitable[None]]:
    """The same for an asynchronous client."""

    async def trace(event: str, info: Any) -> None:
        on_event(event)
        if given is not None:
            await given(event, info)

    return trace
