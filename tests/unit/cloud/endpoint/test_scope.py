"""The service and Region of a request are those of its credential scope."""

from __future__ import annotations

import pytest

from lattice_events.cloud.endpoint.scope import Scope, read_scope

CREDENTIAL = "AKIDEXAMPLE/20260101/eu-west-1/vpc-lattice/aws4_request"
SCOPE = Scope(access_key_id="AKIDEXAMPLE", region="eu-west-1", service="vpc-lattice")


@pytest.mark.parametrize(
    "authorization",
    [
        f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}, SignedHeaders=host, Signature=0",
        f"AWS4-HMAC-SHA256 Credential={CREDENTIAL},SignedHeaders=host,Signature=0",
        f"AWS4-HMAC-SHA256 SignedHeaders=host, Credential={CREDENTIAL}",
        SCOPE.header.replace("20000101", "20260101"),
    ],
)
def test_the_scope_is_in_the_header(authorization: str) -> None:
    assert read_scope(authorization, "") == SCOPE


def test_the_scope_is_in_the_query_of_a_presigned_url() -> None:
    assert read_scope("", f"X-Amz-Credential={CREDENTIAL.replace('/', '%2F')}&X-Amz-Signature=0") == SCOPE


def test_an_old_presigned_url_is_for_s3() -> None:
    found = read_scope("", "AWSAccessKeyId=AKID&Signature=x&Expires=1")

    assert found == Scope(access_key_id="AKID", region="us-east-1", service="s3")


@pytest.mark.parametrize(
    ("authorization", "query"),
    [
        ("", ""),
        ("Basic eDp5", ""),
        ("Bearer x", f"X-Amz-Credential={CREDENTIAL}"),
        ("AWS AKID:signature", ""),
        (f"AWS4-HMAC-SHA256 Credential={CREDENTIAL}x", ""),
        ("AWS4-HMAC-SHA256 Credential=AKID/20260101/../s3/aws4_request", ""),
        ("AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/s3.evil/aws4_request", ""),
        ("", "AWSAccessKeyId=AKID&Signature=x"),
    ],
)
def test_anything_else_has_none(authorization: str, query: str) -> None:
    assert read_scope(authorization, query) is None
