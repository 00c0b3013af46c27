"""Every way to write a host that is ours to sign for: signed, or refused aloud; never silently unsigned."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest
import requests

from lattice_events.client import LatticeSession, sign_request
from lattice_events.client.httpx import LatticeAuth
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import ConfigurationError, SigningError
from lattice_events.sigv4 import Credentials, encode_url, region_of_host

GENERATED = "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="TOKEN")

# How the URL has the host, how `hosts` has it (nothing for a generated name), and the host that is sent.
WRITTEN = [
    (GENERATED, "", GENERATED),
    (f"{GENERATED}.", "", GENERATED),
    (f"{GENERATED}.:443", "", GENERATED),
    (f"{GENERATED}:8443", "", f"{GENERATED}:8443"),
    (GENERATED.upper(), "", GENERATED),
    ("orders.example.com", "Orders.Example.COM", "orders.example.com"),
    ("ORDERS.example.com", "orders.example.com.", "orders.example.com"),
    ("orders.example.com.", "orders.example.com", "orders.example.com"),
    ("orders.example.com.:8443", "orders.example.com", "orders.example.com:8443"),
    ("bücher.example", "bücher.example", "xn--bcher-kva.example"),
    ("BÜCHER.example", "xn--bcher-kva.example", "xn--bcher-kva.example"),
    ("XN--BCHER-KVA.example", "Bücher.example", "xn--bcher-kva.example"),
    ("straße.example", "straße.example", "xn--strae-oqa.example"),
    ("10.0.0.1:8080", "10.0.0.1", "10.0.0.1:8080"),
    ("[fd00::1]", "fd00::1", "[fd00::1]"),
    ("[fd00::1]:8443", "[FD00:0:0:0:0:0:0:1]", "[fd00::1]:8443"),
    ("[FD00::1]", "fd00::1", "[fd00::1]"),
    ("under_score.example", "under_score.example", "under_score.example"),
]


class Recorder(requests.adapters.BaseAdapter):
    """Answers from memory."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response._content = b""
        return response

    def close(self) -> None:
        """Nothing is open."""


Sent = tuple[str, dict[str, str]]


def send_with_session(url: str, hosts: dict[str, str]) -> Sent:
    with LatticeSession(credentials=lambda: CREDENTIALS, hosts=hosts) as session:
        session.mount("https://", Recorder())
        request = session.get(url).request
    return str(request.url), {name.lower(): str(value) for name, value in request.headers.items()}


def send_with_httpx(url: str, hosts: dict[str, str]) -> Sent:
    sent: list[Sent] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((str(request.url), dict(request.headers)))
        return httpx.Response(200)

    auth = LatticeAuth(credentials=lambda: CREDENTIALS, hosts=hosts)
    with httpx.Client(auth=auth, transport=httpx.MockTransport(answer)) as client:
        client.get(url)
    return sent[0]


def send_signed(url: str, hosts: dict[str, str]) -> Sent:
    signed = sign_request(
        "GET", url, credentials=lambda: CREDENTIALS, region=next(iter(hosts.values()), None)
    )
    return signed.url, dict(signed.headers)


Send = Callable[[str, dict[str, str]], Sent]
CLIENTS: list[Send] = [send_with_session, send_with_httpx, send_signed]


@pytest.mark.parametrize(("written", "named", "host"), WRITTEN)
@pytest.mark.parametrize("send", CLIENTS)
def test_every_way_to_write_a_host_is_signed(send: Send, written: str, named: str, host: str) -> None:
    hosts = {named: "eu-west-1"} if named else {}
    if send is send_signed and not written.isascii():
        with pytest.raises(SigningError, match="write an internationalized name in its ASCII form"):
            send(f"https://{written}/a", hosts)
        return

    url, headers = send(f"https://{written}/a", hosts)

    assert "AWS4-HMAC-SHA256 Credential=AK/" in headers["authorization"]
    assert httpx.URL(url).netloc.decode().lower() == host.removesuffix(":443")
    assert headers.get("host", host).lower() == host


@pytest.mark.parametrize("url", ["https://foo bar.example/", "https:///a", "https://*.example/"])
def test_a_url_without_a_host_is_refused(url: str) -> None:
    for hosts in ({}, {"any": "us-west-2"}):
        with pytest.raises((SigningError, ConfigurationError)):
            send_signed(url, hosts)


@pytest.mark.parametrize("send", CLIENTS)
def test_a_name_in_the_url_changes_nothing_and_a_password_is_refused_where_it_would_be_sent(
    send: Send,
) -> None:
    hosts = {"orders.example.com": "eu-west-1"}
    with_name, with_password = (f"https://{each}@orders.example.com/" for each in ("me", "me:secret"))

    assert "AWS4-HMAC-SHA256" in send(with_name, hosts)[1]["authorization"]
    if send is send_with_session:
        with pytest.raises(SigningError, match="Authorization header of its own"):
            send(with_password, hosts)
    else:
        assert "AWS4-HMAC-SHA256" in send(with_password, hosts)[1]["authorization"]


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:8080",
        "cafe:443",
        "orders.example.com:443",
        "[fd00::1]:443",
        "fe80::1%eth0",
        " orders.example.com",
        "orders.example.com ",
        "orders.example.com\n",
        "*.example.com",
        "orders..example.com",
        "https://orders.example.com",
        "orders.example.com/a",
        "me@orders.example.com",
        ".",
        "",
        "ü" * 80,
        b"orders.example.com",
    ],
)
def test_what_no_url_has_as_its_host_is_refused(host: Any) -> None:
    with pytest.raises(ConfigurationError, match="which is not a host name"):
        LatticeSession(hosts={host: "eu-west-1"})


@pytest.mark.parametrize("host", [f"{GENERATED}..", GENERATED.replace("svcs", "\u017fvcs"), f"{GENERATED}.x"])
def test_a_look_alike_is_no_generated_name(host: str) -> None:
    assert region_of_host(host) is None


def test_a_dot_behind_the_host_goes_and_the_rest_stays() -> None:
    assert encode_url("https://me@a.example.:8443/b.?c=.") == "https://me@a.example:8443/b.?c=."
    assert encode_url("https://[fd00::1]/a") == "https://[fd00::1]/a"


@pytest.mark.parametrize(
    ("came", "travels"),
    [
        ("r-1", "r-1"),
        (" r-1", "r-1"),
        ("r-1\t", "r-1"),
        ("a b", "a b"),
        ("é", None),
        ("漢", None),
        ("a\r\nx-evil: 1", None),
        ("a\x00", None),
        ("\ud800", None),
        (" ", None),
        ("", None),
    ],
)
@pytest.mark.parametrize("send", CLIENTS)
def test_an_id_travels_as_far_as_a_header_can_hold_it(send: Send, came: str, travels: str | None) -> None:
    token = current_invocation.set(Invocation(request_id=came, trace_header=came, remaining_ms=None))
    try:
        _, headers = send(f"https://{GENERATED}/", {})
    finally:
        current_invocation.reset(token)

    assert (headers.get("x-amzn-requestid"), headers.get("x-amzn-trace-id")) == (travels, travels)
