"""What goes wrong between a client and a service, on real sockets: each call ends in time, and rightly."""

from __future__ import annotations

import io
import logging
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from lattice_events import Request, lattice_handler
from lattice_events.client import LatticeSession, deadline, transport
from lattice_events.client.requests import LatticeAuth
from lattice_events.errors import (
    AccessDeniedError,
    CallError,
    DeadlineExceededError,
    SignatureRejectedError,
    UnreachableError,
)
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, FakeLambdaContext, LatticeService, call

SOON_SECONDS = 0.6
"""The deadline of calls that are to meet it."""
SLACK_SECONDS = 8.0
"""What a busy machine may add; a call that missed its deadline would take 15 s and more."""


@pytest.fixture
def session(lattice_service: LatticeService) -> Iterator[LatticeSession]:
    with lattice_service.session(deadline_seconds=10) as session:
        yield session


def test_a_burst_of_503_is_tried_again(lattice_service: LatticeService, session: LatticeSession) -> None:
    lattice_service.play(503, 503, 200)

    assert session.get(lattice_service.url).status_code == 200
    assert len(lattice_service.requests) == 3
    assert all(each.accepted for each in lattice_service.verifications)


def test_a_503_that_stays_is_the_answer(lattice_service: LatticeService, session: LatticeSession) -> None:
    lattice_service.play(503, 503, Answer(503, b"sorry"), 200)

    answer = session.get(lattice_service.url)

    assert (answer.status_code, answer.content) == (503, b"sorry")


