"""CONNECT: it is always answered, and soon, whatever is asked and whatever fails."""

from __future__ import annotations

import asyncio
import base64

import pytest

from tests.integration.wire import HOST, Wire, wired

TOKENS = {"me": "token"}
BASIC = b"Proxy-Authorization: Basic " + base64.b64encode(b"me:token")


def ask(raw: bytes) -> tuple[bytes, Wire]:
    """Everything that is answered to these bytes."""

    async def run() -> tuple[bytes, Wire]:
        async with wired(tokens=TOKENS) as wire:
            return await asyncio.wait_for(wire.send(raw.replace(b"{port}", b"%d" % wire.port)), 20), wire

    return asyncio.run(run())


@pytest.mark.parametrize(
    "credentials",
    [
        b"Basic \xe9",
        b"Basic \xc3\xa9",
        b"Basic",
        b"Basic ====",
        b"Basic /w==",
        b"Basic " + base64.b64encode(b"me:wrong"),
        b"Basic " + base64.b64encode("mé:tökén".encode()),
        b"Basic " + base64.b64encode(b"%ff:token"),
        b"\xff\xfe",
        b"",
        b"Basic " + b"A" * 50_000,
    ],
)
@pytest.mark.parametrize("method", [b"CONNECT outside.invalid:443", b"GET http://outside.invalid/"])
def test_whoever_proves_nothing_is_nobody(method: bytes, credentials: bytes) -> None:
    answer, wire = ask(
        b"%b HTTP/1.1\r\nHost: x\r\nProxy-Authorization: %b\r\nConnection: close\r\n\r\n"
        % (method, credentials)
    )

    assert answer.startswith(b"HTTP/1.1 407 Proxy Authentication Required\r\n")
    assert (wire.reports[0].status, wire.reports[0].caller) == (407, None)


def test_a_request_to_a_service_needs_no_token_and_a_bad_one_does_no_harm() -> None:
    answer, _ = ask(
        f"GET / HTTP/1.1\r\nHost: {HOST}\r\nProxy-Authorization: Basic é\r\nConnection: close\r\n\r\n".encode(
            "latin-1"
        )
    )

    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"127.0.0.1:99999", 400),
        (b"127.0.0.1:0", 400),
        (b"127.0.0.1:x", 400),
        (b"127.0.0.1", 400),
        (b":443", 400),
        (b"", 400),
        (b"::1:9", 400),
        (b"[::1", 400),
        (b"[::1%25lo]:9", 400),
        (b"u:p@127.0.0.1:9", 400),
        (b"127.0.0.1:9#x", 400),
        (b"127.0.0.1:9/x", 400),
        (b"http://127.0.0.1:9", 400),
        (b"caf\xe9:443", 400),
        (b"a\0b:443", 400),
        (b"a" * 60_000 + b":443", 400),
        (b"a..b:443", 502),
        (b"a" * 64 + b".b:443", 502),
        (b"no-such-name.invalid:443", 502),
        (b"169.254.169.254:80", 403),
        (b"2852039166:80", 403),
        (b"0xa9fea9fe:80", 403),
        (b"[::ffff:169.254.169.254]:80", 403),
        (b"0.0.0.0:80", 403),
        (b"127.0.0.1:{port}", 403),
        (b"127.9.9.9:{port}", 403),
        (b"localhost:{port}", 403),
        (b"[::ffff:127.0.0.1]:{port}", 403),
    ],
)
@pytest.mark.parametrize("end", [b"\r\n\r\n", b"\n\n"])
def test_where_to(target: bytes, status: int, end: bytes) -> None:
    answer, _ = ask(b"CONNECT %b HTTP/1.1%b%b%b" % (target, end[: len(end) // 2], BASIC, end))

    assert answer.startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize(
    "raw",
    [
        b"CONNECT x\r\n\r\n",
        b"CONNECT x:443\r\n\r\n",
        b"CONNECT x:443 HTTP/2.0\r\n\r\n",
        b"CONNECT  x:443 HTTP/1.1\r\n\r\n",
        b"CONNECT " + b"x" * 70_000,
        b"connect x:443 HTTP/1.1\r\nHost: x\r\n\r\n",
        b"CONNECT %b:443 HTTP/1.1\r\n\r\n\x16\x03\x01 too early" % HOST.encode(),
    ],
)
def test_what_is_no_connect_is_a_400(raw: bytes) -> None:
    assert ask(raw)[0][8:].startswith(b" 400 Bad Request\r\n")


@pytest.mark.parametrize("host", [f"{HOST}:80", f"{HOST.upper()}:80", f"{HOST}.:80", "foo.localhost:80"])
def test_a_service_s_plain_listener_takes_what_is_sent_at_once(host: str) -> None:
    request = f"GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n\r\n"

    answer, _ = ask(f"CONNECT {host} HTTP/1.1\r\n\r\n{request}".encode())

    assert answer.startswith(b"HTTP/1.1 200 Connection established\r\n\r\nHTTP/1.1 200 OK\r\n")


def test_an_unexpected_error_is_answered_and_reported(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret")

    monkeypatch.setattr("lattice_events.local.gateway.hosts.Hosts.find", fail)

    answer, wire = ask(b"CONNECT x:443 HTTP/1.1\r\n\r\n")

    assert answer.startswith(b"HTTP/1.1 500 Internal Server Error\r\n")
    assert b"secret" not in answer
    assert wire.reports[0].reason == "an error of lattice dev itself: ZeroDivisionError"
    assert not caplog.records


@pytest.mark.parametrize(
    "half", [b"", b"CONN", b"CONNECT x:443 HTTP/1.1\r\n", b"CONNECT x:443 HTTP/1.1\r\n\r"]
)
def test_half_a_head_is_not_waited_for_for_ever(monkeypatch: pytest.MonkeyPatch, half: bytes) -> None:
    monkeypatch.setattr("lattice_events.local.http.connection.HEAD_LIMIT_SECONDS", 0.05)

    answer, _ = ask(half)

    assert answer.startswith(b"HTTP/1.1 408 Request Timeout\r\n")


@pytest.mark.parametrize(
    "half", [b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: x\r\nX-A: b", b"GET /", b"\r\n"]
)
def test_half_a_head_of_any_other_method_is_not_waited_for_for_ever(
    monkeypatch: pytest.MonkeyPatch, half: bytes
) -> None:
    monkeypatch.setattr("lattice_events.local.http.connection.HEAD_LIMIT_SECONDS", 0.05)

    answer, _ = ask(half)

    assert answer == b""
