"""Where credentials come from, and when they are replaced."""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from lattice_events.client import deadline
from lattice_events.client.credentials import (
    PAUSE_SECONDS,
    DefaultCredentials,
    Expiring,
    RefreshingCredentials,
)
from lattice_events.errors import ExpiredCredentialsError, MissingCredentialsError, SigningError
from lattice_events.sigv4 import Credentials


def numbered(number: int) -> Credentials:
    return Credentials(
        access_key_id=f"AK{number}", secret_access_key=f"SK{number}", session_token=f"T{number}"
    )


class Source:
    """Hands out numbered credentials that hold for a thousand seconds, on a clock that a test sets."""

    def __init__(self) -> None:
        self.now, self.asked, self.fetched, self.is_down = 0.0, 0, 0, False

    def fetch(self) -> Expiring:
        self.asked += 1
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
    with pytest.raises(ExpiredCredentialsError, match="getting new ones failed: the endpoint is down"):
        credentials()
    source.is_down = False
    assert credentials() == numbered(2)


def test_a_source_that_is_down_is_not_asked_at_every_call(
    source: Source, credentials: RefreshingCredentials
) -> None:
    credentials()
    source.now, source.is_down = 900, True
    for _ in range(4):
        assert credentials() == numbered(1)
    assert source.asked == 2

    source.now += PAUSE_SECONDS
    assert credentials() == numbered(1)
    assert source.asked == 3


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


def test_a_call_waits_for_another_thread_no_longer_than_it_has_time() -> None:
    begun, go_on = threading.Event(), threading.Event()

    def fetch() -> Expiring:
        begun.set()
        go_on.wait(10)
        return Expiring(numbered(1), 1000)

    credentials = RefreshingCredentials(fetch, now=lambda: 0)
    fetching = threading.Thread(target=credentials)
    fetching.start()
    begun.wait(10)

    with deadline(0), pytest.raises(MissingCredentialsError, match="another thread was still fetching"):
        credentials()
    go_on.set()
    fetching.join()


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """Nothing that tells credentials, and no way to ask for any."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
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


def test_white_space_around_what_the_environment_says_is_left_out(no_environment: pytest.MonkeyPatch) -> None:
    for name, value in (("ACCESS_KEY_ID", " AK1"), ("SECRET_ACCESS_KEY", "SK1\n"), ("SESSION_TOKEN", "T1\n")):
        no_environment.setenv(f"AWS_{name}", value)

    assert DefaultCredentials()() == numbered(1)


def test_a_refused_profile_is_read_anew(no_environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "credentials"
    profile = (
        "[default]\naws_access_key_id = AK{0}\naws_secret_access_key = SK{0}\naws_session_token = T{0}\n"
    )
    file.write_text(profile.format(1))
    credentials = DefaultCredentials()
    assert credentials.refresh(credentials()) == numbered(1)

    file.write_text(profile.format(2))

    assert credentials() == numbered(1)
    assert credentials.refresh(numbered(1)) == credentials() == numbered(2)


class Endpoint:
    """A container's credentials endpoint on loopback; a status of 0 sends the bytes as they are."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, Any]] = []
        self.authorizations: list[str | None] = []
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.authorizations.append(self.headers.get("Authorization"))
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, body = endpoint.answers.pop(0) if len(endpoint.answers) > 1 else endpoint.answers[0]
                if status == 0:
                    self.wfile.write(body)
                    return
                data = body if isinstance(body, bytes) else json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(data)))
                if status == 302:
                    self.send_header("Location", "http://127.0.0.1:1/elsewhere")
                self.end_headers()
                self.wfile.write(data)

            do_POST = do_GET  # noqa: N815 - as the server calls it

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


@pytest.mark.parametrize("token", [b"a\nX-Injected: b", b"a\x00b", "caf\u00e9".encode(), b"\xff"])
def test_a_token_that_no_header_may_hold_is_not_sent(
    token: bytes, endpoint: Endpoint, no_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "token"
    file.write_bytes(token)
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", str(file))

    with pytest.raises(MissingCredentialsError, match="TOKEN_FILE has a line break or another character"):
        DefaultCredentials()()
    assert endpoint.authorizations == []


def test_a_token_of_the_environment_is_stripped_and_may_have_no_line_break(
    endpoint: Endpoint, no_environment: pytest.MonkeyPatch
) -> None:
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "token\n")
    DefaultCredentials()()
    no_environment.setenv("AWS_CONTAINER_AUTHORIZATION_TOKEN", "a\nX-Injected: b")

    with pytest.raises(MissingCredentialsError, match="AUTHORIZATION_TOKEN has a line break"):
        DefaultCredentials()()
    assert endpoint.authorizations == ["token"]


def test_a_failing_endpoint_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers = [(500, b""), (500, b""), (200, GOOD)]

    assert DefaultCredentials()() == numbered(1)


SOMETHING_ELSE = "did not answer with AccessKeyId"


