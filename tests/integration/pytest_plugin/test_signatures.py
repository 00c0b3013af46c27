"""`lattice_signatures` finds signatures that VPC Lattice would refuse, behind every mock, whoever starts first."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import moto
import pytest
import pytest_httpx
import requests
import requests_mock
import responses
import respx
from botocore.awsrequest import AWSResponse
from moto.core.botocore_stubber import MockRawResponse

from lattice_events.client import LatticeSession
from lattice_events.client.httpx import LatticeAuth
from lattice_events.errors import ConfigurationError
from lattice_events.sigv4 import Credentials, sign, sign_lattice
from lattice_events.testing.signatures.seams import MOCKS, SIGNERS
from lattice_events.testing.signatures.watch import LatticeSignatures
from tests.signers import HOST, REGION, URL, WRONG, ForHttpx, ForRequests, Signer, right

pytest_plugins = ("pytester",)
OURS = Credentials(access_key_id="AKIDOURS", secret_access_key="made-up", session_token="made-up")

WITH_REQUESTS = """
    import pytest, requests
    from tests.signers import URL, WRONG, ForRequests, right

    def call(sign):
        requests.post(URL, json={"a": 1}, auth=ForRequests(sign))
"""
WITH_HTTPX = """
    import asyncio, httpx, pytest
    from tests.signers import URL, WRONG, ForHttpx, right

    def call(sign):
        httpx.post(URL, json={"a": 1}, auth=ForHttpx(sign))

    async def call_async(sign):
        async with httpx.AsyncClient(auth=ForHttpx(sign)) as client:
            await client.post(URL, json={"a": 1})
"""
TESTS = {
    "responses": WITH_REQUESTS
    + """
    import responses

    def answered(sign):
        with responses.RequestsMock() as mock:
            mock.post(URL)
            call(sign)
    """,
    "requests-mock": WITH_REQUESTS
    + """
    import requests_mock

    def answered(sign):
        with requests_mock.Mocker() as mock:
            mock.post(URL)
            call(sign)
    """,
    "moto": WITH_REQUESTS
    + """
    import moto
    from moto.core.models import responses_mock

    @moto.mock_aws
    def answered(sign):
        responses_mock.post(URL)
        call(sign)
    """,
    "respx": WITH_HTTPX
    + """
    import respx

    @respx.mock
    def answered(sign):
        respx.post(URL)
        call(sign)
    """,
    "pytest-httpx": WITH_HTTPX
    + """
    @pytest.fixture(autouse=True)
    def answers(httpx_mock):
        httpx_mock.add_response(url=URL)

    def answered(sign):
        asyncio.run(call_async(sign))
    """,
}
CASES = """
    @pytest.mark.parametrize("name", WRONG)
    def test_wrong(name, lattice_signatures):
        answered(WRONG[name][0])

    def test_right(lattice_signatures):
        answered(right)
        assert [each.judgement.verdict for each in lattice_signatures.requests] == ["accepted"]

    def test_without_the_fixture():
        answered(WRONG["signed payload"][0])
