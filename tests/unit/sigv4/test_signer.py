"""The signer beside botocore's, and its own rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.errors import SigningError
from lattice_events.sigv4 import Credentials, sign, sign_lattice
from lattice_events.sigv4.canonical import canonical_path, normalize_path
from tests.conftest import examples

NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
EXAMPLE = Credentials(
    access_key_id="AKIDEXAMPLE", secret_access_key="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
)
HOST = "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"


def test_the_published_vanilla_case() -> None:
    # https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (test suite: get-vanilla)
    signed = sign(
        "GET",
        "https://example.amazonaws.com/",
        headers=[],
        credentials=EXAMPLE,
        region="us-east-1",
        service="service",
        now=NOW,
    )

    assert signed.signature == "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    assert signed.headers[0] == ("host", "example.amazonaws.com")


SAFE = "abcXYZ019-._~"
ENCODED = st.text(st.characters(codec="utf-8"), max_size=6).map(lambda text: quote(text, safe="-._~"))
SEGMENT = (st.text(SAFE, min_size=1, max_size=6) | ENCODED.filter(bool)).filter(
    lambda text: text not in (".", "..")
)
PATH = st.lists(SEGMENT, max_size=4).map(lambda segments: "/" + "/".join(segments))
QUERY = st.lists(st.tuples(ENCODED.filter(bool), ENCODED), max_size=4).map(
    lambda pairs: "&".join(f"{k}={v}" for k, v in pairs)
)
VALUE = st.text("abc XYZ,;=", max_size=8).map(str.strip)
EXTRA = st.dictionaries(
    st.sampled_from(["x-amz-meta", "x-amz-a", "accept", "X-Amz-B", "user-agent"]), VALUE, max_size=3
)


@examples(20_000)
@given(
    method=st.sampled_from(["GET", "POST", "DELETE"]),
    path=PATH,
    query=QUERY,
    headers=EXTRA,
    token=st.none() | st.text("abc/+=", min_size=1, max_size=20),
    port=st.sampled_from(["", ":443", ":8080"]),
)
def test_every_stage_agrees_with_botocore_where_it_is_right(
    method: str, path: str, query: str, headers: dict[str, str], token: str | None, port: str
) -> None:
    # botocore is right for strictly encoded URLs (facts: sigv4 §0.2), which is what is sent.
    url = f"https://{HOST}{port}{path}" + (f"?{query}" if query else "")
    request = botocore.awsrequest.AWSRequest(
        method, url, headers={**headers, "x-amz-content-sha256": "UNSIGNED-PAYLOAD"}
    )
    request.context["payload_signing_enabled"] = False
    oracle = botocore.auth.SigV4Auth(
        botocore.credentials.Credentials("AK", "SK", token), "vpc-lattice-svcs", "us-east-1"
    )
    request.context["timestamp"] = "20150830T123600Z"
    oracle._modify_request_before_signing(request)
    canonical = oracle.canonical_request(request)

    signed = sign_lattice(
        method,
        url,
        headers=headers.items(),
        credentials=Credentials(access_key_id="AK", secret_access_key="SK", session_token=token),
        region="us-east-1",
        now=NOW,
    )

    # botocore signs every header but a few; sign the same ones to compare each stage.
    same = sign(
        method,
        url,
        headers=[*headers.items(), ("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        credentials=Credentials(access_key_id="AK", secret_access_key="SK", session_token=token),
        region="us-east-1",
        service="vpc-lattice-svcs",
        now=NOW,
        payload_hash="UNSIGNED-PAYLOAD",
        sign_all_headers=True,
    )
    assert same.canonical_request == canonical
    assert same.string_to_sign == oracle.string_to_sign(request, canonical)
    assert same.signature == oracle.signature(same.string_to_sign, request)
    assert signed.canonical_request.startswith("\n".join(canonical.split("\n")[:3]))


def header(signed_headers: tuple[tuple[str, str], ...], name: str) -> str:
    """The value of a header."""
    return dict(signed_headers)[name]


def test_the_lattice_preset_signs_host_and_amz_headers_only() -> None:
    signed = sign_lattice(
        "POST",
        f"https://{HOST}/a",
        headers=[("Accept", "x"), ("X-Amz-Meta", "  a   b "), ("x-amz-meta", "c")],
        credentials=EXAMPLE.replace(session_token="token"),
        region="us-east-1",
        now=NOW,
    )

    assert signed.canonical_request == (
        f"POST\n/a\n\nhost:{HOST}\nx-amz-content-sha256:UNSIGNED-PAYLOAD\nx-amz-date:20150830T123600Z\n"
        "x-amz-meta:a b,c\nx-amz-security-token:token\n\n"
        "host;x-amz-content-sha256;x-amz-date;x-amz-meta;x-amz-security-token\nUNSIGNED-PAYLOAD"
    )
    assert header(signed.headers, "x-amz-content-sha256") == "UNSIGNED-PAYLOAD"
    assert "Credential=AKIDEXAMPLE/20150830/us-east-1/vpc-lattice-svcs/aws4_request" in header(
        signed.headers, "authorization"
    )


def test_a_given_unsigned_payload_header_is_sent_once() -> None:
    signed = sign_lattice(
        "GET",
        f"https://{HOST}/",
        headers=[("X-Amz-Content-SHA256", "UNSIGNED-PAYLOAD")],
        credentials=EXAMPLE,
        region="us-east-1",
        now=NOW,
    )

    assert [name for name, _ in signed.headers].count("x-amz-content-sha256") == 1
    assert "X-Amz-Content-SHA256" not in dict(signed.headers)


def test_a_hashed_payload_is_refused() -> None:
    with pytest.raises(SigningError, match="refuses signed payloads"):
        sign_lattice(
            "GET",
            f"https://{HOST}/",
            headers=[("x-amz-content-sha256", "0" * 64)],
            credentials=EXAMPLE,
            region="us-east-1",
            now=NOW,
        )


@pytest.mark.parametrize(
    ("url", "headers", "now", "words"),
    [
        ("https:///path", [], NOW, "has no host"),
        (f"https://{HOST}/", [("Authorization", "Bearer x")], NOW, "Authorization header of its own"),
        (f"https://{HOST}/", [("X-Amz-Date", "x")], NOW, "already has x-amz-date"),
        (f"https://{HOST}/", [("X-Amz-Security-Token", "")], NOW, "already has x-amz-security-token"),
        ("https://bücher.example/", [], NOW, "write an internationalized name in its ASCII form"),
        ("https://a b.example/", [], NOW, "has a space"),
        (f"https://{HOST}/?X-Amz-Signature=0", [], NOW, "is signed already"),
        (f"https://{HOST}/", [], datetime(2015, 8, 30), "no time zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_cannot_be_signed_says_why(
    url: str, headers: list[tuple[str, str]], now: datetime, words: str
) -> None:
    with pytest.raises(SigningError, match=words):
        sign_lattice(
            "GET",
            url,
            headers=headers,
            credentials=EXAMPLE,
            region="us-east-1",
            now=now,
            mode="query" if "?" in url else "header",
        )


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://A.example:443/", "a.example"),
        ("http://a.example:80/", "a.example"),
        ("https://a.example:8080/", "a.example:8080"),
        ("https://user@a.example/", "a.example"),
        ("https://a.example:/", "a.example"),
    ],
)
def test_the_host_header_has_the_port_only_when_it_is_not_the_scheme_s(url: str, host: str) -> None:
    signed = sign_lattice("GET", url, headers=[], credentials=EXAMPLE, region="r", now=NOW)

    assert signed.headers[0] == ("host", host)


def test_a_date_and_token_that_are_there_already_stay() -> None:
    credentials = EXAMPLE.replace(session_token="TOKEN")
    given = [("X-Amz-Date", "20150830T123600Z"), ("X-Amz-Security-Token", "TOKEN")]

    signed = sign_lattice(
        "GET", f"https://{HOST}/", headers=given, credentials=credentials, region="us-east-1", now=NOW
    )

    names = [name.lower() for name, _ in signed.headers]
    assert (names.count("x-amz-date"), names.count("x-amz-security-token")) == (1, 1)


def test_a_given_host_is_kept() -> None:
    signed = sign_lattice(
        "GET", "https://x/", headers=[("Host", "y")], credentials=EXAMPLE, region="r", now=NOW
    )

    assert [value for name, value in signed.headers if name.lower() == "host"] == ["y"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", "/"),
        ("/", "/"),
        ("/a//b/./c/../d/", "/a/b/d/"),
        ("/a/..", "/"),
        ("/../../a", "/a"),
        ("/a/.", "/a/"),
    ],
)
def test_paths_are_normalized(path: str, expected: str) -> None:
    assert normalize_path(path) == expected


@pytest.mark.parametrize(
    ("normalize", "double_encode", "expected"),
    [
        (True, True, "/a%2520b"),
        (True, False, "/a%20b"),
        (False, True, "//a%2520b"),
        (False, False, "//a%20b"),
    ],
)
def test_the_path_is_encoded_once_or_twice(*, normalize: bool, double_encode: bool, expected: str) -> None:
    assert canonical_path("//a%20b", normalize=normalize, double_encode=double_encode) == expected
    assert canonical_path("", normalize=normalize, double_encode=double_encode) == "/"


def test_single_path_encoding_changes_the_signature_of_escaped_paths_only() -> None:
    def signature(path: str, **options: str) -> str:
        return sign_lattice(
            "GET",
            f"https://{HOST}{path}",
            headers=[],
            credentials=EXAMPLE,
            region="r",
            now=NOW,
            **options,  # type: ignore[arg-type]  # the two literals
        ).signature

    assert signature("/a%20b") != signature("/a%20b", path_encoding="single")
    assert signature("/ab") == signature("/ab", path_encoding="single")


def test_credentials_and_signed_requests_show_no_secrets() -> None:
    credentials = EXAMPLE.replace(session_token="TOKEN")
    signed = sign_lattice("GET", f"https://{HOST}/", headers=[], credentials=credentials, region="r", now=NOW)

    assert repr(credentials) == "Credentials(access_key_id='AKIDEXAMPLE')"
    assert "wJalr" not in repr(signed)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("session_token", "TOP-SECRET\n"),
        ("session_token", "TOP\x00SECRET"),
        ("secret_access_key", "TOP-SECRET "),
        ("secret_access_key", "TOP-SECR\u00c9T"),
        ("secret_access_key", ""),
        ("access_key_id", None),
        ("access_key_id", 7),
    ],
)
def test_what_cannot_be_credentials_is_named_and_not_shown(part: str, value: Any) -> None:
    with pytest.raises(
        SigningError, match=f"The {part.replace('_', ' ')} is empty, is not text, or has"
    ) as caught:
        EXAMPLE.replace(**{part: value})

    assert "TOP" not in str(caught.value)


def test_an_empty_session_token_is_none() -> None:
    assert EXAMPLE.replace(session_token="").session_token is None
