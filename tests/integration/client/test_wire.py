"""The bytes that leave each client, for forty shapes of request: every one verifies, and is what was meant."""

from __future__ import annotations

import asyncio
import gzip
import io
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import httpx
import pytest
import requests
import trustme
import urllib3

from lattice_events import Request
from lattice_events.client import sign_request
from lattice_events.client.httpx import LatticeAuth
from lattice_events.client.requests import LatticeAuth as RequestsAuth
from lattice_events.sigv4 import Credentials
from lattice_events.testing import LatticeService


class Shape(NamedTuple):
    """A request, and what must arrive of it."""

    method: str = "GET"
    path: str = "/"
    headers: tuple[tuple[str, str], ...] = ()
    body: Any = None
    target: str | None = None
    received: bytes | None = None


def chunks() -> Iterator[bytes]:
    """A body that nobody knows the length of."""
    yield b"one"
    yield b"two"


JSON = (("content-type", "application/json"),)
FORM = (("content-type", "application/x-www-form-urlencoded"),)
SHAPES: dict[str, Shape] = {
    "root": Shape(),
    "no path": Shape(path=""),
    "a path": Shape(path="/orders/7"),
    "a trailing slash": Shape(path="/orders/"),
    "raw unicode": Shape(path="/café/あ", target="/caf%C3%A9/%E3%81%82"),
    "encoded unicode": Shape(path="/caf%c3%a9", target="/caf%C3%A9"),
    "a space in the path": Shape(path="/a b", target="/a%20b"),
    "an encoded space": Shape(path="/a%20b"),
    "an encoded slash": Shape(path="/a%2Fb"),
    "a plus in the path": Shape(path="/a+b"),
    "an encoded plus in the path": Shape(path="/a%2Bb"),
    "reserved characters in the path": Shape(path="/a:b@c,d;e=f$g&h!"),
    "quotes and parentheses": Shape(path="/it's(1)*"),
    "a stray percent sign": Shape(path="/100%", target="/100%25"),
    "double slashes": Shape(path="/a//b", target="/a/b"),
    "dots": Shape(path="/a/./b/../c", target="/a/c"),
    "dots at the end": Shape(path="/a/b/../", target="/a/"),
    "a tilde": Shape(path="/~me"),
    "a long path": Shape(path="/" + "a" * 3000),
    "a query": Shape(path="/?a=1&b=2"),
    "a repeated key": Shape(path="/?b=2&a=1&b=1"),
    "a space in the query": Shape(path="/?q=a b", target="/?q=a%20b"),
    "a plus for a space": Shape(path="/?q=a+b", target="/?q=a%20b"),
    "an encoded plus": Shape(path="/?q=a%2Bb"),
    "an equals sign in a value": Shape(path="/?f=a=b", target="/?f=a%3Db"),
    "a comma, colon and at": Shape(path="/?t=10:30,a@b", target="/?t=10%3A30%2Ca%40b"),
    "a flag without a value": Shape(path="/?flag&x=1"),
    "an empty value": Shape(path="/?x=&y=1"),
    "unicode in the query": Shape(path="/?q=é", target="/?q=%C3%A9"),
    "a slash and question mark": Shape(path="/?u=/a?b", target="/?u=%2Fa%3Fb"),
    "a header": Shape(headers=(("x-a", "1, 2"),)),
    "an x-amz header with spaces": Shape(headers=(("x-amz-meta", "a   b"),)),
    "a trace header and W3C context": Shape(headers=(("x-amzn-trace-id", "Root=1"), ("traceparent", "00-a-b-01"))),
    "JSON": Shape("POST", "/orders", JSON, b'{"a": 1}'),
    "a form": Shape("POST", "/orders", FORM, b"a=1&b=+"),
    "binary": Shape("PUT", "/file", (), bytes(range(256))),
    "an empty body": Shape("POST", "/orders", (), b""),
    "a stream": Shape("POST", "/file", (), chunks, received=b"onetwo"),
    "a file": Shape("POST", "/file", (), io.BytesIO, received=b"of a file"),
    "gzip": Shape("POST", "/file", (("content-encoding", "gzip"),), gzip.compress(b"x" * 100, mtime=0)),
    "another method": Shape("PATCH", "/orders/7", JSON, b"{}"),
    "DELETE": Shape("DELETE", "/orders/7"),
}  # fmt: skip
LONG_TOKEN = Credentials(access_key_id="ASIALONG", secret_access_key="made-up", session_token="t/+=" * 400)


def body_of(shape: Shape, *, is_async: bool = False) -> Any:
    """The body as the client takes it, new for each call."""
    if shape.body is chunks and is_async:

        async def stream() -> Any:
            for each in chunks():
                yield each

        return stream()
    if shape.body is io.BytesIO:
        return b"of a file" if is_async else io.BytesIO(b"of a file")
    return shape.body() if callable(shape.body) else shape.body


