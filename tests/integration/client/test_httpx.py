"""`LatticeAuth` for httpx, sync and async, against the loopback service."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from lattice_events.client import deadline
from lattice_events.client.httpx import LatticeAuth
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import AccessDeniedError, DeadlineExceededError, SignatureRejectedError
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

Send = Callable[..., httpx.Response]


def send_sync(auth: LatticeAuth, method: str, url: str, **options: Any) -> httpx.Response:
    with httpx.Client(auth=auth) as client:
        return client.request(method, url, **options)


def send_async(auth: LatticeAuth, method: str, url: str, **options: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        async with httpx.AsyncClient(auth=auth) as client:
            return await client.request(method, url, **options)

    return asyncio.run(run())


@pytest.fixture(params=[send_sync, send_async])
def send(request: pytest.FixtureRequest) -> Send:
    made: Send = request.param
    return made


def test_what_lattice_refuses_is_raised(send: Send, lattice_service: LatticeService) -> None:
    lattice_service.play(Answer.denied("network"))

    with pytest.raises(AccessDeniedError, match="the auth policy of the service network"):
        send(LatticeAuth(**lattice_service.options), "GET", lattice_service.url)


def test_a_403_of_the_target_is_an_answer(send: Send, lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(403, b"not yours"), Answer(403, b"x" * 10_000))
    auth = LatticeAuth(**lattice_service.options)

    assert send(auth, "GET", lattice_service.url).content == b"not yours"
    assert len(send(auth, "GET", lattice_service.url).content) == 10_000


@pytest.mark.parametrize("is_fresh_known", [True, False])
def test_an_expired_token_is_replaced_once(
    send: Send, lattice_service: LatticeService, *, is_fresh_known: bool
) -> None:
    stale = lattice_service.credentials[0]
    fresh = Credentials(access_key_id="ASIAFRESH", secret_access_key="new", session_token="new")
    lattice_service.credentials = [fresh if is_fresh_known else fresh.replace(access_key_id="ASIAOTHER")]
    handed_out = iter([stale, fresh])
    auth = LatticeAuth(hosts={"127.0.0.1": "us-west-2"}, credentials=lambda: next(handed_out))

    if is_fresh_known:
        assert send(auth, "POST", lattice_service.url, content=b"x").status_code == 200
    else:
        with pytest.raises(SignatureRejectedError, match="UnrecognizedClientException"):
            send(auth, "POST", lattice_service.url, content=b"x")

    assert [each.accepted for each in lattice_service.verifications] == [False, is_fresh_known]
    assert lattice_service.requests[1].body == b"x"


def test_the_event_loop_goes_on_while_credentials_are_fetched(lattice_service: LatticeService) -> None:
    async def run() -> httpx.Response:
        loop, ran = asyncio.get_running_loop(), threading.Event()

        def fetch() -> Credentials:
            loop.call_soon_threadsafe(ran.set)
            assert ran.wait(20)  # a blocked loop would not get to it
            return lattice_service.credentials[0]

        auth = LatticeAuth(hosts={"127.0.0.1": "us-west-2"}, credentials=fetch)
        async with httpx.AsyncClient(auth=auth) as client:
            return await client.get(lattice_service.url)

    assert asyncio.run(run()).status_code == 200


def test_credentials_of_the_environment_are_taken_as_they_are(
    send: Send, lattice_service: LatticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in lattice_service.environment("x").items():
        monkeypatch.setenv(name, value)

    answer = send(LatticeAuth(hosts={"127.0.0.1": "us-west-2"}), "GET", lattice_service.url)

    assert answer.status_code == 200


def test_another_host_gets_the_request_as_it_is(send: Send) -> None:
    with LatticeService(allow_anonymous=True) as elsewhere:
        answer = send(LatticeAuth(credentials=lambda: pytest.fail("not asked for")), "GET", elsewhere.url)

    assert answer.status_code == 200
    assert elsewhere.requests[0].headers.get("authorization") is None


def test_timeouts_are_cut_to_the_time_that_is_left(send: Send, lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(wait_seconds=30))
    auth = LatticeAuth(**lattice_service.options)

    with deadline(0.4), pytest.raises(httpx.ReadTimeout):
        send(auth, "GET", lattice_service.url)
    with deadline(0), pytest.raises(DeadlineExceededError):
        send(auth, "GET", lattice_service.url)


def test_a_deadline_may_be_longer_than_a_socket_can_wait(send: Send, lattice_service: LatticeService) -> None:
    with deadline(1e10):
        answer = send(LatticeAuth(**lattice_service.options), "GET", lattice_service.url, timeout=None)
        with lattice_service.session() as session:
            also = session.get(lattice_service.url, timeout=float("inf"))

    assert (answer.status_code, also.status_code) == (200, 200)


def signature_headers(service: LatticeService) -> set[str]:
    """Of what a signature writes, what the last request had."""
    written = {"authorization", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256"}
    return written & set(service.requests[-1].headers)


def test_a_redirect_elsewhere_takes_no_signature_along(send: Send, lattice_service: LatticeService) -> None:
    with LatticeService(allow_anonymous=True) as elsewhere:
        lattice_service.play(Answer(307, headers=(("location", elsewhere.url),)))
        auth = LatticeAuth(**lattice_service.options)
        answer = send(auth, "POST", lattice_service.url, content=b"x", follow_redirects=True)

        assert answer.status_code == 200
        assert lattice_service.verifications[0].accepted
        assert elsewhere.requests[-1].body == b"x"
        assert signature_headers(elsewhere) == set()


def test_a_redirect_on_the_same_host_is_not_sent_with_the_old_signature(
    send: Send, lattice_service: LatticeService
) -> None:
    lattice_service.play(Answer(307, headers=(("location", "/other"),)))
    auth = LatticeAuth(**lattice_service.options)

    with pytest.raises(AccessDeniedError, match="The request was not signed"):
        send(auth, "POST", lattice_service.url, content=b"x", follow_redirects=True)

    assert signature_headers(lattice_service) == set()


@pytest.mark.parametrize("mode", ["header", "query"])
def test_the_caller_s_own_trace_and_authorization_are_kept(
    mode: Any, send: Send, lattice_service: LatticeService
) -> None:
    events: list[str] = []

    def trace(event: str, info: object) -> None:
        events.append(event)

    async def trace_async(event: str, info: object) -> None:
        events.append(event)

    given = {"trace": trace if send is send_sync else trace_async}
    headers = {"authorization": "Bearer mine"} if mode == "query" else {}
    auth = LatticeAuth(**lattice_service.options, mode=mode)

    answer = send(auth, "GET", lattice_service.url, headers=headers, extensions=given)

    assert answer.status_code == 200
    assert "http11.receive_response_headers.complete" in events
    assert answer.request.headers.get("authorization") == headers.get("authorization")


def test_a_dripping_body_ends_at_the_deadline(send: Send, lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(body=b"x" * 20_000, drip_seconds=0.002))
    auth = LatticeAuth(**lattice_service.options)

    started = time.monotonic()
    with deadline(0.6), pytest.raises(DeadlineExceededError):
        send(auth, "GET", lattice_service.url)

    assert time.monotonic() - started < 10  # of the 40 s that it would take


def test_a_body_that_comes_in_time_is_whole(send: Send, lattice_service: LatticeService) -> None:
    lattice_service.play(Answer(body=b"x" * 200_000))

    with deadline(30):
        answer = send(LatticeAuth(**lattice_service.options), "GET", lattice_service.url)

    assert answer.content == b"x" * 200_000


def test_the_ids_of_the_request_being_served_are_passed_on(
    send: Send, lattice_service: LatticeService
) -> None:
    token = current_invocation.set(
        Invocation(request_id="r-1", trace_header="Root=1", remaining_ms=lambda: 9000)
    )
    try:
        send(
            LatticeAuth(**lattice_service.options),
            "GET",
            lattice_service.url,
            headers={"x-amzn-trace-id": "own"},
        )
    finally:
        current_invocation.reset(token)

    headers = lattice_service.requests[0].headers
    assert (headers.get("x-amzn-requestid"), headers.get("x-amzn-trace-id")) == ("r-1", "own")
