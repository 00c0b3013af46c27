"""The signer beside the AWS Common Runtime's, for whole requests as `encode_url` writes them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from awscrt.auth import (
    AwsCredentialsProvider,
    AwsSignatureType,
    AwsSignedBodyHeaderType,
    AwsSignedBodyValue,
    AwsSigningConfig,
    aws_sign_request,
)
from awscrt.exceptions import AwsCrtError
from awscrt.http import HttpHeaders, HttpRequest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.sigv4 import Credentials, encode_url, sign
from tests.conftest import examples

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOST = "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
TEXT = st.text("abZ09é\u3042%+ =&/.:@,;~!$'()*-_", max_size=16)


def sign_with_crt(
    method: str, url: str, token: str | None, mode: Literal["header", "query"], *, double: bool
) -> HttpRequest:
    """Let the Common Runtime sign."""
    parts = urlsplit(url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    headers = HttpHeaders([("host", HOST), ("x-amz-meta", "a  b"), ("content-type", "text/plain")])
    request = HttpRequest(method, target, headers)
    in_query = mode == "query"
    config = AwsSigningConfig(
        credentials_provider=AwsCredentialsProvider.new_static("AK", "SK", token),
        signature_type=AwsSignatureType.HTTP_REQUEST_QUERY_PARAMS if in_query else AwsSignatureType.HTTP_REQUEST_HEADERS,
        region="us-east-1",
        service="vpc-lattice-svcs",
        date=NOW,
        use_double_uri_encode=double,
        should_normalize_uri_path=True,
        signed_body_value=AwsSignedBodyValue.UNSIGNED_PAYLOAD,
        signed_body_header_type=AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
        expiration_in_seconds=300 if in_query else None,
    )  # fmt: skip
    return aws_sign_request(request, config).result()


@examples(20_000)
@given(
    method=st.sampled_from(["GET", "POST"]),
    path=TEXT,
    query=TEXT,
    token=st.none() | st.text("abc/+=", min_size=1, max_size=20),
    mode=st.sampled_from(["header", "query"]),
    double=st.booleans(),
)
def test_every_request_that_we_would_send_is_signed_as_the_common_runtime_does(
    method: str, path: str, query: str, token: str | None, mode: Literal["header", "query"], *, double: bool
) -> None:
    url = encode_url(f"https://{HOST}/{path}?{query}")
    try:
        by_crt = sign_with_crt(method, url, token, mode, double=double)
    except AwsCrtError:
        # Its one disagreement: `:/` in a path makes it look for a scheme and refuse the request.
        assert ":/" in urlsplit(url).path
        return

    ours = sign(
        method,
        url,
        headers=[
            ("x-amz-meta", "a  b"),
            ("content-type", "text/plain"),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
        ],
        credentials=Credentials(access_key_id="AK", secret_access_key="SK", session_token=token),
        region="us-east-1",
        service="vpc-lattice-svcs",
        now=NOW,
        payload_hash="UNSIGNED-PAYLOAD",
        double_encode_path=double,
        sign_all_headers=True,
        mode=mode,
    )

    if mode == "header":
        assert dict(ours.headers)["authorization"] == by_crt.headers.get("authorization")
    else:
        assert parse_qs(urlsplit(ours.url).query) == parse_qs(urlsplit(by_crt.path).query)