@pytest.mark.parametrize(
    ("answer", "asked", "words"),
    [
        ((500, b""), 3, "failed: HTTP Error 500"),
        ((302, b""), 1, "failed: HTTP Error 302"),
        ((403, {"code": "AccessDenied", "message": "no association"}), 1, "403: Forbidden: no association. Check"),
        ((404, b"no JSON"), 1, "failed: HTTP Error 404: Not Found. Check"),
        ((404, []), 1, "failed: HTTP Error 404: Not Found. Check"),
        ((0, b""), 3, "failed: Remote end closed connection without response"),
        ((0, b"SSH-2.0-x\r\n"), 3, r"its answer is not HTTP \(BadStatusLine\)"),
        ((0, b"HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n{"), None, "The container credentials endpoint"),
        ((200, b"no JSON"), 1, SOMETHING_ELSE),
        ((200, b"\xff"), 1, SOMETHING_ELSE),
        ((200, []), 1, SOMETHING_ELSE),
        ((200, {"AccessKeyId": "AK"}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "Expiration": "soon"}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "AccessKeyId": None}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "AccessKeyId": ""}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "SecretAccessKey": 7}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "Token": "a\nb"}), 1, SOMETHING_ELSE),
        ((200, {**GOOD, "Expiration": "2020-01-01T00:00:00Z"}), 1, "that expired at 2020-01-01T00:00:00Z"),
    ],
)  # fmt: skip
def test_a_useless_endpoint_is_named(
    answer: tuple[int, Any], asked: int | None, words: str, endpoint: Endpoint
) -> None:
    endpoint.answers = [answer]

    with pytest.raises(SigningError, match=words) as caught:
        DefaultCredentials()()

    assert isinstance(caught.value, (MissingCredentialsError, ExpiredCredentialsError))
    assert len(endpoint.authorizations) == asked or asked is None


def test_an_endpoint_is_not_asked_when_the_call_has_no_time_left(endpoint: Endpoint) -> None:
    with deadline(0), pytest.raises(MissingCredentialsError, match="the call had no time left"):
        DefaultCredentials()()

    assert endpoint.authorizations == []


def test_an_endpoint_that_hangs_takes_no_more_than_the_call_has(no_environment: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", f"http://127.0.0.1:{port}/")
        no_environment.setattr("lattice_events.client.container._TIMEOUT_SECONDS", 60.0)
        started = time.monotonic()

        with deadline(0.5), pytest.raises(MissingCredentialsError, match="failed: timed out"):
            DefaultCredentials()()

    assert time.monotonic() - started < 20  # of the minute that the endpoint would have without a deadline


def test_nobody_listening_is_named(no_environment: pytest.MonkeyPatch) -> None:
    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://127.0.0.1:1/")

    with pytest.raises(
        MissingCredentialsError, match=r"http://127.0.0.1 failed: .*Connection refused\. Check"
    ):
        DefaultCredentials()()


@pytest.mark.parametrize(
    "url",
    [
        "http://[::1",
        "http://127.0.0.1/a b",
        "http://127.0.0.1:port/",
        "http://127.0.0.1/caf\u00e9",
        "ftp://127.0.0.1/x",
        "nonsense",
    ],
)
def test_an_endpoint_that_is_no_url_is_not_shown(url: str, no_environment: pytest.MonkeyPatch) -> None:
    no_environment.setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", url)

    with pytest.raises(
        MissingCredentialsError, match="FULL_URI is not an http or https URL: its host or port cannot be read"
    ):
        DefaultCredentials()()


@pytest.mark.parametrize(
    "url", ["http://example.com/x", "http://169.254.169.254/x", "http://127.0.0.1.example.com/x"]
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


DENIED = (
    b"<ErrorResponse><Error><Code>AccessDenied</Code>"
    b"<Message>Not authorized to perform sts:AssumeRoleWithWebIdentity</Message></Error></ErrorResponse>"
)


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONFIG_FILE"])
def test_what_comes_before_the_container_is_never_passed_over(
    name: str, endpoint: Endpoint, no_environment: pytest.MonkeyPatch
) -> None:
    no_environment.setenv(name, "/")
    no_environment.setitem(sys.modules, "botocore.session", None)

    with pytest.raises(
        MissingCredentialsError, match="has priority over the container endpoint, and botocore"
    ):
        DefaultCredentials()()


@pytest.fixture
def service_account(no_environment: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The environment of a pod with IRSA; gives the file of its token, which is not there."""
    no_environment.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/app")
    no_environment.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    no_environment.setenv("AWS_DEFAULT_REGION", "us-west-2")
    return tmp_path / "token"


def test_a_role_that_a_service_account_may_not_assume_is_named(
    endpoint: Endpoint, service_account: Path, no_environment: pytest.MonkeyPatch
) -> None:
    endpoint.answers = [(403, DENIED)]
    service_account.write_text("made-up")
    no_environment.delenv("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    no_environment.setenv("AWS_ENDPOINT_URL_STS", endpoint.url)

    with pytest.raises(
        MissingCredentialsError, match="cannot be loaded: ClientError.*trust policy of the role arn:aws:iam"
    ):
        DefaultCredentials()()


def test_a_token_file_that_is_missing_is_named(service_account: Path) -> None:
    with pytest.raises(MissingCredentialsError, match=f"On EKS check that {service_account} is there"):
        DefaultCredentials()()


@pytest.mark.parametrize(
    ("process", "words"), [("echo junk", "JSONDecodeError"), ("/nowhere/x", "FileNotFoundError")]
)
def test_a_credential_process_that_fails_is_told(
    process: str, words: str, no_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "config").write_text(f"[profile team]\ncredential_process = {process}\n")

    with pytest.raises(MissingCredentialsError, match=f"cannot be loaded: {words}.* Check the profile"):
        DefaultCredentials(profile="team")()


def test_a_process_that_ceases_to_give_credentials_is_told(
    no_environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    said = tmp_path / "said"
    # Botocore asks the process again within 15 minutes of the end, and must within 10.
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 60))
    said.write_text(json.dumps({"Version": 1, "AccessKeyId": "AK1", "SecretAccessKey": "SK1", "SessionToken": "T1", "Expiration": soon}))  # fmt: skip
    (tmp_path / "config").write_text(f"[profile team]\ncredential_process = cat {said}\n")
    credentials = DefaultCredentials(profile="team")
    assert credentials() == numbered(1)

    said.unlink()

    with pytest.raises(
        ExpiredCredentialsError, match="The AWS credentials have expired: CredentialRetrieval"
    ):
        credentials()
