"""What has left is not sent again, what may still leave has its time, and redirects share the call's."""

from __future__ import annotations

import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
import trustme
from urllib3.exceptions import NewConnectionError

from lattice_events.client import LatticeSession
from lattice_events.errors import (
    AccessDeniedError,
    CallError,
    DeadlineExceededError,
    SignatureRejectedError,
    UnreachableError,
)
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="T")


def local_session(**options: Any) -> LatticeSession:
    session = LatticeSession(hosts={"127.0.0.1": "us-west-2"}, credentials=lambda: CREDENTIALS, **options)
    session.trust_env = False
    return session


class Peer:
    """A server on loopback that does with each connection what it is told; and what came, by connection."""

    def __init__(self, serve: Callable[[socket.socket, Peer], None]) -> None:
        self.received: list[bytes] = []
        self.closing = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._serve = serve
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def _accept(self) -> None:
        while not self.closing.is_set():
            connection, _ = self._listener.accept()
            with connection:
                if not self.closing.is_set():
                    self._serve(connection, self)

    def close(self) -> None:
        self.closing.set()
        socket.create_connection(("127.0.0.1", self.port)).close()  # wakes the thread
        self._listener.close()
        self._thread.join(20)


@contextmanager
def peer(serve: Callable[[socket.socket, Peer], None]) -> Iterator[Peer]:
    server = Peer(serve)
    try:
        yield server
    finally:
        server.close()


def read_request(connection: socket.socket) -> bytes:
    """Head and body, the latter by its length or to the last chunk."""
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65_536)
    head, _, body = got.partition(b"\r\n\r\n")
    if b"chunked" in head:
        while not body.endswith(b"0\r\n\r\n"):
            body += connection.recv(65_536)
    else:
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)
        while len(body) < length:
            body += connection.recv(65_536)
    return body


# ── what has left ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("body", ["bytes", "generator"])
def test_a_tls_failure_after_the_request_has_left_is_no_reason_to_repeat_a_post(
    body: str, tmp_path: Path
) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def serve(connection: socket.socket, server: Peer) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            server.received.append(read_request(secure))
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")
            os.write(secure.fileno(), b"this is no TLS record")

    data: Any = b"once" if body == "bytes" else (each for each in [b"on", b"ce"])
    with peer(serve) as server, local_session() as session:
        session.verify = str(tmp_path / "ca.pem")
        with pytest.raises(CallError, match="broke before the answer was complete"):
            session.post(f"https://127.0.0.1:{server.port}/", data=data)

        assert len(server.received) == 1


def test_a_tls_failure_with_somebody_else_s_adapter_is_none_either(tmp_path: Path) -> None:
    """Nobody knows then whether anything was sent."""
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))

    def serve(connection: socket.socket, server: Peer) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            server.received.append(read_request(secure))
            os.write(secure.fileno(), b"this is no TLS record")

    with peer(serve) as server, local_session() as session:
        session.verify = str(tmp_path / "ca.pem")
        session.mount("https://", requests.adapters.HTTPAdapter())
        with pytest.raises(CallError):
            session.post(f"https://127.0.0.1:{server.port}/", data=b"once")

        assert len(server.received) == 1


def test_an_error_that_the_caller_is_handling_is_not_this_call_s() -> None:
    def serve(connection: socket.socket, server: Peer) -> None:
        server.received.append(read_request(connection))  # and hangs up

    with peer(serve) as server, local_session() as session:
        url = f"http://127.0.0.1:{server.port}/"
        for handled in (requests.ConnectionError(NewConnectionError(None, "refused")), TimeoutError()):  # type: ignore[arg-type]  # no connection
            try:
                raise handled
            except OSError:
                with pytest.raises(CallError, match="broke before"):
                    session.post(url, data=b"once")

        assert len(server.received) == 2


def unused_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_a_proxy_that_is_not_there_is_what_to_look_at() -> None:
    with local_session(max_retries=0) as session:
        session.proxies = {"http": f"http://127.0.0.1:{unused_port()}"}
        with pytest.raises(UnreachableError, match="NO_PROXY"):
            session.post("http://127.0.0.1:1/", data=b"x")


# ── what takes long ───────────────────────────────────────────────────────────────────────────────


