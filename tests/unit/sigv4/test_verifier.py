"""The verifier beside the signer: what is the same is accepted, what differs is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, TypeVar
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events import Headers, Request
from lattice_events.sigv4 import Credentials, encode_url, is_signed, sign, sign_lattice, verify
from lattice_events.sigv4.signer import _signing_key
from tests.conftest import examples

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOST = "foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws"
KEY = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="secret", session_token="token/+=")
CONTENT_HASH = "x-amz-content-sha256"
Mode = Literal["header", "query"]


def signed_request(
    mode: Mode = "header",
    *,
    method: str = "POST",
    url: str = f"https://{HOST}/a%20b/c?x=1&x=2",
    headers: tuple[tuple[str, str], ...] = (("Accept", "x"), ("x-amz-meta", "m")),
    credentials: Credentials = KEY,
    now: datetime = NOW,
    path_encoding: Literal["double", "single"] = "double",
    expires_seconds: int = 300,
) -> Request:
    """A signed request as it arrives."""
    signed = sign_lattice(
        method,
        url,
        headers=headers,
        credentials=credentials,
        region="us-east-1",
        now=now,
        mode=mode,
        path_encoding=path_encoding,
        expires_seconds=expires_seconds,
    )
    return arrived(method, signed.url, signed.headers)


def arrived(method: str, url: str, headers: tuple[tuple[str, str], ...]) -> Request:
    """A request with this URL and these headers."""
    parts = urlsplit(url)
    return Request(method=method, path=parts.path, query_string=parts.query, headers=Headers(headers))


def lookup(access_key_id: str) -> Credentials | None:
    """The one principal that is known."""
    return KEY if access_key_id == KEY.access_key_id else None


def with_header(request: Request, name: str, value: str | None) -> Request:
    """The request with one header replaced, or left out."""
    pairs = [pair for pair in request.headers.items() if pair[0].lower() != name]
    return request.replace(headers=Headers([*pairs, (name, value)] if value is not None else pairs))


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("path_encoding", ["double", "single"])
def test_what_was_signed_is_accepted(mode: Mode, path_encoding: Literal["double", "single"]) -> None:
    request = signed_request(mode, path_encoding=path_encoding)

    verification = verify(request, lookup, NOW, region="us-east-1")

    assert verification.accepted, verification
    assert verification.access_key_id == "AKIDEXAMPLE"
    assert is_signed(request)
    assert "token" not in repr(verification)


@pytest.mark.parametrize("mode", ["header", "query"])
@pytest.mark.parametrize("value", ["", " ", "\t", " a  b ", "a,,b"])
def test_a_header_of_any_value_is_accepted_as_it_was_signed(mode: Mode, value: str) -> None:
    for headers in (
        (("x-amz-meta", value),),
        (("x-amz-meta", value), ("x-amz-meta", ""), ("x-amz-empty", "")),
    ):
        request = signed_request(mode, headers=headers)

        assert verify(request, lookup, NOW).accepted
        assert verify(with_header(request, "x-amz-meta", None), lookup, NOW).differs == "signed headers"


def test_only_the_path_encodings_asked_for_are_accepted() -> None:
    request = signed_request(path_encoding="single")

    assert verify(request, lookup, NOW, path_encodings=["double"]).differs == "signature"


@pytest.mark.parametrize("path", ["//a//b", "/a/../b", "/a/./b%20c/"])
def test_a_path_may_be_signed_as_it_was_sent(path: str) -> None:
    """Signers for S3, which an older sample of AWS used, neither normalize nor encode twice."""
    signed = sign(
        "GET",
        f"https://example.com{path}",
        headers=[("x-amz-content-sha256", "UNSIGNED-PAYLOAD")],
        credentials=KEY,
        region="us-east-1",
        service="vpc-lattice-svcs",
        now=NOW,
        payload_hash="UNSIGNED-PAYLOAD",
        normalize_path=False,
        double_encode_path=False,
    )
    request = arrived("GET", f"https://example.com{path}", signed.headers)

    assert verify(request, lookup, NOW).accepted
    assert verify(request, lookup, NOW, path_encodings=["double"]).differs == "signature"


def authorization(request: Request, old: str, new: str) -> Request:
    """The request with a part of its Authorization replaced."""
    text = request.headers.get("authorization") or ""
    assert old in text
    return with_header(request, "authorization", text.replace(old, new))


H = signed_request()
Q = signed_request("query")
AUTHORIZATION = H.headers.get("authorization") or ""
AT = "2026-03-01T12:00:00Z"


@pytest.mark.parametrize(
    ("request_", "differs", "words"),
    [
        (H.replace(method="GET"), "signature", "does not match"),
        (H.replace(path="/a%20b"), "signature", "does not match"),
        (H.replace(query_string="x=1"), "signature", "does not match"),
        (with_header(H, "host", "other"), "signature", "does not match"),
        (with_header(H, "x-amz-meta", "n"), "signature", "does not match"),
        (with_header(H, "x-amz-meta", None), "signed headers", "'x-amz-meta' is named as a SignedHeader"),
        (with_header(H, "x-amz-security-token", ""), "signed headers", "does not exist in the HTTP request"),
        (with_header(H, "x-amz-security-token", "else"), "session token", "security token included"),
        (with_header(H, "x-amz-content-sha256", "0" * 64), "payload hash", "Signed payloads are not supported"),
        (with_header(H, "x-amz-date", "20260301T120001Z"), "signature", "does not match"),
        (with_header(H, "x-amz-date", "20260302T120000Z"), "scope", "not that of x-amz-date"),
        (with_header(H, "x-amz-date", "yesterday"), "date", "must be YYYYMMDDTHHMMSSZ"),
        (with_header(H, "x-amz-date", "20261301T120000Z"), "date", "must be YYYYMMDDTHHMMSSZ"),
        (authorization(H, "/us-east-1/", "/us-west-2/"), "scope", "scoped to DATE/us-east-1/vpc-lattice-svcs"),
        (authorization(H, "/vpc-lattice-svcs/", "/vpc-lattice/"), "scope", "not 20260301/us-east-1/vpc-lattice/"),
        (authorization(H, "aws4_request", "aws5_request"), "scope", "aws5_request"),
        (authorization(H, "AKIDEXAMPLE", "AKIDOTHER"), "credential", "security token included"),
        (authorization(H, "AKIDEXAMPLE/", "AKIDEXAMPLE"), "credential", "KEY/DATE/REGION"),
        (authorization(H, "Signature=", "Signature=0"), "signature", "does not match"),
        (authorization(H, "SignedHeaders=host;", "SignedHeaders="), "signed headers", "Missing the 'host'"),
        (authorization(H, "x-amz-content-sha256;", ""), "signed headers", "Missing the 'x-amz-content-sha256'"),
        (authorization(H, "x-amz-date;", ""), "signed headers", "Missing the 'x-amz-date'"),
        (authorization(H, "Signature=", "Sig="), "authorization", "cannot be read"),
        (authorization(H, "Signature=", "Credential="), "authorization", "cannot be read"),
        (with_header(H, "authorization", AUTHORIZATION.partition(", Signature")[0]), "authorization", "'Signature'"),
        (authorization(H, "AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256"), "algorithm", "SigV4A"),
        (authorization(H, "AWS4-HMAC-SHA256", "AWS4-HMAC-SHA1"), "algorithm", "must be AWS4-HMAC-SHA256"),
        (with_header(H, "authorization", None), "authorization", "One signature is needed"),
        (with_header(H, "authorization", "Bearer x"), "authorization", "One signature is needed"),
        (H.replace(query_string="X-Amz-Signature=0"), "authorization", "One signature is needed"),
        (H.replace(headers=Headers([*H.headers.items(), ("authorization", "x")])), "authorization", "One signature"),
        (H.replace(headers=Headers([*H.headers.items(), ("X-Amz-Date", "x")])), "date", "stands 2 times"),
        (Q.replace(query_string=f"y=1&{Q.query_string}"), "signature", "does not match"),
        (Q.replace(query_string=f"{Q.query_string}&X-Amz-Date=1"), "authorization", "X-Amz-Date stands twice"),
        (Q.replace(query_string=Q.query_string.replace("Expires=300", "Expires=0")), "expires", "a week at most"),
        (Q.replace(query_string=Q.query_string.replace("Expires=300", "Expires=" + "9" * 5000)), "expires", "a week"),
        (Q.replace(query_string=Q.query_string.replace("Expires=300", "Expires=x")), "expires", "number of seconds"),
        (Q.replace(query_string=Q.query_string.replace("Expires=300", "Expires=301")), "signature", "not match"),
        (Q.replace(query_string=Q.query_string.replace("X-Amz-Date", "X-Amz-D")), "authorization", "X-Amz-Date"),
        (Q.replace(query_string=Q.query_string.replace("AWS4-HMAC", "AWS4-X")), "algorithm", "must be"),
        (with_header(Q, "x-amz-content-sha256", "0" * 64), "payload hash", "Signed payloads"),
    ],
)  # fmt: skip
def test_what_differs_is_named(request_: Request, differs: str, words: str) -> None:
    verification = verify(request_, lookup, NOW, region="us-east-1")

    assert not verification.accepted
    assert verification.differs == differs
    assert words in verification.problem
    assert verification.code.endswith("Exception")


@pytest.mark.parametrize(
    ("mode", "late", "accepted"),
    [
        ("header", timedelta(seconds=300), True),
        ("header", timedelta(seconds=301), False),
        ("header", timedelta(seconds=-300), True),
        ("header", timedelta(seconds=-301), False),
        ("query", timedelta(seconds=60), True),
        ("query", timedelta(seconds=61), False),
    ],
)
def test_a_signature_is_good_for_its_time(mode: Mode, late: timedelta, *, accepted: bool) -> None:
    request = signed_request(mode, expires_seconds=60)

    verification = verify(request, lookup, NOW + late)

    assert verification.accepted is accepted
    assert verification.differs == (None if accepted else "date")


def test_any_region_is_taken_when_none_is_asked_for() -> None:
    assert verify(H, lookup, NOW).accepted


def test_a_bearer_token_stands_beside_a_signed_url() -> None:
    request = signed_request("query", headers=(("Authorization", "Bearer x"),))

    assert request.headers.get_all("authorization") == ["Bearer x"]
    assert verify(request, lookup, NOW).accepted
    assert "X-Amz-SignedHeaders=host%3Bx-amz-content-sha256" in request.query_string


TEXT = st.text("aé%+ =&/.:@,~;1", max_size=12)
Mutation = Callable[[Request, str, int], Request]
Item = TypeVar("Item")


def rotate(items: list[Item], number: int) -> list[Item]:
    """The items, begun elsewhere."""
    return items[number % len(items) :] + items[: number % len(items)]


def change_digit(text: str, number: int) -> str:
    """The text with one of its hexadecimal digits changed."""
    position = number % len(text)
    other = "0" if text[position] != "0" else "1"
    return text[:position] + other + text[position + 1 :]


def with_pairs(request: Request, change: Callable[[list[tuple[str, str]]], list[tuple[str, str]]]) -> Request:
    """The request with its headers changed."""
    return request.replace(headers=Headers(change(list(request.headers.items()))))


def with_parameters(request: Request, change: Callable[[list[str]], list[str]]) -> Request:
    """The request with the parts of its query string changed."""
    return request.replace(query_string="&".join(change(request.query_string.split("&"))))


def with_parameter(request: Request, name: str, change: Callable[[str], str]) -> Request:
    """The request with the value of one parameter, which is there, changed."""
    assert f"{name}=" in request.query_string
    return with_parameters(
        request,
        lambda parts: [
            f"{name}={change(part.partition('=')[2])}" if part.startswith(f"{name}=") else part
            for part in parts
        ],
    )


def with_signature(request: Request, number: int) -> Request:
    """The request with one digit of the signature in its header changed."""
    signature = (request.headers.get("authorization") or "").rpartition("=")[2]
    return authorization(request, signature, change_digit(signature, number))


CHANGES_WHAT_IS_SIGNED: dict[str, Mutation] = {
    "method": lambda request, _, __: request.replace(method=request.method + "X"),
    "path": lambda request, _, number: request.replace(path=f"{request.path.rstrip('/')}/x{number}"),
    "query": lambda request, _, number: request.replace(query_string=f"{request.query_string}&zz{number}=1"),
    "value of a parameter": lambda request, _, number: with_parameter(request, "k", lambda value: f"{value}{number}"),
    "host": lambda request, _, __: with_header(request, "host", "x" + HOST),
    "header": lambda request, _, number: with_header(request, "x-amz-meta", f"changed {number}"),
    "payload hash": lambda request, _, number: with_header(request, CONTENT_HASH, f"{number:064x}"),
}  # fmt: skip
CHANGES_A_SIGNED_HEADER: dict[str, Mutation] = {
    "date": lambda request, _, number: with_header(request, "x-amz-date", f"20260301T1200{1 + number % 59:02d}Z"),
    "scope": lambda request, _, number: authorization(request, "/us-east-1/", f"/us-east-{number + 2}/"),
    "key": lambda request, _, __: authorization(request, "Credential=", "Credential=X"),
    "token": lambda request, _, number: with_header(request, "x-amz-security-token", f"{KEY.session_token}{number}"),
    "no token": lambda request, _, __: with_header(request, "x-amz-security-token", None),
    "signature": lambda request, _, number: with_signature(request, number),
}  # fmt: skip
CHANGES_A_SIGNED_PARAMETER: dict[str, Mutation] = {
    "date": lambda request, _, number: with_parameter(request, "X-Amz-Date", lambda _: f"20260301T1200{1 + number % 59:02d}Z"),
    "scope": lambda request, _, number: with_parameter(request, "X-Amz-Credential", lambda value: value.replace("us-east-1", f"us-east-{number + 2}")),
    "key": lambda request, _, __: with_parameter(request, "X-Amz-Credential", lambda value: f"X{value}"),
    "token": lambda request, _, number: with_parameter(request, "X-Amz-Security-Token", lambda value: f"{value}{number}"),
    "no token": lambda request, _, __: with_parameters(request, lambda parts: [part for part in parts if "Token" not in part]),
    "expires": lambda request, _, number: with_parameter(request, "X-Amz-Expires", lambda _: str(301 + number)),
    "signed headers": lambda request, _, __: with_parameter(request, "X-Amz-SignedHeaders", lambda value: value.replace("%3Bx-amz-meta", "")),
    "signature": lambda request, _, number: with_parameter(request, "X-Amz-Signature", lambda value: change_digit(value, number)),
}  # fmt: skip
CHANGES_NOTHING_SIGNED: dict[str, Mutation] = {
    "unsigned header": lambda request, text, number: with_pairs(request, lambda pairs: [*pairs, (f"x-other-{number}", text)]),
    "body": lambda request, text, _: request.replace(body=text.encode()),
    "header case": lambda request, _, __: with_pairs(request, lambda pairs: [(name.upper(), value) for name, value in pairs]),
    "header order": lambda request, _, number: with_pairs(request, lambda pairs: rotate(pairs, number)),
    "header spaces": lambda request, _, __: with_header(request, "x-amz-meta", "  m "),
    "query order": lambda request, _, number: with_parameters(request, lambda parts: rotate(parts[:: [1, -1][number % 2]], number)),
    "lower-case escapes": lambda request, _, __: with_parameter(request, "k", str.lower),
    "needless escapes": lambda request, _, __: with_parameter(request, "k", lambda value: value.replace("v", "%76")),
    "empty parts of the query": lambda request, _, __: request.replace(query_string=f"&{request.query_string.replace('&', '&&')}&"),
}  # fmt: skip
CHANGES_NOTHING_OF_THE_HEADER: dict[str, Mutation] = {
    "spaces in Authorization": lambda request, _, number: authorization(request, ", ", [",", ",  ", " , "][number % 3]),
}  # fmt: skip
CHANGES_NOTHING_OF_THE_QUERY: dict[str, Mutation] = {
    "bearer token": lambda request, text, _: with_header(request, "authorization", f"Bearer {text}"),
}
REJECTED: dict[Mode, dict[str, Mutation]] = {
    "header": {**CHANGES_WHAT_IS_SIGNED, **CHANGES_A_SIGNED_HEADER},
    "query": {**CHANGES_WHAT_IS_SIGNED, **CHANGES_A_SIGNED_PARAMETER},
}
ACCEPTED: dict[Mode, dict[str, Mutation]] = {
    "header": {**CHANGES_NOTHING_SIGNED, **CHANGES_NOTHING_OF_THE_HEADER},
    "query": {**CHANGES_NOTHING_SIGNED, **CHANGES_NOTHING_OF_THE_QUERY},
}
KINDS = [(mode, kind) for mode in REJECTED for kind in (*REJECTED[mode], *ACCEPTED[mode])]


def test_changes_of_what_is_signed_are_rejected_and_others_accepted(capsys: Any) -> None:
    counts = {(mode, accepted): 0 for mode in REJECTED for accepted in (True, False)}

    @examples(20_000)
    @given(path=TEXT, query=TEXT, which=st.sampled_from(KINDS), text=TEXT, number=st.integers(0, 99))
    def check(path: str, query: str, which: tuple[Mode, str], text: str, number: int) -> None:
        mode, kind = which
        original = signed_request(
            mode, url=encode_url(f"https://{HOST}/{path.replace('?', '')}?k=v/é&{query}")
        )
        changed = {**REJECTED[mode], **ACCEPTED[mode]}[kind](original, text, number)
        assert verify(original, lookup, NOW, region="us-east-1").accepted
        verification = verify(changed, lookup, NOW, region="us-east-1")
        assert verification.accepted is (kind in ACCEPTED[mode]), (which, verification)
        counts[mode, verification.accepted] += 1

    check()

    told = [f"{counts[mode, False]} rejected, {counts[mode, True]} accepted ({mode})" for mode in REJECTED]
    with capsys.disabled():
        print(f" mutations: {'; '.join(told)}, each as it must be ", end="")
    assert min(counts.values()) > sum(counts.values()) // 10


def test_the_core_signs_and_the_token_may_stay_unsigned() -> None:
    given: dict[str, Any] = {
        "headers": [], "credentials": KEY, "region": "us-east-1", "service": "x", "now": NOW, "omit_session_token": True
    }  # fmt: skip
    header = sign("GET", "https://a.example/", **given)
    query = sign("GET", "https://a.example", mode="query", **given)

    assert "security-token" not in header.canonical_request
    assert dict(header.headers)["x-amz-security-token"] == KEY.session_token
    assert "Security-Token" not in query.canonical_request
    assert query.url.endswith("&X-Amz-Security-Token=token%2F%2B%3D")
    assert query.url.startswith("https://a.example/?X-Amz-Algorithm=")


def test_signing_and_verifying_change_nothing_that_they_are_given() -> None:
    given = [("Accept", "x"), ("x-amz-meta", "m")]
    signed = sign_lattice(
        "GET", f"https://{HOST}/a", headers=given, credentials=KEY, region="us-east-1", now=NOW
    )
    request = arrived("GET", signed.url, signed.headers)

    assert verify(request, lookup, NOW).accepted
    assert given == [("Accept", "x"), ("x-amz-meta", "m")]
    assert request.headers.to_lists() == {name.lower(): [value] for name, value in signed.headers}


@pytest.mark.parametrize("separator", [",", ", ", " ,\t"])
def test_the_fields_of_a_signature_may_stand_with_other_blanks(separator: str) -> None:
    request = signed_request()
    written = request.headers["authorization"].replace(", ", separator)

    headers = request.headers.with_items([("authorization", written)])

    assert verify(request.replace(headers=headers), lookup, NOW).accepted


def test_few_derived_keys_are_kept() -> None:
    assert 0 < (_signing_key.cache_info().maxsize or 0) <= 16
