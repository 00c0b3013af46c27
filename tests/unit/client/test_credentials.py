"""Where credentials come from, and when they are replaced."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lattice_events.client.credentials import DefaultCredentials, Expiring, RefreshingCredentials
from lattice_events.errors import ExpiredCredentialsError, MissingCredentialsError
from lattice_events.sigv4 import Credentials


def numbered(number: int) -> Credentials:
    return Credentials(
        access_key_id=f"AK{number}", secret_access_key=f"SK{number}", session_token=f"T{number}"
    )


class Source:
    """Hands out numbered credentials that hold for a thousand seconds, on a clock that a test sets."""

    def __init__(self) -> None:
        self.now, self.fetched, self.is_down = 0.0, 0, False

    def fetch(self) -> Expiring:
        if self.is_down:
            raise MissingCredentialsError("the endpoint is down")
        self.fetched += 1
        return Expiring(numbered(self.fetched), self.now + 1000)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def credentials(source: Source) -> RefreshingCredentials:
    return RefreshingCredentials(source.fetch, now=lambda: source.now)


def test_one_set_serves_until_five_minutes_before_it_expires(
    source: Source, credentials: RefreshingCredentials
) -> None:
    assert source.fetched == 0
    assert credentials() == credentials() == numbered(1)

    source.now = 699
    assert credentials() == numbered(1)
    source.now = 700
    assert credentials() == numbered(2)


def test_a_set_that_holds_serves_while_the_source_is_down(
    source: Source, credentials: RefreshingCredentials
) -> None:
    credentials()
    source.now, source.is_down = 900, True
    assert credentials() == numbered(1)

    source.now = 1000
    with pytest.raises(ExpiredCredentialsError, match="no fresh ones were to be had: the endpoint is down"):
        credentials()
    source.is_down = False
    assert credentials() == numbered(2)


def test_a_source_that_was_never_up_says_why(source: Source, credentials: RefreshingCredentials) -> None:
    source.is_down = True

    with pytest.raises(MissingCredentialsError, match="the endpoint is down"):
        credentials()


def test_a_refused_set_is_replaced_once_for_all_who_had_it(
    source: Source, credentials: RefreshingCredentials
) -> None:
    stale = credentials()

    assert credentials.refresh(stale) == credentials.refresh(stale) == numbered(2)
    assert source.fetched == 2


def test_only_one_thread_fetches_and_the_others_go_on_with_what_holds() -> None:
    begun, go_on = threading.Event(), threading.Event()
    now, fetched = [0.0], [0]

    def fetch() -> Expiring:
        fetched[0] += 1
        if fetched[0] > 1:
            begun.set()
            go_on.wait(10)
        return Expiring(numbered(fetched[0]), now[0] + 1000)

    credentials = RefreshingCredentials(fetch, now=lambda: now[0])
    credentials()
    now[0] = 800
    refreshing = threading.Thread(target=credentials)
    refreshing.start()
    begun.wait(10)

    assert credentials() == numbered(1)  # does not wait

    go_on.set()
    refreshing.join()
    assert credentials() == numbered(2)
    assert fetched == [2]


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing that tells credentials, and no way to ask for any."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    return monkeypatch


def test_the_environment_is_read_anew_for_each_call(no_environment: pytest.MonkeyPatch) -> None:
    credentials = DefaultCredentials()
    for number in (1, 2):
        no_environment.setenv("AWS_ACCESS_KEY_ID", f"AK{number}")
        no_environment.setenv("AWS_SECRET_ACCESS_KEY", f"SK{number}")
        no_environment.setenv("AWS_SESSION_TOKEN", f"T{number}")

        assert credentials() == numbered(number)
    assert credentials.refresh(numbered(2)) == numbered(2)


def test_a_profile_is_read_by_botocore(no_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    no_environment.setenv("AWS_ACCESS_KEY_ID", "AK-of-the-environment")
    no_environment.setenv("AWS_SECRET_ACCESS_KEY", "SK")
    (tmp_path / "credentials").write_text(
        "[team]\naws_access_key_id = AK1\naws_secret_access_key = SK1\naws_session_token = T1\n"
    )

    assert DefaultCredentials(profile="team")() == numbered(1)
    with pytest.raises(MissingCredentialsError, match="nobody"):
        DefaultCredentials(profile="nobody")()


class Endpoint:
    """A container's credentials endpoint on loopback."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.authorizations: list[str | None] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.authorizations.append(self.headers.get("Authorization"))
                status, body = endpoint.answers.pop(0) if len(endpoint.answers) > 1 else endpoint.answers[0]
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/credentials"