@pytest.mark.parametrize("reset", ["before", "after"])
def test_a_reset_is_tried_again_where_that_is_safe(
    reset: Any, lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(Answer(body=b"x" * 1000, reset=reset), 200)
    assert session.put(lattice_service.url, data=b"y").status_code == 200

    lattice_service.play(Answer(body=b"x" * 1000, reset=reset), 200)
    with pytest.raises(CallError, match="broke before the answer was complete") as caught:
        session.post(lattice_service.url, data=b"y")
    assert type(caught.value) is CallError


def test_a_connection_that_the_peer_closed_is_not_used_again(
    lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(Answer(headers=(("connection", "close"),)), 200)
    session.post(lattice_service.url)

    assert session.post(lattice_service.url).status_code == 200
    assert len(lattice_service.requests) == 2


@pytest.mark.parametrize("name", ["IDLE_SECONDS", "AGE_SECONDS"])
def test_an_idle_or_old_connection_is_not_used_again(
    name: str, lattice_service: LatticeService, session: LatticeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    session.get(lattice_service.url)
    session.get(lattice_service.url)
    assert lattice_service.connections == 1

    monkeypatch.setattr(transport, name, -1.0)
    session.get(lattice_service.url)

    assert lattice_service.connections == 2


@pytest.mark.parametrize(
    "answer",
    [
        Answer(wait_seconds=30),
        Answer(drip_seconds=0.5),
        Answer(body=b"x" * 5000, drip_seconds=0.003),
    ],
    ids=["silence", "dripping headers", "dripping body"],
)
def test_a_slow_answer_ends_at_the_deadline(answer: Answer, lattice_service: LatticeService) -> None:
    lattice_service.play(answer)
    with lattice_service.session(deadline_seconds=SOON_SECONDS) as session:
        started = time.monotonic()
        with pytest.raises(DeadlineExceededError, match="did not answer within the time") as caught:
            session.get(lattice_service.url)
        took = time.monotonic() - started

    assert isinstance(caught.value, TimeoutError)
    assert SOON_SECONDS * 0.9 <= took <= SOON_SECONDS + SLACK_SECONDS


def test_a_body_that_the_caller_streams_ends_at_the_deadline_too(lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(body=b"x" * 20_000, drip_seconds=0.002))
    with lattice_service.session(deadline_seconds=SOON_SECONDS) as session:
        started = time.monotonic()
        answer = session.get(lattice_service.url, stream=True)
        with pytest.raises(requests.exceptions.ConnectionError):
            list(answer.iter_content(1000))
        assert time.monotonic() - started <= SOON_SECONDS + SLACK_SECONDS


def test_a_service_that_takes_no_bytes_ends_at_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, full_of_connections(server):
        port = server.getsockname()[1]
        with local_session(deadline_seconds=SOON_SECONDS, max_retries=0) as session:
            started = time.monotonic()
            with pytest.raises((UnreachableError, DeadlineExceededError)):
                session.post(f"http://127.0.0.1:{port}/", data=b"x" * 50_000_000)
            assert time.monotonic() - started <= SOON_SECONDS + SLACK_SECONDS


class full_of_connections:  # noqa: N801 - reads as a phrase
    """A listener whose queue is full: further connections get no answer, as behind a closed security group."""

    def __init__(self, server: socket.socket) -> None:
        server.listen(0)
        self._held = [socket.socket() for _ in range(4)]
        for each in self._held:
            each.setblocking(False)
            each.connect_ex(server.getsockname())

    def __enter__(self) -> None:
        """Nothing to hand out."""

    def __exit__(self, *_: object) -> None:
        for each in self._held:
            each.close()


def local_session(**options: Any) -> LatticeSession:
    """A session that signs for loopback."""
    known = Credentials(access_key_id="AK", secret_access_key="SK")
    return LatticeSession(hosts={"127.0.0.1": "us-west-2", "no-such-host.invalid": "us-west-2"}, credentials=lambda: known, **options)  # fmt: skip


def test_a_black_hole_says_what_to_check() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, full_of_connections(server):
        port = server.getsockname()[1]
        with local_session(deadline_seconds=SOON_SECONDS, max_retries=5) as session:
            started = time.monotonic()
            with pytest.raises(UnreachableError, match="associated with the service network") as caught:
                session.get(f"http://127.0.0.1:{port}/")
            took = time.monotonic() - started

    assert took <= SOON_SECONDS + SLACK_SECONDS
    assert "prefix list" in caught.value.hint


def test_a_name_that_does_not_resolve_says_so() -> None:
    with local_session(max_retries=0) as session, pytest.raises(UnreachableError, match="does not resolve"):
        session.get("http://no-such-host.invalid/")


def test_a_refused_connection_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

    with local_session() as session, pytest.raises(UnreachableError, match="cannot be reached"):
        session.post(f"http://127.0.0.1:{port}/", data=io.BytesIO(b"x"))


def test_fresh_credentials_are_used_when_a_token_has_expired(lattice_service: LatticeService) -> None:
    fresh = Credentials(access_key_id="ASIAFRESH", secret_access_key="new", session_token="new")
    stale = lattice_service.credentials[0]
    lattice_service.credentials = [fresh]
    handed_out = iter([stale, fresh])
    session = LatticeSession(hosts={"127.0.0.1": "us-west-2"}, credentials=lambda: next(handed_out))

    with session:
        assert session.post(lattice_service.url, data=b"x").status_code == 200

    assert [each.accepted for each in lattice_service.verifications] == [False, True]


def test_a_token_that_stays_expired_is_an_error_without_secrets(
    lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(Answer.expired_token())

    with pytest.raises(SignatureRejectedError, match="have expired: check where they come from") as caught:
        session.get(lattice_service.url)

    assert caught.value.code == "UnrecognizedClientException"
    assert "x-amz-security-token:…" in caught.value.canonical_request
    token = lattice_service.credentials[0].session_token or ""
    assert token not in caught.value.canonical_request
    assert token not in repr(caught.value)


@pytest.mark.parametrize("explicit", [True, False])
@pytest.mark.parametrize(
    ("layer", "where"),
    [
        ("identity", "the IAM policies of the role tests"),
        ("network", "the auth policy of the service network"),
        ("service", "the auth policy of the service svc-0123456789abcdef0"),
    ],
)
def test_a_denied_call_names_the_policy_to_change(
    layer: Any, where: str, *, explicit: bool, lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(Answer.denied(layer, explicit=explicit, path="/a"))

    with pytest.raises(AccessDeniedError, match=where) as caught:
        session.get(f"{lattice_service.url}/a", headers={"x-amzn-requestid": "r-1"})

    error = caught.value
    assert (error.policy_layer, error.explicit, error.path) == (layer, explicit, "/a")
    assert error.principal.endswith("assumed-role/tests/session")
    assert error.resource_arn.endswith("service/svc-0123456789abcdef0")
    assert error.request_id == "r-1"


@pytest.mark.parametrize(
    "answer",
    [
        Answer(403, b'{"error":"not yours"}'),
        Answer(403, b"AccessDeniedException: no"),
        Answer(403, b"x" * 10_000),
    ],
)
def test_a_403_of_the_target_is_an_answer(
    answer: Answer, lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(answer)

    response = session.get(lattice_service.url)

    assert (response.status_code, response.content) == (403, answer.body)


def test_an_unsigned_call_is_told_so(lattice_service: LatticeService) -> None:
    with (
        lattice_service.session(anonymous=True) as session,
        pytest.raises(AccessDeniedError, match="was not signed"),
    ):
        session.get(lattice_service.url)


def test_in_a_handler_a_failed_call_is_a_500_that_shows_nothing(
    lattice_service: LatticeService, session: LatticeSession, caplog: pytest.LogCaptureFixture
) -> None:
    @lattice_handler
    def handler(request: Request) -> str:
        return session.get(lattice_service.url).text

    lattice_service.play(Answer.denied("service"))
    with caplog.at_level(logging.DEBUG):
        answer = call(handler)

    assert answer.status == 500
    assert b"arn:" not in answer.body
    assert "the auth policy of the service svc-" in caplog.text


def test_the_invocation_s_time_bounds_its_calls(lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(wait_seconds=30))
    caught: list[CallError] = []
    with lattice_service.session() as session:

        @lattice_handler
        def handler(request: Request) -> str:
            try:
                return session.get(lattice_service.url).text
            except CallError as error:
                caught.append(error)
                return "too late"

        started = time.monotonic()
        answer = call(handler, context=FakeLambdaContext(remaining_ms=700))

    assert answer.body == b"too late"
    assert isinstance(caught[0], DeadlineExceededError)
    assert time.monotonic() - started < 0.7 + SLACK_SECONDS


@pytest.mark.parametrize("limit", [0.4, FakeLambdaContext(remaining_ms=650)], ids=["seconds", "context"])
def test_a_block_bounds_its_calls(
    limit: Any, lattice_service: LatticeService, session: LatticeSession
) -> None:
    lattice_service.play(Answer(wait_seconds=30), 200)

    with deadline(limit), pytest.raises(DeadlineExceededError):
        session.get(lattice_service.url)

    assert session.get(lattice_service.url).status_code == 200


def test_no_attempt_is_made_without_time(lattice_service: LatticeService, session: LatticeSession) -> None:
    with deadline(0), pytest.raises(DeadlineExceededError):
        session.get(lattice_service.url)

    assert lattice_service.requests == []


def test_the_caller_s_own_timeout_stands(lattice_service: LatticeService, session: LatticeSession) -> None:
    lattice_service.play(Answer(wait_seconds=30))

    with pytest.raises(DeadlineExceededError):
        session.get(lattice_service.url, timeout=0.2)


def test_many_threads_share_a_session_while_its_credentials_rotate(lattice_service: LatticeService) -> None:
    lattice_service.credentials = [
        Credentials(access_key_id=f"AK{n}", secret_access_key=f"SK{n}", session_token=f"T{n}")
        for n in range(40)
    ]
    started = time.monotonic()

    def rotate() -> Credentials:
        return lattice_service.credentials[int((time.monotonic() - started) / 0.05) % 40]

    failures: list[str] = []
    with LatticeSession(hosts={"127.0.0.1": "us-west-2"}, credentials=rotate) as session:

        def work() -> None:
            for _ in range(200):
                try:
                    session.get(lattice_service.url)
                except Exception as error:  # noqa: BLE001 - whatever it is, the test must show it
                    failures.append(repr(error))

        threads = [threading.Thread(target=work) for _ in range(64)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert failures == []
    assert len(lattice_service.verifications) == 64 * 200
    assert all(each.accepted for each in lattice_service.verifications)
    assert len({each.access_key_id for each in lattice_service.verifications}) > 5


def test_the_signature_alone_raises_what_is_refused_and_is_not_passed_on(
    lattice_service: LatticeService,
) -> None:
    with LatticeService(allow_anonymous=True) as elsewhere, requests.Session() as session:
        session.auth = LatticeAuth(**lattice_service.options)
        lattice_service.play(200, Answer.denied("service"), Answer(307, headers=(("location", elsewhere.url.replace("127.0.0.1", "localhost")),)))  # fmt: skip

        assert session.get(lattice_service.url).status_code == 200
        with pytest.raises(AccessDeniedError):
            session.get(lattice_service.url)
        session.get(lattice_service.url)

    names = {name.lower() for name, _ in elsewhere.requests[0].headers.items()}
    assert not names & {"authorization", "x-amz-security-token", "x-amz-date"}