"""


@pytest.mark.parametrize("library", TESTS)
def test_five_wrong_signers_fail_their_tests(library: str, pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TESTS[library] + CASES)

    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")

    result.assert_outcomes(passed=2, failed=5)
    text = result.stdout.str()
    for name, (_, reason) in WRONG.items():
        said = re.search(rf"test_wrong\[{name}\] __+(.*?)(?:\n___|\n===)", text, re.DOTALL)
        assert said is not None
        assert reason in said[1]
    assert "made-up" not in text


@contextmanager
def watching(**options: Any) -> Iterator[LatticeSignatures]:
    with LatticeSignatures() as signatures:
        yield signatures(**options)


def verdicts(signatures: LatticeSignatures) -> list[str]:
    return [each.judgement.verdict for each in signatures.requests]


# ── our own clients ───────────────────────────────────────────────────────────────────────────


def session_get(url: str, **options: Any) -> None:
    with LatticeSession(credentials=lambda: OURS, **options) as session:
        session.get(url)


def httpx_get(url: str, **options: Any) -> None:
    with httpx.Client(auth=LatticeAuth(credentials=lambda: OURS, **options)) as client:
        client.get(url)


def async_get(url: str, **options: Any) -> None:
    async def run() -> None:
        async with httpx.AsyncClient(auth=LatticeAuth(credentials=lambda: OURS, **options)) as client:
            await client.get(url)

    asyncio.run(run())


@contextmanager
def respx_using(using: str) -> Iterator[None]:
    with respx.mock(using=using) as mock:
        mock.get(url__startswith="https://").respond(200)
        yield


@contextmanager
def responses_active() -> Iterator[None]:
    with responses.RequestsMock() as mock:
        mock.get(re.compile("https://.*"))
        yield


@contextmanager
def requests_mock_active() -> Iterator[None]:
    with requests_mock.Mocker() as mock:
        mock.get(requests_mock.ANY)
        yield


MOCKED = [
    pytest.param(session_get, responses_active, id="session, responses"),
    pytest.param(session_get, requests_mock_active, id="session, requests-mock"),
    pytest.param(httpx_get, lambda: respx_using("httpcore"), id="httpx, respx"),
    pytest.param(httpx_get, lambda: respx_using("httpx"), id="httpx, respx with its transport"),
    pytest.param(async_get, lambda: respx_using("httpcore"), id="async, respx"),
    pytest.param(async_get, lambda: respx_using("httpx"), id="async, respx with its transport"),
]


@pytest.mark.parametrize("is_first", [True, False], ids=["watched first", "mocked first"])
@pytest.mark.parametrize("options", [{}, {"mode": "query"}, {"algorithm": "sigv4a"}], ids=str)
@pytest.mark.parametrize(("get", "mock"), MOCKED)
def test_our_clients_are_right(
    get: Callable[..., None], mock: Callable[[], Any], options: dict[str, str], is_first: bool
) -> None:
    signatures = LatticeSignatures()
    with ExitStack() as stack:
        for each in (signatures, mock()) if is_first else (mock(), signatures):
            stack.enter_context(each)
        get(f"{URL}?q=a+b&t=10:30", **options)

    assert (verdicts(signatures), signatures.report()) == (["accepted"], "")


# ── other ways to mock, and to call ───────────────────────────────────────────────────────────


@pytest.mark.parametrize("sign", [right, WRONG["double encoding"][0]])
def test_a_transport_of_httpx_is_watched(sign: Signer) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(200))
    with watching() as signatures, httpx.Client(transport=transport, auth=ForHttpx(sign)) as client:
        client.get(URL)

    assert verdicts(signatures) == ["accepted" if sign is right else "refused"]


def test_an_adapter_of_requests_mock_on_a_session_is_watched() -> None:
    adapter = requests_mock.Adapter()
    adapter.register_uri("GET", URL)
    with watching() as signatures, requests.Session() as session:
        session.mount("https://", adapter)
        session.get(URL, auth=ForRequests(right))

    assert verdicts(signatures) == ["accepted"]


def test_the_calls_of_boto3_s_clients_under_moto_are_watched(monkeypatch: pytest.MonkeyPatch) -> None:
    """One whose endpoint is a service of VPC Lattice signs as for AWS's own service."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AK")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "SK")
    with watching() as signatures, moto.mock_aws():
        client = boto3.client("s3", region_name=REGION, endpoint_url=f"https://{HOST}")
        client.meta.events.register_last("before-send", answer)
        client.list_buckets()
        boto3.client("s3", region_name=REGION).list_buckets()

    assert [(each.library, each.judgement.verdict) for each in signatures.requests] == [("moto", "refused")]


def answer(request: Any, **_: Any) -> AWSResponse:
    """What moto leaves to others, since the host is not AWS's."""
    return AWSResponse(request.url, 200, {}, MockRawResponse("<ListAllMyBucketsResult/>"))


def test_a_mock_in_a_mock_takes_one_request() -> None:
    with watching() as signatures, responses.RequestsMock() as outer, requests_mock.Mocker(real_http=True):
        outer.get(URL)
        requests.get(URL, auth=ForRequests(right))

    assert [each.library for each in signatures.requests] == ["requests-mock", "responses"]


def test_each_attempt_is_judged_by_its_own_time() -> None:
    """A prepared request that is sent again has its old signature."""
    with watching() as signatures, responses.RequestsMock() as mock, requests.Session() as session:
        mock.get(URL)
        stale = requests.Request("GET", URL).prepare()
        signed = sign_lattice(
            "GET",
            URL,
            headers={},
            credentials=OURS,
            region=REGION,
            now=datetime.now(UTC) - timedelta(hours=1),
        )
        stale.headers.update(dict(signed.headers))
        session.send(stale)

    assert [each.judgement.verdict for each in signatures.requests] == ["refused"]
    assert "Signature expired" in signatures.report()


def test_a_redirect_that_keeps_the_signature_is_refused() -> None:
    """Neither requests nor httpx signs the second hop anew."""
    with watching() as signatures, responses.RequestsMock() as mock:
        mock.get(URL, status=307, headers={"location": f"https://{HOST}/other"})
        mock.get(f"https://{HOST}/other")
        requests.get(URL, auth=ForRequests(right))

    assert verdicts(signatures) == ["accepted", "refused"]


