"""A whole run at DEBUG level, failures and tracebacks included, writes no secret."""

from __future__ import annotations

import io
import logging
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import requests
from urllib3.util import Retry

from lattice_events.client.httpx import LatticeAuth
from lattice_events.client.requests import LatticeAuth as RequestsAuth
from lattice_events.errors import CallError
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

SECRETS = Credentials(
    access_key_id="ASIAPUBLIC", secret_access_key="SECRETKEYSECRETKEY", session_token="TOKENTOKEN/+=TOKEN"
)


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that is logged, formatted as a function's log would be."""
    text = io.StringIO()
    handler = logging.StreamHandler(text)
    handler.setFormatter(logging.Formatter("%(name)s %(message)s"))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield text
    root.setLevel(before)
    root.removeHandler(handler)


def call_with_session(service: LatticeService, mode: Any) -> object:
    with service.session(mode=mode, deadline_seconds=0.5) as session:
        return told(session.get(service.url))


def call_with_httpx(service: LatticeService, mode: Any) -> object:
    with httpx.Client(auth=LatticeAuth(**service.options, mode=mode), timeout=0.5) as client:
        return told(client.get(service.url))


def call_with_requests(service: LatticeService, mode: Any) -> object:
    with requests.Session() as session:
        session.auth = RequestsAuth(**service.options, mode=mode)
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=Retry(1, status_forcelist=[500])))
        return told(session.get(service.url, timeout=0.5))


def told(response: Any) -> str:
    """What an answer shows of itself, in the message of its status too."""
    try:
        response.raise_for_status()
    except (requests.HTTPError, httpx.HTTPStatusError) as error:
        return f"{response!r} {error} {error!r}"
    return repr(response)


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("call", [call_with_session, call_with_httpx, call_with_requests])
def test_no_secret_is_written(
    call: Callable[[LatticeService, Any], object],
    mode: Any,
    lattice_service: LatticeService,
    log: io.StringIO,
) -> None:
    lattice_service.credentials = [SECRETS]
    lattice_service.play(200, 404, Answer.denied("service"), Answer.expired_token(), Answer(wait_seconds=30), Answer(reset="before"), 500)  # fmt: skip
    written = []
    for _ in range(7):
        try:
            written.append(call(lattice_service, mode))
        except requests.RequestException:
            assert call is call_with_requests  # whose own words show the URL: docs/call.md
        except (CallError, httpx.TransportError) as error:
            logging.getLogger("test").exception("failed")
            written += [str(error), repr(error), "".join(traceback.format_exception(error))]
            if isinstance(error, CallError):  # one of httpx's own has the request that was sent
                written.append(repr(vars(error)))
    lattice_service.credentials = [SECRETS.replace(secret_access_key="another")]
    text = "\n".join(map(str, written)) + log.getvalue()

    assert "failed" in text
    for request in lattice_service.requests:
        for value in request.headers.get_all("authorization"):
            assert value not in text
            assert value.rpartition("Signature=")[2] not in text
    for secret in ("SECRETKEYSECRETKEY", "TOKENTOKEN"):
        assert secret not in text