def slow_reader(connection: socket.socket, server: Peer) -> None:
    """Begin to read after longer than connecting may take."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
    server.closing.wait(0.3)
    server.received.append(read_request(connection))
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nOK")


def test_sending_may_take_longer_than_connecting() -> None:
    data = b"x" * 20_000_000
    with peer(slow_reader) as server, local_session() as session:
        answer = session.post(f"http://127.0.0.1:{server.port}/", data=data, timeout=(0.1, 20))

        assert answer.text == "OK"
        assert len(server.received[0]) == len(data)


def test_sending_ends_at_the_deadline() -> None:
    def never_reads(_: socket.socket, server: Peer) -> None:
        server.closing.wait(20)

    with peer(never_reads) as server, local_session(deadline_seconds=0.5) as session:
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError):
            session.post(f"http://127.0.0.1:{server.port}/", data=b"x" * 50_000_000)
        assert time.monotonic() - started < 10


def test_the_hops_of_a_redirect_share_the_deadline(lattice_service: LatticeService) -> None:
    hop = Answer(307, headers=(("location", "/next"),), wait_seconds=0.25)
    lattice_service.play(*[hop] * 20)

    with lattice_service.session(deadline_seconds=0.6) as session, pytest.raises(DeadlineExceededError):
        session.get(lattice_service.url, allow_redirects=True)

    assert len(lattice_service.requests) <= 4
    assert all(each.accepted for each in lattice_service.verifications)


def test_a_hop_is_tried_again_by_itself(lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(307, headers=(("location", "/next"),)), 503, 503, 200)

    with lattice_service.session() as session:
        answer = session.get(lattice_service.url, allow_redirects=True)

    assert (answer.status_code, [each.status_code for each in answer.history]) == (200, [307])
    assert [each.path for each in lattice_service.requests] == ["/", "/next", "/next", "/next"]


# ── hosts that nobody named ───────────────────────────────────────────────────────────────────────


def test_a_deadline_holds_for_any_host(lattice_service: LatticeService) -> None:
    with LatticeService(allow_anonymous=True) as elsewhere:
        elsewhere.play(Answer(wait_seconds=30))
        with LatticeSession(deadline_seconds=0.5) as session, pytest.raises(DeadlineExceededError):
            session.get(elsewhere.url)


def test_a_service_that_nobody_named_says_what_to_do(lattice_service: LatticeService) -> None:
    session = LatticeSession(credentials=lambda: CREDENTIALS)

    with session, pytest.raises(AccessDeniedError, match=r'hosts=\{"127.0.0.1": "us-west-2"\}'):
        session.get(lattice_service.url)

    assert lattice_service.requests[0].headers.get("authorization") is None


def test_an_anonymous_session_is_told_to_sign(lattice_service: LatticeService) -> None:
    with LatticeSession(anonymous=True) as session, pytest.raises(AccessDeniedError, match="sign it, or"):
        session.get(lattice_service.url)


# ── query mode, whose `Authorization` is the caller's ─────────────────────────────────────────────


@pytest.mark.parametrize("first", [503, Answer.expired_token()], ids=["503", "expired token"])
def test_a_bearer_token_goes_along_on_every_attempt(first: Any, lattice_service: LatticeService) -> None:
    fresh = CREDENTIALS.replace(access_key_id="ASIAFRESH")
    lattice_service.credentials += [fresh]
    handed_out = iter([lattice_service.credentials[0], fresh])
    lattice_service.play(first, 200)

    with LatticeSession(
        hosts={"127.0.0.1": "us-west-2"}, credentials=lambda: next(handed_out), mode="query"
    ) as session:
        answer = session.get(
            f"{lattice_service.url}/a?X-Amz-Own=1&b=2", headers={"Authorization": "Bearer mine"}
        )

    assert answer.status_code == 200
    assert [each.accepted for each in lattice_service.verifications] == [True, True]
    for request in lattice_service.requests:
        assert request.headers.get_all("authorization") == ["Bearer mine"]
        assert request.query_string.startswith("X-Amz-Own=1&b=2&X-Amz-Algorithm=")


def test_a_token_that_stays_expired_in_query_mode_is_an_error(lattice_service: LatticeService) -> None:
    lattice_service.play(Answer.expired_token())

    with lattice_service.session(mode="query") as session, pytest.raises(SignatureRejectedError):
        session.get(lattice_service.url)
