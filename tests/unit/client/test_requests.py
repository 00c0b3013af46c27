"""The session: whom it signs for, and what it sends."""

from __future__ import annotations

import math
from http.cookiejar import DefaultCookiePolicy
from typing import Any

import pytest
import requests
import urllib3

from lattice_events.client import LatticeSession, deadline
from lattice_events.client.discovery import ServiceURL
from lattice_events.context import Invocation, current_invocation
from lattice_events.errors import (
    CallError,
    ConfigurationError,
    DeadlineExceededError,
    MissingCredentialsError,
    SigningError,
    UnreachableError,
)
from lattice_events.sigv4 import Credentials
from lattice_events.testing import Answer, LatticeService

SERVICE = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
CREDENTIALS = Credentials(access_key_id="AK", secret_access_key="SK", session_token="TOKEN")


class Recorder(requests.adapters.BaseAdapter):
    """A transport that answers from memory and keeps what it was sent."""

    def __init__(self, *locations: str) -> None:
        super().__init__()
        self.sent: list[requests.PreparedRequest] = []
        self.timeouts: list[tuple[float, float]] = []
        self.locations = list(locations)

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        self.sent.append(request.copy())
        self.timeouts.append(kwargs["timeout"])
        response = requests.Response()
        response.status_code = 200
        response.request = request
        response.url = str(request.url)
        response._content = b""
        if self.locations:
            response.status_code = 307
            response.headers["location"] = self.locations.pop(0)
        return response

    def close(self) -> None:
        """Nothing is open."""


def session_with(recorder: Recorder, **options: Any) -> LatticeSession:
    session = LatticeSession(credentials=lambda: CREDENTIALS, **options)
    session.mount("https://", recorder)
    session.mount("http://", recorder)
    return session


def send(url: str, *locations: str, method: str = "GET", **options: Any) -> list[requests.PreparedRequest]:
    """What leaves for a call."""
    recorder = Recorder(*locations)
    session_options = {"hosts": options.pop("hosts")} if "hosts" in options else {}
    with session_with(recorder, **session_options) as session:
        session.request(method, url, **options)
    return recorder.sent


def test_a_call_to_a_service_is_signed_for_the_region_of_its_name() -> None:
    (request,) = send(f"{SERVICE}/a", method="POST", json={"a": 1})

    assert "/us-east-1/vpc-lattice-svcs/aws4_request" in request.headers["authorization"]
    assert request.headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert request.headers["x-amz-security-token"] == "TOKEN"
    assert request.body == b'{"a": 1}'


def test_what_is_sent_is_strictly_encoded() -> None:
    (request,) = send(f"{SERVICE}/a", params={"q": "a b", "p": "+", "k": ["1", "2"]})

    assert request.url == f"{SERVICE}/a?q=a%20b&p=%2B&k=1&k=2"


def test_a_custom_domain_is_signed_when_it_is_named() -> None:
    url = "https://Orders.example.com/"

    assert "/eu-west-1/" in send(url, hosts={"orders.example.com": "eu-west-1"})[0].headers["authorization"]
    assert "authorization" not in send(url)[0].headers


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/",
        "https://foo.vpc-lattice-svcs.us-east-1.on.aws.evil.example/",
        "https://evil.example/?foo.vpc-lattice-svcs.us-east-1.on.aws",
        "https://foo.vpc-lattice-svcs.us-east-1.on.aws@evil.example/",
    ],
)
def test_no_other_host_sees_credentials(url: str) -> None:
    (request,) = send(url)

    assert not [name for name in request.headers if name.lower().startswith("x-amz-")]
    assert "AK" not in str(request.headers)


def test_redirects_are_not_followed_unless_asked_for() -> None:
    assert len(send(SERVICE, f"{SERVICE}/b")) == 1


def test_a_redirect_is_signed_anew() -> None:
    first, second = send(f"{SERVICE}/a", f"{SERVICE}/b", allow_redirects=True)

    assert second.url == f"{SERVICE}/b"
    assert first.headers["authorization"] != second.headers["authorization"]


def test_a_redirect_elsewhere_takes_no_credentials_along() -> None:
    _, second = send(f"{SERVICE}/a", "https://evil.example/", allow_redirects=True)

    assert not [name for name in second.headers if name.lower().startswith(("x-amz-", "authorization"))]


def test_the_caller_s_own_headers_survive_a_redirect_between_other_hosts() -> None:
    _, second = send(
        "https://a.example/", "https://b.example/", allow_redirects=True, headers={"x-amz-date": "mine"}
    )

    assert second.headers["x-amz-date"] == "mine"


def test_an_authorization_of_the_caller_s_own_is_refused() -> None:
    with pytest.raises(SigningError, match="Authorization header of its own"):
        send(SERVICE, headers={"Authorization": "Bearer x"})


