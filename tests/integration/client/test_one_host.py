"""A signature goes to the host that it was made for, each time that the request is sent, and nowhere else."""

from __future__ import annotations

import asyncio
import http.client
import importlib.util
import ssl
from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

import anyio.to_thread
import httpx
import pytest
import requests
import trustme
from httpx_aiohttp import AiohttpTransport
from httpx_retries import Retry, RetryTransport
from urllib3.util import Retry as UrllibRetry

from lattice_events.client.httpx import LatticeAuth
from lattice_events.client.requests import LatticeAuth as RequestsAuth
from lattice_events.errors import SigningError
from lattice_events.testing import Answer, LatticeService

WRITTEN = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}


class Own(httpx.BaseTransport):
    """Knows nothing of httpx's own connections."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        connection = http.client.HTTPConnection(request.url.host, request.url.port)
        target = request.url.raw_path.decode()
        connection.request(request.method, target, body=request.read(), headers=dict(request.headers))
        answer = connection.getresponse()
        made = httpx.Response(answer.status, headers=answer.getheaders(), content=answer.read())
        connection.close()
        return made


class OwnAsync(httpx.AsyncBaseTransport):
    """The same in a thread."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.aread()
        return await anyio.to_thread.run_sync(Own().handle_request, request)


class Copying(httpx.HTTPTransport):
    """Sends a request of its own, made of the one that it gets."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        made = httpx.Request(request.method, request.url, headers=request.headers, content=request.read())
        return super().handle_request(made)


class Repeating(httpx.HTTPTransport):
    """Sends a request that was refused once more."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = super().handle_request(request)
        while response.status_code == 503:
            response.close()
            response = super().handle_request(request)
        return response


class RepeatingAsync(httpx.AsyncHTTPTransport):
    """The same for an asynchronous client."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        while response.status_code == 503:
            await response.aclose()
            response = await super().handle_async_request(request)
        return response


def retrying() -> RetryTransport:
    return RetryTransport(retry=Retry(total=3, backoff_factor=0, allowed_methods=["GET", "POST"]))


REPEATING: dict[str, Callable[[], Any]] = {
    "an own one that repeats": Repeating,
    "an own async one that repeats": RepeatingAsync,
    "httpx-retries": retrying,
    "httpx-retries, async": retrying,
}
TRANSPORTS: dict[str, Callable[[], Any]] = {
    "httpx's": httpx.HTTPTransport,
    "httpx's, async": httpx.AsyncHTTPTransport,
    "an own one": Own,
    "an own async one": OwnAsync,
    "one that copies": Copying,
    "httpx-aiohttp, async": AiohttpTransport,
    **REPEATING,
}


def send(transport: str, auth: LatticeAuth, method: str, url: str, **options: Any) -> httpx.Response:
    """Send through a client that follows redirects."""
    made = TRANSPORTS[transport]()
    if "async" not in transport:
        with httpx.Client(auth=auth, transport=made, follow_redirects=True, timeout=30) as client:
            return client.request(method, url, **options)

    async def run() -> httpx.Response:
        async with httpx.AsyncClient(auth=auth, transport=made, follow_redirects=True, timeout=30) as client:
            return await client.request(method, url, **options)

    return asyncio.run(run())


def traced(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method as a tracing library wraps it, which may leave no trace of what is inside."""

    def wrapper(*given: Any, **options: Any) -> Any:
        return method(*given, **options)

    return wrapper


@pytest.fixture
def elsewhere() -> Iterator[LatticeService]:
    """Another host, which takes everybody."""
    with LatticeService(allow_anonymous=True) as service:
        yield service


def traces(service: LatticeService) -> set[str]:
    """What of a signature came with any request."""
    found = {name for request in service.requests for name in WRITTEN & set(request.headers)}
    queries = "&".join(request.query_string for request in service.requests)
    return found | {part for part in queries.split("&") if part.startswith("X-Amz-")}


