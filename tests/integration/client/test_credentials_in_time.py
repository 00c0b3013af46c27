"""A call whose credentials take its time ends, and says that they did; the service is not blamed."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from lattice_events.client import DefaultCredentials, LatticeSession, credentials, deadline, time_left
from lattice_events.client.httpx import LatticeAuth
from lattice_events.errors import DeadlineExceededError, MissingCredentialsError
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

HOSTS = {"127.0.0.1": "us-west-2"}
Find = Callable[[], Credentials]


def call_with_session(service: LatticeService, find: Find) -> object:
    with LatticeSession(hosts=HOSTS, credentials=find) as session:
        return session.get(service.url)


def call_with_httpx(service: LatticeService, find: Find) -> object:
    with httpx.Client(auth=LatticeAuth(hosts=HOSTS, credentials=find)) as client:
        return client.get(service.url)


async def get_with_async_httpx(service: LatticeService, find: Find) -> object:
    async with httpx.AsyncClient(auth=LatticeAuth(hosts=HOSTS, credentials=find)) as client:
        return await client.get(service.url)


def call_with_async_httpx(service: LatticeService, find: Find) -> object:
    return asyncio.run(get_with_async_httpx(service, find))


CALLS = [call_with_session, call_with_httpx, call_with_async_httpx]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock of deadlines, to set."""
    now = [0.0]
    monkeypatch.setattr(time_left, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


@pytest.mark.parametrize("call", CALLS)
def test_credentials_that_took_the_time_are_named(
    call: Callable[[LatticeService, Find], object], lattice_service: LatticeService, now: list[float]
) -> None:
    def find() -> Credentials:
        now[0] += 1000
        return lattice_service.credentials[0]

    with deadline(900), pytest.raises(DeadlineExceededError, match="Finding AWS credentials took"):
        call(lattice_service, find)

    assert lattice_service.requests == []


@pytest.mark.parametrize("call", CALLS)
def test_so_are_fresh_ones_for_a_token_that_has_expired(
    call: Callable[[LatticeService, Find], object], lattice_service: LatticeService, now: list[float]
) -> None:
    found = iter([0, 1000])

    def find() -> Credentials:
        now[0] += next(found)
        return lattice_service.credentials[0]

    lattice_service.play(Answer.expired_token())
    with deadline(900), pytest.raises(DeadlineExceededError, match="Finding AWS credentials took"):
        call(lattice_service, find)

    assert len(lattice_service.requests) == 1


@pytest.mark.parametrize("call", CALLS)
def test_a_call_that_begins_without_time_looks_for_none(
    call: Callable[[LatticeService, Find], object], lattice_service: LatticeService
) -> None:
    with deadline(0), pytest.raises(DeadlineExceededError, match="did not answer within the time"):
        call(lattice_service, lambda: pytest.fail("not asked for"))


class Endless:
    """Credentials that come when the test is over."""

    def __init__(self, service: LatticeService) -> None:
        self.service, self.is_over, self.has_come = service, threading.Event(), False

    def __call__(self) -> Credentials:
        self.is_over.wait(60)
        self.has_come = True
        return self.service.credentials[0]


@pytest.fixture
def endless(lattice_service: LatticeService) -> Iterator[Endless]:
    find = Endless(lattice_service)
    yield find
    find.is_over.set()


def test_an_async_call_does_not_wait_for_credentials_longer_than_it_has_time(
    lattice_service: LatticeService, endless: Endless
) -> None:
    with deadline(0.3), pytest.raises(DeadlineExceededError, match="Finding AWS credentials took"):
        call_with_async_httpx(lattice_service, endless)

    assert not endless.has_come


def test_an_async_call_can_be_given_up_while_it_waits_for_credentials(
    lattice_service: LatticeService, endless: Endless
) -> None:
    async def give_up() -> None:
        await asyncio.wait_for(get_with_async_httpx(lattice_service, endless), 0.3)

    with pytest.raises(asyncio.TimeoutError):
        asyncio.run(give_up())

    assert not endless.has_come


def test_a_thread_waits_for_another_s_profile_no_longer_than_it_has_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def load(profile: str | None) -> Any:
        begun.set()
        go_on.wait(60)
        key = SimpleNamespace(access_key="AK", secret_key="SK", token=None)
        return SimpleNamespace(get_frozen_credentials=lambda: key)

    monkeypatch.setattr(credentials, "_load_botocore", load)
    find = DefaultCredentials(profile="slow")
    finding = threading.Thread(target=find)
    finding.start()
    begun.wait(60)
    with deadline(0), pytest.raises(MissingCredentialsError, match="another thread was still fetching"):
        find()
    go_on.set()
    finding.join()
    assert find().access_key_id == "AK"
