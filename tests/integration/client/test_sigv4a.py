"""SigV4A through the AWS Common Runtime, in the shape that VPC Lattice takes."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qs, urlsplit

import pytest

from lattice_events.client import sign_request
from lattice_events.errors import SignatureRejectedError, SigningError
from lattice_events.sigv4 import Credentials
from lattice_events.testing import LatticeService

URL = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-west-2.on.aws/a%20b?x=1 2"
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


def test_what_the_common_runtime_refuses_is_named() -> None:
    with pytest.raises(SigningError, match="cannot be signed with SigV4A"):
        sign_request("GET", URL.replace("/a%20b", "/a:/b"), credentials=lambda: KEY, algorithm="sigv4a")