@pytest.mark.parametrize("mode", ["header", "query"])
def test_a_client_that_somebody_instrumented_before_takes_none_along(
    mode: Any, lattice_service: LatticeService, elsewhere: LatticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tracing libraries replace methods of httpx's client, perhaps before ours is imported."""
    monkeypatch.setattr(httpx.Client, "send", traced(httpx.Client.send))
    specification = importlib.util.find_spec("lattice_events.client.httpx")
    assert specification
    assert specification.loader
    fresh = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(fresh)
    lattice_service.play(Answer(307, headers=(("location", elsewhere.url),)))

    send("httpx's", fresh.LatticeAuth(**lattice_service.options, mode=mode), "GET", lattice_service.url)

    assert lattice_service.verifications[0].accepted
    assert traces(elsewhere) == set()


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("transport", TRANSPORTS)
def test_no_transport_takes_a_signature_to_another_host(
    transport: str, mode: Any, lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    lattice_service.play(Answer(307, headers=(("location", f"{elsewhere.url}/?a=b"),)))
    auth = LatticeAuth(**lattice_service.options, mode=mode)

    answer = send(transport, auth, "POST", f"{lattice_service.url}/x", content=b"x")

    assert lattice_service.verifications[0].accepted
    assert (answer.status_code, elsewhere.requests[0].body, traces(elsewhere)) == (200, b"x", set())
    for each in (*answer.history, answer):
        assert not WRITTEN & set(each.request.headers)
        assert "X-Amz-" not in repr(each.request)
        assert "X-Amz-" not in str(each.url)


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("transport", REPEATING)
def test_every_send_of_a_transport_is_signed(
    transport: str, mode: Any, lattice_service: LatticeService
) -> None:
    lattice_service.play(503, 503, 200)
    auth = LatticeAuth(**lattice_service.options, mode=mode)

    answer = send(transport, auth, "POST", lattice_service.url, content=b"x")

    assert answer.status_code == 200
    assert [each.accepted for each in lattice_service.verifications] == [True] * 3


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_a_redirect_that_the_caller_sends_on_is_judged_anew(
    transport: str, lattice_service: LatticeService
) -> None:
    lattice_service.play(Answer(302, headers=(("location", "/next"),)))
    auth = LatticeAuth(**lattice_service.options)

    first = send(transport, auth, "GET", lattice_service.url, follow_redirects=False)
    assert first.next_request is not None
    send(transport, auth, "GET", str(first.next_request.url))

    assert WRITTEN & set(first.next_request.headers) == set()
    assert [each.accepted for each in lattice_service.verifications] == [True, True]


@pytest.mark.parametrize("mode", ["header", "query"])
def test_a_request_may_be_sent_again_after_success_and_after_failure(
    mode: Any, lattice_service: LatticeService
) -> None:
    lattice_service.play(Answer(reset="before"), 200, 200)
    with httpx.Client(auth=LatticeAuth(**lattice_service.options, mode=mode), timeout=30) as client:
        request = client.build_request("POST", lattice_service.url, content=b"x")
        before = (request.url, request.headers.raw, dict(request.extensions))
        with pytest.raises(httpx.TransportError):
            client.send(request)
        answers = [client.send(request).status_code for _ in range(2)]

    assert answers == [200, 200]
    assert before == (request.url, request.headers.raw, request.extensions)


class OwnRedirects(httpx.Client):
    """Copies to the next host what it finds."""

    def _redirect_headers(self, request: httpx.Request, url: httpx.URL, method: str) -> httpx.Headers:
        return httpx.Headers({**request.headers, "host": url.netloc.decode()})


def test_no_client_of_one_s_own_takes_a_signature_to_another_host(
    lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    lattice_service.play(Answer(302, headers=(("location", elsewhere.url),)))

    with OwnRedirects(auth=LatticeAuth(**lattice_service.options), follow_redirects=True) as client:
        client.get(lattice_service.url)

    assert lattice_service.verifications[0].accepted
    assert (len(elsewhere.requests), traces(elsewhere)) == (1, set())


def refuse(response: httpx.Response) -> None:
    response.raise_for_status()


async def refuse_async(response: httpx.Response) -> None:
    response.raise_for_status()


def get_with_hook(auth: httpx.Auth, url: str) -> None:
    with httpx.Client(auth=auth, event_hooks={"response": [refuse]}, timeout=0.5) as client:
        client.get(url)


def get_with_async_hook(auth: httpx.Auth, url: str) -> None:
    async def run() -> None:
        hooks: Any = {"response": [refuse_async]}
        async with httpx.AsyncClient(auth=auth, event_hooks=hooks, timeout=0.5) as client:
            await client.get(url)

    asyncio.run(run())


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize(
    "answer",
    [Answer(reset="before"), Answer(403, b"x" * 1000, reset="after"), Answer(wait_seconds=30), Answer(500)],
    ids=["broken", "broken in the body of a 403", "too late", "an error of a hook"],
)
@pytest.mark.parametrize("get", [get_with_hook, get_with_async_hook])
def test_the_error_of_a_call_has_no_signature(
    get: Callable[[httpx.Auth, str], None], answer: Answer, mode: Any, lattice_service: LatticeService
) -> None:
    lattice_service.play(answer)
    auth = LatticeAuth(**lattice_service.options, mode=mode)

    with pytest.raises(httpx.HTTPError) as caught:
        get(auth, lattice_service.url)

    request = caught.value.request
    assert "X-Amz-" not in f"{caught.value} {request.url} {request!r}"
    assert WRITTEN & set(request.headers) == set()


class Both(httpx.Auth):
    """Two in one, as libraries make them: each is to change the request, and its own is dropped."""

    def __init__(self, inner: httpx.Auth) -> None:
        self.inner = inner

    def auth_flow(self, request: httpx.Request) -> Iterator[httpx.Request]:  # type: ignore[override]
        next(self.inner.auth_flow(request))
        yield request


def test_a_signature_that_would_be_lost_is_refused(
    lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    auth = Both(LatticeAuth(**lattice_service.options))
    with httpx.Client(auth=auth) as client, pytest.raises(SigningError, match="cannot be combined"):
        client.get(lattice_service.url)
    with httpx.Client(auth=Both(LatticeAuth())) as client:
        assert client.get(elsewhere.url).status_code == 200

    assert lattice_service.requests == []


def test_a_header_that_is_not_ascii_is_sent_as_it_is(lattice_service: LatticeService) -> None:
    auth = LatticeAuth(**lattice_service.options)

    send("httpx's", auth, "GET", lattice_service.url, headers={"x-name": "é".encode("latin-1")})

    assert lattice_service.requests[0].headers.get("x-name") == "é"


class Foreign(requests.adapters.HTTPAdapter):
    """An adapter whose answers name a request of its own."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = super().send(request, *args, **kwargs)
        response.request = request.copy()
        return response


def retrying_adapter() -> requests.adapters.HTTPAdapter:
    retry = UrllibRetry(2, status_forcelist=[503], allowed_methods=None, backoff_factor=0)
    return requests.adapters.HTTPAdapter(max_retries=retry)


ADAPTERS: dict[str, Callable[[], requests.adapters.BaseAdapter]] = {
    "requests's": requests.adapters.HTTPAdapter,
    "an own one": Foreign,
    "one that retries": retrying_adapter,
}


def sessions(service: LatticeService, mode: Any) -> list[requests.Session]:
    """One of each kind, the first without an adapter of somebody else."""
    plain = requests.Session()
    plain.auth = RequestsAuth(**service.options, mode=mode)
    return [service.session(mode=mode), plain]


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("adapter", ADAPTERS)
@pytest.mark.parametrize("kind", [0, 1])
def test_no_session_takes_a_signature_to_another_host(
    kind: int, adapter: str, mode: Any, lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    other = elsewhere.url.replace("127.0.0.1", "localhost")
    lattice_service.play(503, Answer(307, headers=(("location", f"{other}/?a=b"),)))
    with sessions(lattice_service, mode)[kind] as session:
        session.mount("http://", ADAPTERS[adapter]())
        prepared = session.prepare_request(requests.Request("POST", lattice_service.url, data=b"x"))
        while (answer := session.send(prepared, allow_redirects=True)).status_code == 503:
            pass

    assert [each.accepted for each in lattice_service.verifications] == [True, True]
    assert (answer.status_code, elsewhere.requests[0].body, traces(elsewhere)) == (200, b"x", set())


@pytest.mark.parametrize("kind", [0, 1])
def test_a_copy_of_a_prepared_request_takes_no_signature_along_either(
    kind: int, lattice_service: LatticeService, elsewhere: LatticeService
) -> None:
    other = elsewhere.url.replace("127.0.0.1", "localhost")
    lattice_service.play(Answer(307, headers=(("location", other),)))
    with sessions(lattice_service, "header")[kind] as session:
        prepared = session.prepare_request(requests.Request("GET", lattice_service.url))
        session.send(prepared.copy(), allow_redirects=True)

    assert lattice_service.verifications[0].accepted
    assert traces(elsewhere) == set()


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("follows", [False, True])
@pytest.mark.parametrize("kind", [0, 1])
def test_a_prepared_request_is_signed_each_time_also_after_a_redirect(
    kind: int, mode: Any, lattice_service: LatticeService, elsewhere: LatticeService, *, follows: bool
) -> None:
    other = elsewhere.url.replace("127.0.0.1", "localhost")
    redirect = Answer(302, headers=(("location", f"{other}/next"),))
    lattice_service.play(redirect, redirect, 200)
    with sessions(lattice_service, mode)[kind] as session:
        prepared = session.prepare_request(requests.Request("GET", lattice_service.url))
        for _ in range(3):
            session.send(prepared, allow_redirects=follows)

    assert [each.accepted for each in lattice_service.verifications] == [True] * 3
    assert (len(elsewhere.requests), traces(elsewhere)) == (2 * follows, set())


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[LatticeService]:
    """The same host with TLS."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    with LatticeService(tls=context, allow_anonymous=True) as service:
        yield service


def follow(*hops: LatticeService, authority: trustme.CA, mode: Any) -> list[bool]:
    """Whether each hop of a redirect arrived signed; a wrong signature is refused."""
    for here, there in pairwise(hops):
        here.play(Answer(307, headers=(("location", f"{there.url}/next"),)))
    with hops[0].session(mode=mode) as session, authority.cert_pem.tempfile() as file:
        answer = session.get(hops[0].url, verify=file)
    assert answer.status_code == 200
    signed = {id(hop): iter(hop.verifications) for hop in hops}
    return [next(signed[id(hop)]).accepted for hop in hops]


@pytest.mark.parametrize("mode", ["header", "query"])
def test_a_redirect_from_http_to_https_is_signed_anew_and_one_back_is_not(
    mode: Any, secure: LatticeService, elsewhere: LatticeService, authority: trustme.CA
) -> None:
    assert follow(elsewhere, secure, authority=authority, mode=mode) == [True, True]
    for service in (secure, elsewhere):
        service.verifications.clear()
    hops = (secure, elsewhere, elsewhere, secure)
    assert follow(*hops, authority=authority, mode=mode) == [True, False, False, True]
