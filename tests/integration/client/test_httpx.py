"""`LatticeAuth` for httpx, sync and async, against the loopback service."""

from __future__ import annotations

import asyncio
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