@pytest.mark.parametrize("mode", ["header", "query"])
def test_a_prepared_request_may_be_sent_twice(mode: str) -> None:
    recorder = Recorder()
    own = {"authorization": "Bearer mine"} if mode == "query" else {}
    with session_with(recorder, mode=mode) as session:
        prepared = session.prepare_request(
            requests.Request("GET", f"{SERVICE}/?X-Amz-Own=1&a=b", headers=own)
        )
        session.send(prepared)
        session.send(prepared)

    for sent in recorder.sent:
        assert list(sent.headers).count("authorization") == 1
        assert str(sent.url).startswith(f"{SERVICE}/?X-Amz-Own=1&a=b")
        assert str(sent.url).count("X-Amz-Own=1") == 1
        assert str(sent.url).count("X-Amz-Signature=") == (mode == "query")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("/app?x=1", f"{SERVICE}/v1/app?x=1"),
        ("app", f"{SERVICE}/v1/app"),
        ("//evil.example/steal", f"{SERVICE}/v1/evil.example/steal"),
        ("orders:1/x", f"{SERVICE}/v1/orders:1/x"),
        ("", f"{SERVICE}/v1/"),
        ("https://other.example/a", "https://other.example/a"),
    ],
)
def test_a_path_stays_with_the_named_service(path: str, url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LATTICE_SERVICE_FOO_URL", f"{SERVICE}/v1/")
    recorder = Recorder()
    with session_with(recorder, service="foo") as session:
        session.post(path, data="secret")

    assert recorder.sent[0].url == url


def test_a_session_takes_what_was_looked_up() -> None:
    found = ServiceURL("https://app.example.com", {"app.example.com": "eu-west-1"})
    recorder = Recorder()
    with session_with(recorder, service=found) as session:
        session.get("/a")

    assert recorder.sent[0].url == "https://app.example.com/a"
    assert "/eu-west-1/" in recorder.sent[0].headers["authorization"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"hosts": {"https://a.example": "us-west-2"}}, "not a host name"),
        ({"hosts": {"a.example:8443": "us-west-2"}}, "not a host name"),
        ({"hosts": {"a.example": None}}, "no Region for a.example"),
        ({"hosts": ["a.example"]}, "not a mapping"),
        ({"mode": "querry"}, "mode is 'querry'; it is one of header, query"),
        ({"path_encoding": "Single"}, "it is one of double, single"),
        ({"algorithm": "SigV4A"}, "it is one of sigv4, sigv4a"),
    ],
)
def test_an_option_that_would_go_unnoticed_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        LatticeSession(**options)


@pytest.mark.parametrize(
    "timeout", [(3,), "3", (1, 2, 3), (1, "2"), 0, -1, (1, 0), math.nan, (math.nan, 1), True, [1, 2]]
)
def test_a_timeout_is_seconds_or_two_of_them(timeout: Any) -> None:
    with pytest.raises(ConfigurationError, match="it is seconds above 0, \\(to connect, to read\\), or"):
        send(SERVICE, timeout=timeout)


@pytest.mark.parametrize(
    ("timeout", "used"),
    [
        (None, (1.0, 60.0)),
        ((None, None), (1.0, 60.0)),
        (3, (3, 3)),
        ((0.5, None), (0.5, 60.0)),
        (math.inf, (1e6, 1e6)),
        (1e300, (1e6, 1e6)),
        (urllib3.Timeout(connect=2, read=3), (2, 3)),
        (urllib3.Timeout(), (1.0, 60.0)),
        (urllib3.Timeout(connect=None, read=9), (1.0, 9)),
        (urllib3.Timeout(connect=0.5, read=9, total=4), (0.5, 4)),
        (urllib3.Timeout(4), (4, 4)),
    ],
)
def test_a_timeout_is_what_requests_takes(timeout: Any, used: tuple[float, float]) -> None:
    recorder = Recorder()
    with session_with(recorder) as session:
        session.get(SERVICE, timeout=timeout)

    assert recorder.timeouts[0] == pytest.approx(used, abs=0.5)


@pytest.mark.parametrize("method", ["", "A B", "X\r\nY", "É", None, b""])
def test_a_method_is_a_word(method: Any) -> None:
    prepared = requests.Request("GET", SERVICE).prepare()
    prepared.method = method
    with session_with(Recorder()) as session:
        with pytest.raises(ConfigurationError, match="it is GET, POST or another word"):
            session.request(method, SERVICE)
        with pytest.raises(ConfigurationError, match="it is GET, POST or another word"):
            session.send(prepared)


class Failing(requests.adapters.BaseAdapter):
    """A transport that fails as a mock does: with an error that holds nothing."""

    def __init__(self, kind: type[Exception]) -> None:
        super().__init__()
        self.kind, self.attempts = kind, 0

    def send(self, *args: Any, **kwargs: Any) -> requests.Response:
        self.attempts += 1
        raise self.kind

    def close(self) -> None:
        """Nothing is open."""


