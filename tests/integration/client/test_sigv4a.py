"""SigV4A through the AWS Common Runtime, in the shape that VPC Lattice takes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from lattice_events import Headers, Request
from lattice_events.assumptions import DEFAULTS
from lattice_events.client import sign_request
from lattice_events.client.sigv4a import sign_sigv4a
from lattice_events.errors import SignatureRejectedError, SigningError
from lattice_events.local.run.keys import Keys
from lattice_events.network.authentication import Authentication, authenticate
from lattice_events.network.model import Principal
from lattice_events.network.policy import Caller
from lattice_events.sigv4 import Credentials, verify
from lattice_events.sigv4.asymmetric import derive_private_key
from lattice_events.testing import LatticeService

URL = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws/a%20b?x=1 2"
NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
KEY = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="secret", session_token="token")


def sign(mode: Literal["header", "query"]) -> tuple[str, dict[str, str]]:
    signed = sign_request(
        "POST",
        URL,
        headers=[("accept", "x"), ("authorization", "Bearer x")] if mode == "query" else [("accept", "x")],
        credentials=lambda: KEY,
        algorithm="sigv4a",
        mode=mode,
    )
    return signed.url, {name.lower(): value for name, value in signed.headers}


def test_the_header_holds_for_every_region() -> None:
    url, headers = sign("header")

    assert url == URL.replace(" ", "%20")
    assert headers["authorization"].startswith("AWS4-ECDSA-P256-SHA256 Credential=AKIDEXAMPLE/")
    assert "/vpc-lattice-svcs/aws4_request" in headers["authorization"]
    assert "us-west-2" not in headers["authorization"]
    assert headers["x-amz-region-set"] == "*"
    assert headers["x-amz-content-sha256"] == "UNSIGNED-PAYLOAD"
    assert headers["x-amz-security-token"] == "token"
    assert headers["accept"] == "x"
    assert "accept" not in headers["authorization"]


def test_the_query_string_leaves_authorization_alone() -> None:
    url, headers = sign("query")
    query = parse_qs(urlsplit(url).query)

    assert query["X-Amz-Algorithm"] == ["AWS4-ECDSA-P256-SHA256"]
    assert query["X-Amz-SignedHeaders"] == ["host;x-amz-content-sha256"]
    assert query["x"] == ["1 2"]
    assert headers["authorization"] == "Bearer x"


def test_a_session_sends_it(lattice_service: LatticeService) -> None:
    # The loopback service has no ECDSA; that it says so shows that the signature arrived.
    with (
        lattice_service.session(algorithm="sigv4a") as session,
        pytest.raises(SignatureRejectedError, match="SigV4A .* is not verified here"),
    ):
        session.get(lattice_service.url)


SHAPES = [
    "https://foo.example/",
    "https://foo.example/a%20b/%C3%A9?x=1%202&a=&b&x=0",
    "https://foo.example:8443/a//b/../c?z=~-._&%3D=%26",
]


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("url", SHAPES)
def test_the_local_network_verifies_what_the_common_runtime_signs(
    url: str, mode: Literal["header", "query"]
) -> None:
    principal = Principal(name="app", caller=Caller(arn="arn:aws:iam::123456789012:user/app"))
    keys = Keys([principal])
    made = keys.of("app")
    assert made
    signed = sign_sigv4a(
        "POST", url, headers=[("x-amz-meta", "a  b")], credentials=made, now=NOW, mode=mode, region_set="us-*"
    )
    parts = urlsplit(signed.url)
    request = Request(
        method="POST",
        path=parts.path,
        query_string=parts.query,
        headers=Headers({name.lower(): value for name, value in signed.headers} | {"host": parts.netloc}),
    )

    def decide(sent: Request, region: str = "us-west-2") -> Authentication:
        return authenticate(
            sent, keyring=keys.keyring, connected=None, region=region, now=NOW, assumptions=DEFAULTS
        )

    assert decide(request).principal == principal
    assert decide(request.replace(method="PUT")).body.startswith(
        "InvalidSignatureException: The request signature"
    )
    assert "does not include eu-west-1" in decide(request, "eu-west-1").body


@pytest.mark.parametrize("path_encoding", ["double", "single"])
def test_an_escape_in_the_path_is_signed_as_asked(path_encoding: Literal["double", "single"]) -> None:
    principal = Principal(name="app", caller=Caller(arn="arn:aws:iam::123456789012:user/app"))
    keys = Keys([principal])
    made = keys.of("app")
    assert made
    is_right = keys.keyring[made.access_key_id].ecdsa
    assert is_right
    signed = sign_sigv4a("GET", SHAPES[1], headers=[], credentials=made, now=NOW, path_encoding=path_encoding)
    parts = urlsplit(signed.url)
    request = Request(path=parts.path, query_string=parts.query, headers=Headers(signed.headers))

    def is_accepted(encoding: Literal["double", "single"]) -> bool:
        return verify(
            request,
            lambda _: made,
            NOW,
            path_encodings=[encoding],
            ecdsa=lambda _, text, signature: is_right(text, signature),
        ).accepted

    assert [each for each in ("double", "single") if is_accepted(each)] == [path_encoding]


@pytest.mark.parametrize(
    ("url", "headers", "mode", "now", "words"),
    [
        ("https://h/", [("Authorization", "Bearer x")], "header", NOW, "Authorization header of its own"),
        ("https://h/", [("X-Amz-Content-SHA256", "0" * 64)], "header", NOW, "refuses signed payloads"),
        ("https://h/?X-Amz-Signature=0", [], "query", NOW, "is signed already"),
        ("https://h/", [], "header", NOW.replace(tzinfo=None), "no time zone"),
    ],
)
def test_what_the_preset_refuses_is_refused_here_too(
    url: str, headers: list[tuple[str, str]], mode: Literal["header", "query"], now: datetime, words: str
) -> None:
    with pytest.raises(SigningError, match=words):
        sign_sigv4a("GET", url, headers=headers, credentials=KEY, now=now, mode=mode)


def test_the_key_of_a_secret_is_that_of_the_documented_derivation() -> None:
    # aws-c-auth tests/key_derivation_tests.c, which AWS publishes for implementers.
    known = Credentials(
        access_key_id="AKISORANDOMAASORANDOM", secret_access_key="q+jcrXGc+0zWN6uzclKVhvMmUsIfRPa4rlRandom"
    )

    assert derive_private_key(known) == 0x7FD3BD010C0D9C292141C2B77BFBDE1042C92E6836FFF749D1269EC890FCA1BD


def test_what_the_common_runtime_refuses_is_named() -> None:
    with pytest.raises(SigningError, match="cannot be signed with SigV4A"):
        sign_request("GET", URL.replace("/a%20b", "/a:/b"), credentials=lambda: KEY, algorithm="sigv4a")