GOOD = {"AccessKeyId": "AK1", "SecretAccessKey": "SK1", "Token": "T1", "Expiration": "2100-01-01T00:00:00Z"}


@pytest.fixture
def endpoint(no_environment: pytest.MonkeyPatch) -> Iterator[Endpoint]:
    made = Endpoint()
    made.answers = [(200, GOOD)]
    thread = threading.Thread(target=made.server.serve_forever, args=(0.01,))
    thread.start()
    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", made.url)
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def test_the_container_endpoint_is_asked_once_with_its_token(
    endpoint: Endpoint, no_environment: pytest.MonkeyPatch
) -> None:
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token")
    no_environment.setenv("http_proxy", "http://127.0.0.1:1")
    credentials = DefaultCredentials()

    assert credentials() == credentials() == numbered(1)
    assert endpoint.authorizations == ["token"]
    assert credentials.refresh(numbered(1)) == numbered(1)
    assert len(endpoint.authorizations) == 2


def test_the_token_may_be_in_a_file(
    endpoint: Endpoint, no_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_text("from a file\n")
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(file))

    DefaultCredentials()()

    assert endpoint.authorizations == ["from a file"]
    file.unlink()
    with pytest.raises(
        MissingCredentialsError, match="AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE cannot be read"
    ):
        DefaultCredentials()()


def test_a_token_with_a_line_break_is_not_sent(
    endpoint: Endpoint, no_environment: pytest.MonkeyPatch
) -> None:
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nX-Injected: b")

    with pytest.raises(MissingCredentialsError, match="has a line break"):
        DefaultCredentials()()
    assert endpoint.authorizations == []


def test_a_failing_endpoint_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers = [(500, b""), (500, b""), (200, GOOD)]

    assert DefaultCredentials()() == numbered(1)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ((500, b""), "failed: HTTP Error 500"),
        ((302, b""), "failed: HTTP Error 302"),
        ((200, b"no JSON"), "answered something else than AccessKeyId"),
        ((200, []), "answered something else than AccessKeyId"),
        ((200, {"AccessKeyId": "AK"}), "answered something else than AccessKeyId"),
        ((200, {**GOOD, "Expiration": "soon"}), "answered something else than AccessKeyId"),
    ],
)
def test_a_useless_endpoint_is_named(answer: tuple[int, Any], words: str, endpoint: Endpoint) -> None:
    endpoint.answers = [answer]

    with pytest.raises(MissingCredentialsError, match=words):
        DefaultCredentials()()


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://169.254.169.254/x", "ftp://127.0.0.1/x", "nonsense"]
)
def test_the_token_goes_to_no_other_host(url: str, no_environment: pytest.MonkeyPatch) -> None:
    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)

    with pytest.raises(MissingCredentialsError, match="must be on loopback or be that of ECS or EKS"):
        DefaultCredentials()()


@pytest.mark.parametrize(
    "uri", ["https://example.com/x", "http://localhost/x", "http://[::1]/x", "http://169.254.170.23/v1"]
)
def test_these_endpoints_may_be_asked(uri: str, no_environment: pytest.MonkeyPatch) -> None:
    from lattice_events.client import container

    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", uri)
    assert container._endpoint() == uri

    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/credentials/x")
    assert container._endpoint() == "http://169.254.170.2/v2/credentials/x"
