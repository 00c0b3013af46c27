"""VPC Lattice services through `httpx`, sync and async: the signature, and what the service refuses.

A shell: what is signed is decided in `signing`, what a refusal means in `denials`.
"""

from __future__ import annotations

import math
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Generator, Iterator, Mapping
from functools import partial
from typing import Any, Literal, Self

from lattice_events.client.denials import LONGEST_BODY_BYTES, is_about_credentials, read_denial
from lattice_events.client.failures import Found, credentials_too_slow, deadline_exceeded, find_in_time
from lattice_events.client.redaction import redact_log
from lattice_events.client.signing import RequestSigner, invocation_headers
from lattice_events.client.time_left import LONGEST_SECONDS, start_clock
from lattice_events.errors import CallError, MissingExtraError, SigningError
from lattice_events.sigv4 import Credentials, encode_url

try:
    import anyio
    import anyio.to_thread
    import httpx
    from httpx import _client as client_module
except ImportError as error:
    raise MissingExtraError("httpx", needed_for="LatticeAuth for httpx") from error

redact_log("httpx")

# Who logs a request, makes that of a redirect of it and shows its URL. Both clients by the class that they
# share: a tracing library may have put classes of its own in the place of `httpx.Client`.
_CLIENT_SIDE = (client_module.BaseClient, httpx.Response)


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
        with _Call(self._signer, request) as call:
            response = yield call.sign()
            if call.may_be_denied(response):
                response.read()
                if call.has_other_credentials(response):
                    response = yield call.sign()
                    if call.may_be_denied(response):
                        response.read()
                        call.raise_denial(response)
            call.finish(response)

    async def async_auth_flow(self, request: httpx.Request) -> AsyncGenerator[httpx.Request, httpx.Response]:
        """Sign and send; once more if the credentials were too old.

        Raises:
            SigningError: The request cannot be signed, or there are no credentials.
            CallError: VPC Lattice refused it, or the time is over.
        """
        with _Call(self._signer, request) as call:
            if call.is_signed and self._signer.may_block:
                await call.in_thread(call.find_credentials)
            response = yield call.sign()
            if call.may_be_denied(response):
                await response.aread()
                if await call.in_thread(partial(call.has_other_credentials, response)):
                    response = yield call.sign()
                    if call.may_be_denied(response):
                        await response.aread()
                        call.raise_denial(response)
            call.finish(response)

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Refuse to be part of another `httpx.Auth`, which would send the request that it was given, unsigned.

        Raises:
            SigningError: The host is one to sign for.
        """
        if self._signer.region_of(str(request.url)) is not None:
            raise SigningError(
                "LatticeAuth for httpx signs a copy of the request, so it cannot be combined through auth_flow: "
                "give it alone (auth=LatticeAuth()) and send other keys as headers=…, or call its sync_auth_flow "
                "or async_auth_flow."
            )
        yield request


class _SignedRequest(httpx.Request):
    """What is sent: signed for whoever reads it, but for the client that sends it, and its response.

    httpx makes the request of a redirect from this one, logs its URL, and has it in messages of errors: none
    of them must have a signature.
    Only the reader tells the one use from the other: a transport may be anybody's, and may send, copy
    or keep the request as often as it likes.
    """

    def __init__(
        self,
        given: httpx.Request,
        *,
        unsigned: tuple[httpx.URL, httpx.Headers],
        signed: tuple[httpx.URL, httpx.Headers],
    ) -> None:
        """Sign.

        Args:
            given: The caller's request, which stays as it is.
            unsigned: URL and headers as the client sees them.
            signed: URL and headers as all others do.
        """
        vars(self).update(
            {name: value for name, value in vars(given).items() if name not in ("url", "headers")}
        )
        self.given = given
        self._unsigned_url, self._unsigned_headers = unsigned
        self.url, self.headers = signed

    def drop_signature(self) -> None:
        """Be unsigned for everybody: the request was not answered, and only errors have it."""
        self.url, self.headers = self._unsigned_url, self._unsigned_headers

    def __repr__(self) -> str:
        """That of the caller's request; the URL that is sent may have the session token."""
        return repr(self.given)

    @property
    def url(self) -> httpx.URL:
        """The URL."""
        return self._unsigned_url if _reader_is_client() else self._signed_url

    @url.setter
    def url(self, url: httpx.URL) -> None:
        self._signed_url = url

    @property
    def headers(self) -> httpx.Headers:
        """The headers."""
        return self._unsigned_headers if _reader_is_client() else self._signed_headers

    @headers.setter
    def headers(self, headers: httpx.Headers) -> None:
        self._signed_headers = headers


