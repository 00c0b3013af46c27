"""Other people's tools for tests and caches work with our session and our signatures as with requests and httpx."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import betamax
import boto3
import httpx
import moto
import pytest
import pytest_httpx
import requests
import requests_cache
import requests_mock
import responses
import respx
import vcr
from requests_cache.session import CacheMixin

from lattice_events.client import LatticeSession
from lattice_events.client.httpx import LatticeAuth
from lattice_events.client.requests import LatticeAuth as RequestsAuth
from lattice_events.errors import AccessDeniedError, CallError
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

SERVICE = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="TOKEN")
DENIED = Answer.denied("service").body


def our_session(**options: Any) -> requests.Session:
    return LatticeSession(**{"credentials": lambda: CREDENTIALS, **options})


def our_signature(**options: Any) -> requests.Session:
    session = requests.Session()
    session.auth = RequestsAuth(**{"credentials": lambda: CREDENTIALS, **options})
    return session


Make = Callable[..., requests.Session]
SESSIONS = pytest.mark.parametrize("make", [our_session, our_signature])


def sync_get(url: str, **options: Any) -> httpx.Response:
    with httpx.Client(auth=LatticeAuth(**{"credentials": lambda: CREDENTIALS, **options})) as client:
        return client.get(url)


def async_get(url: str, **options: Any) -> httpx.Response:
    async def run() -> httpx.Response:
        auth = LatticeAuth(**{"credentials": lambda: CREDENTIALS, **options})
        async with httpx.AsyncClient(auth=auth) as client:
            return await client.get(url)

    return asyncio.run(run())


Get = Callable[..., httpx.Response]
CLIENTS = pytest.mark.parametrize("get", [sync_get, async_get])


def is_signed(headers: Any) -> bool:
    """Whether the tool saw what would have been sent."""
    return "Credential=AK/" in headers["authorization"] and headers["x-amz-security-token"] == "TOKEN"


@SESSIONS
def test_responses(make: Make) -> None:
    with responses.RequestsMock() as mock, make() as session:
        mock.get(f"{SERVICE}/a", json={"a": 1})
        mock.get(f"{SERVICE}/b", body=DENIED, status=403)

        assert session.get(f"{SERVICE}/a").json() == {"a": 1}
        with pytest.raises(AccessDeniedError):
            session.get(f"{SERVICE}/b")
        assert is_signed(mock.calls[0].request.headers)


@SESSIONS
def test_responses_refuses_what_it_does_not_know(make: Make) -> None:
    refused = pytest.raises((requests.ConnectionError, CallError))
    with responses.RequestsMock(), make() as session, refused:
        session.post(f"{SERVICE}/a")


@SESSIONS
def test_requests_mock(make: Make) -> None:
    with requests_mock.Mocker() as mock, make() as session:
        mock.get(f"{SERVICE}/a", json={"a": 1})
        mock.get(f"{SERVICE}/b", content=DENIED, status_code=403)

        assert session.get(f"{SERVICE}/a").json() == {"a": 1}
        with pytest.raises(AccessDeniedError):
            session.get(f"{SERVICE}/b")
        assert is_signed(mock.request_history[0].headers)


@SESSIONS
def test_requests_mock_takes_no_signature_to_another_host(make: Make) -> None:
    with requests_mock.Mocker() as mock, make() as session:
        mock.get(f"{SERVICE}/a", status_code=307, headers={"location": "https://evil.example/"})
        mock.get("https://evil.example/")

        session.get(f"{SERVICE}/a")

    assert not {"authorization", "x-amz-security-token"} & {
        name.lower() for name in mock.request_history[1].headers
    }


@pytest.fixture
def recorded(lattice_service: LatticeService) -> Iterator[LatticeService]:
    """A service that answers once."""
    lattice_service.play(Answer(body=b"once"))
    yield lattice_service
    assert len(lattice_service.requests) == 1
    assert lattice_service.verifications[0].accepted


@SESSIONS
def test_vcrpy_records_and_replays(make: Make, recorded: LatticeService, tmp_path: Path) -> None:
    plays = 0
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "tape.yaml")) as tape, make(**recorded.options) as session:
            assert session.get(recorded.url).text == "once"
            plays = tape.play_count

    assert plays == 1


def test_vcrpy_replays_to_a_session_that_has_connections(recorded: LatticeService, tmp_path: Path) -> None:
    with recorded.session() as session:
        with vcr.use_cassette(str(tmp_path / "tape.yaml")):
            session.get(recorded.url)
        with vcr.use_cassette(str(tmp_path / "tape.yaml")):
            assert session.get(recorded.url).text == "once"


def test_a_session_that_vcrpy_has_left_has_its_deadlines_again(
    lattice_service: LatticeService, tmp_path: Path
) -> None:
    with lattice_service.session() as session:
        with vcr.use_cassette(str(tmp_path / "tape.yaml")):
            session.get(lattice_service.url)
        session.get(lattice_service.url)
        pool = session.get_adapter(lattice_service.url).poolmanager.connection_from_url(lattice_service.url)  # type: ignore[attr-defined]

        assert pool.ConnectionCls.__module__ == "lattice_events.client.transport"
    assert len(lattice_service.requests) == 2


@CLIENTS
def test_vcrpy_with_httpx(get: Get, recorded: LatticeService, tmp_path: Path) -> None:
    plays = 0
    for _ in range(2):
        with vcr.use_cassette(str(tmp_path / "tape.yaml")) as tape:
            assert get(recorded.url, **recorded.options).text == "once"
            plays = tape.play_count

    assert plays == 1


@SESSIONS
def test_betamax(make: Make, recorded: LatticeService, tmp_path: Path) -> None:
    for _ in range(2):
        session = make(**recorded.options)
        with session, betamax.Betamax(session, cassette_library_dir=str(tmp_path)).use_cassette("tape"):
            assert session.get(recorded.url).text == "once"


class CachedSession(CacheMixin, LatticeSession):  # type: ignore[misc]  # their signatures differ
    """As the documentation of requests-cache mixes it into other sessions."""


def test_requests_cache(recorded: LatticeService) -> None:
    with CachedSession(backend="memory", **recorded.options) as session:
        answers = [session.get(recorded.url) for _ in range(2)]

    assert [(each.text, each.from_cache) for each in answers] == [("once", False), ("once", True)]


def test_requests_cache_with_the_signature_alone(recorded: LatticeService) -> None:
    with requests_cache.CachedSession(backend="memory") as session:
        session.auth = RequestsAuth(**recorded.options)
        answers = [session.get(recorded.url) for _ in range(2)]

    assert [(each.text, each.from_cache) for each in answers] == [("once", False), ("once", True)]


@CLIENTS
def test_respx(get: Get) -> None:
    with respx.mock:
        route = respx.get(f"{SERVICE}/a").respond(json={"a": 1})
        respx.get(f"{SERVICE}/b").respond(403, content=DENIED)

        assert get(f"{SERVICE}/a").json() == {"a": 1}
        with pytest.raises(AccessDeniedError):
            get(f"{SERVICE}/b")
        assert is_signed(route.calls.last.request.headers)


@CLIENTS
def test_pytest_httpx(get: Get, httpx_mock: pytest_httpx.HTTPXMock) -> None:
    httpx_mock.add_response(url=f"{SERVICE}/a", json={"a": 1})
    httpx_mock.add_response(url=f"{SERVICE}/b", content=DENIED, status_code=403)

    assert get(f"{SERVICE}/a").json() == {"a": 1}
    with pytest.raises(AccessDeniedError):
        get(f"{SERVICE}/b")
    assert is_signed(httpx_mock.get_requests()[0].headers)


@SESSIONS
@moto.mock_aws
def test_moto(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AK")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SK")
    with LatticeService() as service, make(**service.options) as session:
        boto3.client("s3", region_name="us-east-1").create_bucket(Bucket="bucket")

        assert session.get(service.url).text == "OK"  # it leaves what is not AWS's
        assert service.verifications[0].accepted