def test_a_session_of_ours_signs_each_hop() -> None:
    with watching() as signatures, responses.RequestsMock() as mock:
        mock.get(URL, status=307, headers={"location": f"https://{HOST}/other"})
        mock.get(f"https://{HOST}/other")
        with LatticeSession(credentials=lambda: OURS) as session:
            session.get(URL, allow_redirects=True)

    assert verdicts(signatures) == ["accepted", "accepted"]


def test_each_attempt_of_a_retry_is_watched() -> None:
    with watching() as signatures, responses.RequestsMock() as mock:
        mock.get(URL, status=503, headers={"retry-after": "0"})
        mock.get(URL, status=200)
        session_get(URL)

    assert verdicts(signatures) == ["accepted", "accepted"]


@pytest.mark.parametrize("body", [b"", b"x" * 7_000_000, iter([b"a", b"b"])], ids=["none", "large", "stream"])
def test_no_body_is_read(body: Any) -> None:
    with watching() as signatures, requests_mock.Mocker() as mock:
        mock.post(URL)
        with LatticeSession(credentials=lambda: OURS) as session:
            session.post(URL, data=body)

    assert verdicts(signatures) == ["accepted"]


def test_threads_are_watched() -> None:
    with watching() as signatures, responses.RequestsMock() as mock:
        mock.get(URL)
        threads = [threading.Thread(target=session_get, args=(URL,)) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert verdicts(signatures) == ["accepted"] * 20


def test_tasks_are_watched(httpx_mock: pytest_httpx.HTTPXMock) -> None:
    httpx_mock.add_response(is_reusable=True)

    async def run() -> None:
        async with httpx.AsyncClient(auth=LatticeAuth(credentials=lambda: OURS)) as client:
            await asyncio.gather(*(client.get(f"{URL}/{number}") for number in range(20)))

    with watching() as signatures:
        asyncio.run(run())

    assert verdicts(signatures) == ["accepted"] * 20


# ── whose requests, and whose secrets ─────────────────────────────────────────────────────────


def get(url: str, sign: Signer | None = None) -> None:
    with responses.RequestsMock() as mock:
        mock.get(url)
        requests.get(url, auth=ForRequests(sign) if sign else None)


def test_other_hosts_are_not_watched() -> None:
    with watching() as signatures:
        get("https://example.com/", WRONG["signed payload"][0])

    assert signatures.requests == []


@pytest.mark.parametrize("host", ["orders.example.com", "ORDERS.example.com."])
def test_a_host_that_is_named_is_watched(host: str) -> None:
    with watching(hosts={host: "eu-west-1"}) as signatures:
        get("https://Orders.Example.com/", right)

    assert verdicts(signatures) == ["refused"]
    assert "DATE/eu-west-1/vpc-lattice-svcs" in signatures.report()


def test_a_host_that_is_none_is_refused() -> None:
    with watching() as signatures, pytest.raises(ConfigurationError, match="not a host name"):
        signatures(hosts={"https://orders.example.com": "us-west-2"})


@pytest.mark.parametrize("is_required", [True, False])
def test_an_unsigned_request_is_refused_where_a_signature_is_required(is_required: bool) -> None:
    with watching(require=is_required) as signatures:
        get(URL)

    assert verdicts(signatures) == ["refused" if is_required else "anonymous"]


def by_hand(method: str, url: str, body: Any) -> dict[str, str]:
    """A signer that nobody looks into, like those of libraries which are not known."""
    signed = sign(
        method,
        url,
        headers={"x-amz-content-sha256": "UNSIGNED-PAYLOAD"},
        credentials=OURS,
        region=REGION,
        service="vpc-lattice-svcs",
        now=datetime.now(UTC),
        payload_hash="UNSIGNED-PAYLOAD",
    )
    return dict(signed.headers)


def test_what_needs_an_unknown_secret_is_said() -> None:
    with watching() as signatures:
        get(URL, by_hand)

    assert verdicts(signatures) == ["unchecked"]
    with pytest.warns(pytest.PytestWarning, match="the secret of the access key AKIDOURS is not known"):
        assert signatures.report() == ""


def test_all_else_is_checked_without_the_secret() -> None:
    with watching(hosts={HOST: "us-west-2", "orders.example.com": "eu-west-1"}) as signatures:
        get("https://orders.example.com/", by_hand)

    assert verdicts(signatures) == ["refused"]


def test_credentials_can_be_named() -> None:
    with watching(credentials=[OURS]) as signatures:
        get(URL, by_hand)

    assert verdicts(signatures) == ["accepted"]


def test_credentials_of_the_environment_are_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", OURS.access_key_id)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"{OURS.secret_access_key}\n")
    monkeypatch.setenv("AWS_SESSION_TOKEN", str(OURS.session_token))
    with watching() as signatures:
        get(URL, by_hand)

    assert verdicts(signatures) == ["accepted"]


def test_a_secret_that_is_another_is_found_out() -> None:
    other = OURS.replace(secret_access_key="another")
    with watching(credentials=[other]) as signatures:
        get(URL, by_hand)

    assert "does not match the signature you provided" in signatures.report()


def test_a_query_string_that_signers_read_differently_is_named() -> None:
    with watching(credentials=[OURS]) as signatures:
        get(f"{URL}?q=a+b", right)

    assert "lattice_events.sigv4.encode_url makes of it, /orders/a%20b?q=a%20b." in signatures.report()


# ── what it leaves behind ─────────────────────────────────────────────────────────────────────


def test_everything_is_put_back() -> None:
    places = [
        (requests_mock.adapter.Adapter, "send"),
        (responses.RequestsMock, "_on_request"),
        (respx.mocks.Mocker, "handler"),
        (respx.mocks.Mocker, "async_handler"),
        (httpx.MockTransport, "handle_request"),
    ]
    before = [vars(owner)[name] for owner, name in places]

    with watching():
        during = [vars(owner)[name] for owner, name in places]

    assert all(now is not was for now, was in zip(during, before, strict=True))
    assert [vars(owner)[name] for owner, name in places] == before


def test_every_place_is_there(recwarn: pytest.WarningsRecorder) -> None:
    """A release of a library that moved one would be said."""
    for each in (*MOCKS, *SIGNERS):
        pytest.importorskip(each.module)
    with watching():
        pass

    assert [str(each.message) for each in recwarn.list] == []


def test_a_library_of_another_make_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(responses.RequestsMock, "_on_request")

    with (
        pytest.warns(
            pytest.PytestWarning, match=r"cannot watch responses .*: it has no RequestsMock._on_request"
        ),
        watching(),
    ):
        pass


# ── in a test of somebody's ───────────────────────────────────────────────────────────────────

SHORT = """
    import requests, pytest, unittest
    from tests.signers import URL, WRONG, ForRequests, right

    def call(sign):
        import responses
        with responses.RequestsMock() as mock:
            mock.post(URL)
            requests.post(URL, auth=ForRequests(sign))

    WRONG_SIGN = WRONG["another service"][0]
"""


def run_tests(pytester: pytest.Pytester, text: str, *arguments: str) -> pytest.RunResult:
    pytester.makepyfile(SHORT + text)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", *arguments)


def test_a_test_that_fails_by_itself_says_it_too(pytester: pytest.Pytester) -> None:
    result = run_tests(
        pytester,
        """
    def test_it(lattice_signatures):
        call(WRONG_SIGN)
        assert "mine" == "other"
    """,
    )

    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*assert 'mine' == 'other'*", "*VPC Lattice would refuse the request:*"])


def test_a_fixture_s_own_calls_after_the_test_are_an_error(pytester: pytest.Pytester) -> None:
    result = run_tests(
        pytester,
        """
    @pytest.fixture
    def closing(lattice_signatures):
        yield
        call(WRONG_SIGN)

    def test_it(closing):
        call(right)
    """,
    )

    result.assert_outcomes(passed=1, errors=1)


def test_it_serves_a_whole_suite_and_test_cases(pytester: pytest.Pytester) -> None:
    result = run_tests(
        pytester,
        """
    @pytest.fixture(autouse=True)
    def _signatures(lattice_signatures):
        lattice_signatures(require=True)

    class TestIt(unittest.TestCase):
        def test_wrong(self):
            call(WRONG_SIGN)

        def test_unsigned(self):
            call(lambda *_: {})

        def test_right(self):
            call(right)

        @pytest.mark.xfail(strict=True)
        def test_known(self):
            call(WRONG_SIGN)
    """,
    )

    result.assert_outcomes(passed=1, failed=2, xfailed=1)


def test_a_mock_that_is_imported_by_the_test_is_watched(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        SHORT
        + """
    import sys

    def test_it(lattice_signatures):
        assert "responses" not in sys.modules
        call(WRONG_SIGN)
    """
    )
    pytester.makeini(f"[pytest]\npythonpath = {Path(__file__).parents[3]}")

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(failed=1)


def test_nothing_is_loaded_before_it_is_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
    import sys

    def test_it():
        ours = {name for name in sys.modules if name.startswith("lattice_events.")}
        assert "lattice_events.testing.pytest_plugin" in ours
        assert not any(name.startswith(("lattice_events.testing.signatures", "lattice_events.local")) for name in ours)
        assert not {"botocore", "responses", "aiohttp"} & sys.modules.keys()
    """
    )

    pytester.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=1)
