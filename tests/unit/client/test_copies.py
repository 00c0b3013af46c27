"""Sessions and signatures are copied and pickled as those of requests are, without what credentials were found."""

from __future__ import annotations

import copy
import pickle
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import requests

from lattice_events.client import DefaultCredentials, LatticeSession
from lattice_events.client.credentials import Expiring, RefreshingCredentials
from lattice_events.client.httpx import LatticeAuth as HttpxAuth
from lattice_events.client.requests import LatticeAuth
from lattice_events.sigv4 import Credentials

HOSTS = {"orders.example.com": "us-west-2"}
URL = "https://orders.example.com/a"
SECRET = "SECRETSECRET"


def own_credentials() -> Credentials:
    return Credentials(access_key_id="AKOWN", secret_access_key=SECRET, session_token=SECRET)


def pickled(value: Any, *, protocol: int) -> Any:
    return pickle.loads(pickle.dumps(value, protocol))


COPIES: dict[str, Callable[[Any], Any]] = {
    "copy": copy.copy,
    "deepcopy": copy.deepcopy,
    **{f"pickle {protocol}": partial(pickled, protocol=protocol) for protocol in range(6)},
}


class Recorder(requests.adapters.HTTPAdapter):
    """Answers from memory."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        response = requests.Response()
        response.status_code, response.request, response.url = 200, request, request.url or ""
        response._content = b""
        return response


def sent_by_session(session: requests.Session) -> Any:
    session.mount("https://", Recorder())
    return session.get(URL).request.headers


def sent_by_auth(auth: Any) -> Any:
    session = requests.Session()
    session.auth = auth
    return sent_by_session(session)


def sent_by_httpx(auth: Any) -> Any:
    answered = httpx.MockTransport(lambda request: httpx.Response(200, headers=request.headers))
    with httpx.Client(auth=auth, transport=answered) as client:
        return client.get(URL).headers


Make = Callable[..., Any]
MADE: dict[str, tuple[Make, Callable[[Any], Any]]] = {
    "LatticeSession": (LatticeSession, sent_by_session),
    "LatticeAuth": (LatticeAuth, sent_by_auth),
    "LatticeAuth of httpx": (HttpxAuth, sent_by_httpx),
}


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKENV")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SECRET)


@pytest.mark.parametrize("how", COPIES)
@pytest.mark.parametrize("what", MADE)
@pytest.mark.parametrize("options", [{}, {"credentials": own_credentials}, {"path_encoding": "single"}])
def test_a_copy_signs_as_the_original_does(how: str, what: str, options: dict[str, Any]) -> None:
    make, send = MADE[what]
    original = make(hosts=HOSTS, **options)
    key = "AKOWN" if "credentials" in options else "AKENV"

    for each in (original, COPIES[how](original), original):
        assert f"Credential={key}/" in send(each)["authorization"]
        assert SECRET.encode() not in pickle.dumps(original)


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_of_a_session_has_all_that_it_was_told(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_SERVICE_ORDERS_URL", URL)
    monkeypatch.setenv("AWS_REGION", "us-west-2")
    options = {"mode": "query", "anonymous": True, "deadline_seconds": 7.0, "max_retries": 5}
    original = LatticeSession(service="orders", **options)  # type: ignore[arg-type]
    original.headers["x-own"] = "1"
    original.verify = "/ca.pem"

    made = COPIES[how](original)

    assert type(made) is LatticeSession
    for name in ("_base", "_anonymous", "_deadline_seconds", "_max_retries", "headers", "verify"):
        assert getattr(made, name) == getattr(original, name)
    assert made._signer._mode == "query"
    assert type(made.get_adapter(URL)) is type(original.get_adapter(URL))


@pytest.mark.parametrize("how", COPIES)
def test_found_credentials_stay_where_they_were_found(
    how: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    file = tmp_path / "credentials"
    file.write_text(f"[p]\naws_access_key_id = AKFILE\naws_secret_access_key = {SECRET}\n")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    original = DefaultCredentials(profile="p")

    assert COPIES[how](original)() == original()
    assert SECRET.encode() not in pickle.dumps(original)
    assert COPIES[how](original)._lock is not original._lock


def fetch() -> Expiring:
    return Expiring(own_credentials(), time.time() + 3600)


@pytest.mark.parametrize("how", COPIES)
def test_fetched_credentials_are_fetched_anew(how: str) -> None:
    original = RefreshingCredentials(fetch)
    assert original() == COPIES[how](original)()

    assert SECRET.encode() not in pickle.dumps(original)


def test_what_cannot_be_pickled_says_why() -> None:
    known = own_credentials()
    session = LatticeSession(credentials=lambda: known)
    guarded = LatticeSession(credentials=Guarded())

    with pytest.raises((pickle.PicklingError, AttributeError), match="pickle"):
        pickle.dumps(session)
    with pytest.raises(TypeError, match="cannot pickle '_thread.lock' object"):
        pickle.dumps(guarded)


class Guarded:
    """Credentials of somebody who has a lock."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __call__(self) -> Credentials:
        return own_credentials()