def send_with_session(service: LatticeService, shape: Shape, ca: str, mode: Any) -> None:
    with service.session(mode=mode) as session:
        session.request(
            shape.method,
            service.url + shape.path,
            headers=dict(shape.headers),
            data=body_of(shape),
            verify=ca,
        )


def send_with_requests(service: LatticeService, shape: Shape, ca: str, mode: Any) -> None:
    with requests.Session() as session:
        session.auth = RequestsAuth(**service.options, mode=mode)
        session.request(
            shape.method,
            service.url + shape.path,
            headers=dict(shape.headers),
            data=body_of(shape),
            verify=ca,
        )


def send_with_httpx(service: LatticeService, shape: Shape, ca: str, mode: Any) -> None:
    with httpx.Client(auth=LatticeAuth(**service.options, mode=mode), verify=ssl.create_default_context(cafile=ca)) as client:  # fmt: skip
        client.request(
            shape.method, service.url + shape.path, headers=dict(shape.headers), content=body_of(shape)
        )


def send_with_async_httpx(service: LatticeService, shape: Shape, ca: str, mode: Any) -> None:
    async def run() -> None:
        auth = LatticeAuth(**service.options, mode=mode)
        async with httpx.AsyncClient(auth=auth, verify=ssl.create_default_context(cafile=ca)) as client:
            body = body_of(shape, is_async=True)
            await client.request(
                shape.method, service.url + shape.path, headers=dict(shape.headers), content=body
            )

    asyncio.run(run())


def send_with_urllib3(service: LatticeService, shape: Shape, ca: str, mode: Any) -> None:
    signed = sign_request(
        shape.method,
        service.url + shape.path,
        headers=shape.headers,
        region="us-west-2",
        credentials=service.options["credentials"],
        mode=mode,
    )
    with urllib3.PoolManager(ca_certs=ca) as pool:
        pool.request(shape.method, signed.url, headers=dict(signed.headers), body=body_of(shape))


CLIENTS: dict[str, Callable[[LatticeService, Shape, str, Any], None]] = {
    "LatticeSession": send_with_session,
    "requests": send_with_requests,
    "httpx": send_with_httpx,
    "async httpx": send_with_async_httpx,
    "urllib3": send_with_urllib3,
}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> tuple[trustme.CA, str]:
    made = trustme.CA()
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    made.cert_pem.write_to_path(str(file))
    return made, str(file)


@pytest.fixture(scope="module", params=["http", "https"])
def service(request: pytest.FixtureRequest, authority: tuple[trustme.CA, str]) -> Iterator[LatticeService]:
    context = None
    if request.param == "https":
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority[0].issue_cert("127.0.0.1").configure_cert(context)
    with LatticeService(tls=context) as service:
        service.credentials = [LONG_TOKEN]
        yield service


def arrived(service: LatticeService) -> Request:
    """The one request that came, whose signature must be right."""
    (request,), (verification,) = service.requests, service.verifications
    service.requests.clear()
    service.verifications.clear()
    assert verification.accepted, verification
    return request


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("client", CLIENTS)
def test_every_shape_arrives_signed_and_as_meant(
    client: str, mode: Literal["header", "query"], service: LatticeService, authority: tuple[trustme.CA, str]
) -> None:
    assert len(SHAPES) >= 40
    for name, shape in SHAPES.items():
        CLIENTS[client](service, shape, authority[1], mode)

        request = arrived(service)
        query = "&".join(part for part in request.query_string.split("&") if not part.startswith("X-Amz-"))
        target = f"{request.path}?{query}" if query else request.path
        assert (request.method, target) == (shape.method, shape.target or shape.path or "/"), name
        for key, value in shape.headers:
            assert request.headers.get_all(key) == [value], name
        expected = shape.received if shape.received is not None else shape.body or b""
        assert request.body == expected, name


def test_repeated_headers_travel_unsigned_and_whole(
    service: LatticeService, authority: tuple[trustme.CA, str]
) -> None:
    context = ssl.create_default_context(cafile=authority[1])
    with httpx.Client(auth=LatticeAuth(**service.options), verify=context) as client:
        client.get(service.url, headers=[("x-a", "1"), ("x-a", "2")])

    assert arrived(service).headers.get_all("x-a") == ["1", "2"]


@pytest.mark.parametrize("client", ["LatticeSession", "requests", "httpx", "async httpx"])
def test_a_bearer_token_and_a_signature_travel_together(
    client: str, service: LatticeService, authority: tuple[trustme.CA, str]
) -> None:
    shape = Shape(headers=(("Authorization", "Bearer app-token"),))

    CLIENTS[client](service, shape, authority[1], "query")

    assert arrived(service).headers.get_all("authorization") == ["Bearer app-token"]


def test_a_path_without_the_host_reaches_the_named_service(
    service: LatticeService,
    authority: tuple[trustme.CA, str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    from lattice_events.client import LatticeSession

    for name, value in service.environment("eks-app").items():
        monkeypatch.setenv(name, value)
    with LatticeSession(service="eks-app") as session:
        session.get("/app?x=1", verify=authority[1])

    assert arrived(service).target == "/app?x=1"