def _reader_is_client() -> bool:
    """Whether the property which asks is read by a method of httpx's client or response, or of a subclass."""
    reader = sys._getframe(2)  # noqa: SLF001 - the documented way to the caller
    return isinstance(reader.f_locals.get("self"), _CLIENT_SIDE)


class _Call:
    """One request on its way."""

    def __init__(self, signer: RequestSigner, request: httpx.Request) -> None:
        self._signer, self._request = signer, request
        self._region = signer.region_of(str(request.url))
        self._credentials: Credentials | None = None
        self._canonical_request = ""
        self._seconds_left = start_clock()
        self._sent: list[_SignedRequest] = []

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        """Leave no signature in the request that an error has."""
        if kind is not None:
            for each in self._sent:
                each.drop_signature()

    @property
    def is_signed(self) -> bool:
        """Whether the host is ours to sign for."""
        return self._region is not None

    def find_credentials(self) -> Credentials:
        """Those that the request is signed with, found once."""
        if self._credentials is None:
            self._credentials = self._find(self._signer.find_credentials)
        return self._credentials

    def _find(self, find: Callable[[], Found]) -> Found:
        """Credentials, unless finding them takes the time of the call."""
        return find_in_time(
            find,
            seconds_left=self._seconds_left,
            host=self._request.url.host,
            request_id=self._request_id,
        )

    async def in_thread(self, find: Callable[[], Found]) -> Found:
        """What a thread finds in time; it goes on by itself when the time is over, or the caller gives up."""
        left = self._seconds_left()
        with anyio.move_on_after(left if left > 0 else None):  # without time it looks for none, and says so
            return await anyio.to_thread.run_sync(find, abandon_on_cancel=True)
        raise credentials_too_slow(self._request.url.host, self._request_id)

    def sign(self) -> httpx.Request:
        """The request to send: signed if its host is ours to sign for, else the caller's own."""
        if self._region is None:
            return self._request
        given = self._request
        headers = given.headers.copy()
        for name, value in invocation_headers():
            headers.setdefault(name, value)
        text = encode_url(str(given.url))
        url = given.url if text == str(given.url) else httpx.URL(text)
        if url.netloc != given.url.netloc and headers.get("host") == given.url.netloc.decode():
            headers["host"] = url.netloc.decode()
        pairs = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers.raw]
        signed = self._signer.sign(
            given.method, text, pairs, region=self._region, credentials=self.find_credentials()
        )
        self._canonical_request = signed.canonical_request
        sent = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in signed.headers]
        request = _SignedRequest(
            given,
            unsigned=(url, headers),
            signed=(url if signed.url == text else httpx.URL(signed.url), httpx.Headers(sent)),
        )
        request.extensions = {**given.extensions, **self._bounded_timeouts()}
        self._sent.append(request)
        return request

    def _bounded_timeouts(self) -> dict[str, Any]:
        """The timeouts of the request, cut to the time that is left; nothing where no time is set."""
        left = self._seconds_left()
        if left == math.inf:
            return {}
        self._check_time()
        left = min(left, LONGEST_SECONDS)
        given = self._request.extensions.get("timeout", {})
        kinds = ("connect", "read", "write", "pool")
        return {
            "timeout": {name: left if given.get(name) is None else min(given[name], left) for name in kinds}
        }

    def finish(self, response: httpx.Response) -> None:
        """Hand the answer over: without the signature, and with a body that ends when the time is over."""
        for each in (*response.history, response):
            if isinstance(each.request, _SignedRequest):
                each.request = each.request.given
        if self._region is not None and not response.is_stream_consumed and self._seconds_left() < math.inf:
            response.stream = _TimedStream(response.stream, self._check_time)

    def _check_time(self) -> None:
        """Raise if the time is over."""
        if self._seconds_left() <= 0:
            raise deadline_exceeded(self._request.url.host, self._request_id)

    @property
    def _request_id(self) -> str | None:
        """The id of the request being served, which the call carries."""
        found: str | None = self._request.headers.get("x-amzn-requestid") or dict(invocation_headers()).get(
            "x-amzn-requestid"
        )
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
            other = self._find(partial(self._signer.find_other_credentials, self._credentials))
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