@pytest.mark.parametrize(
    ("kind", "error", "says", "attempts"),
    [
        (requests.exceptions.ConnectTimeout, UnreachableError, "security group", 3),
        (requests.exceptions.ProxyError, UnreachableError, "NO_PROXY", 3),
        (requests.exceptions.SSLError, UnreachableError, "certificate", 3),
        (requests.exceptions.ReadTimeout, DeadlineExceededError, "did not answer", 1),
        (requests.exceptions.Timeout, DeadlineExceededError, "did not answer", 1),
        (requests.exceptions.ConnectionError, CallError, "broke before", 3),
        (requests.exceptions.ChunkedEncodingError, CallError, "broke before", 3),
    ],
)
def test_an_error_of_requests_alone_tells_its_kind(
    kind: type[Exception], error: type[CallError], says: str, attempts: int
) -> None:
    """Of a mock; whether the request was sent is not known, so no POST is repeated."""
    for method, expected in (("GET", attempts), ("POST", 1)):
        failing = Failing(kind)
        with LatticeSession(credentials=lambda: CREDENTIALS) as session:
            session.mount("https://", failing)
            with pytest.raises(error, match=says) as caught:
                session.request(method, SERVICE)

        assert (type(caught.value), failing.attempts) == (error, expected)


def test_a_deadline_is_a_context_or_seconds() -> None:
    with pytest.raises(ConfigurationError, match="not NoneType"), deadline(None):
        pytest.fail("entered")


def test_credentials_that_are_none_are_not_taken_for_anonymous() -> None:
    session = LatticeSession(credentials=lambda: None)  # type: ignore[arg-type,return-value]  # the mistake

    with pytest.raises(MissingCredentialsError, match="returned NoneType"):
        session.get(SERVICE)


def test_a_signed_url_shows_in_no_answer() -> None:
    recorder = Recorder()
    with session_with(recorder, mode="query") as session:
        answer = session.get(f"{SERVICE}/a?X-Amz-Own=1")

    assert "X-Amz-Signature=" in str(recorder.sent[0].url)
    assert answer.url == f"{SERVICE}/a?X-Amz-Own=1"


def test_a_plain_handler_s_calls_carry_lambda_s_trace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-2-3")

    assert send(SERVICE)[0].headers["x-amzn-trace-id"] == "Root=1-2-3"
    assert "x-amzn-trace-id" not in send("https://example.com/")[0].headers


def test_a_sent_request_that_is_changed_is_sent_as_it_then_is() -> None:
    recorder = Recorder()
    with session_with(recorder) as session:
        prepared = session.prepare_request(requests.Request("GET", f"{SERVICE}/one"))
        session.send(prepared)
        prepared.url = "https://other.example/two"
        answer = session.send(prepared)
        prepared.headers["authorization"] = "Bearer mine"
        session.send(prepared)

    assert answer.url == "https://other.example/two"
    assert "authorization" not in recorder.sent[1].headers
    assert recorder.sent[2].headers["authorization"] == "Bearer mine"


def test_the_request_id_of_the_invocation_travels_on() -> None:
    token = current_invocation.set(Invocation(request_id="id-1", trace_header=None, remaining_ms=None))
    try:
        (request,) = send(SERVICE)
        (own,) = send(SERVICE, headers={"x-amzn-requestid": "own"})
    finally:
        current_invocation.reset(token)

    assert request.headers["x-amzn-requestid"] == "id-1"
    assert own.headers["x-amzn-requestid"] == "own"
    assert "x-amzn-requestid" not in send(SERVICE)[0].headers


def test_credentials_are_read_for_each_call(monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = Recorder()
    session = LatticeSession()
    session.mount("https://", recorder)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SK")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    for key in ("AKONE", "AKTWO"):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", key)
        session.get(SERVICE)

    assert ["AKONE" in sent.headers["authorization"] for sent in recorder.sent] == [True, False]


@pytest.mark.parametrize(
    ("known", "missing"),
    [
        ({}, "AWS_ACCESS_KEY_ID is not set, there is no container endpoint"),
        ({"AWS_ACCESS_KEY_ID": "AK"}, "AWS_SECRET_ACCESS_KEY is not set, but the other half"),
        ({"AWS_SECRET_ACCESS_KEY": "SK"}, "AWS_ACCESS_KEY_ID is not set, but the other half"),
    ],
)
def test_missing_credentials_say_which(
    known: dict[str, str], missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for name in ("AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.setenv(name, "/nowhere")
    for name, value in known.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(MissingCredentialsError, match=missing):
        LatticeSession().get(SERVICE)


def test_bytes_in_headers_are_signed_as_text_and_sent_as_they_are() -> None:
    (request,) = send(SERVICE, headers={"x-amz-meta": b"\xe9"})

    assert dict(request.headers)["x-amz-meta"] == b"\xe9"  # type: ignore[comparison-overlap]  # bytes, as given


@pytest.mark.parametrize(("policy", "kept"), [(None, [None, "a=b"]), (DefaultCookiePolicy(allowed_domains=[]), [None] * 2)])  # fmt: skip
def test_cookies_are_kept_unless_the_session_has_a_policy(
    policy: DefaultCookiePolicy | None, kept: list[str | None], lattice_service: LatticeService
) -> None:
    lattice_service.play(Answer(headers=(("set-cookie", "a=b"),)), 200)
    with lattice_service.session() as session:
        if policy is not None:
            session.cookies.set_policy(policy)
        for _ in kept:
            session.get(lattice_service.url)

    assert [each.headers.get("cookie") for each in lattice_service.requests] == kept
