"""What a handler reads of a request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

import pytest

from lattice_events import Headers, Request
from lattice_events.codec import decode_event, encode_event
from lattice_events.errors import BodyError


def test_time_is_exact_to_the_microsecond() -> None:
    request = Request(time_epoch_us=1690497599177430)

    assert request.time == datetime(2023, 7, 27, 22, 39, 59, 177430, tzinfo=UTC)
    assert Request().time is None


def test_target_is_path_and_query_string() -> None:
    assert Request(path="/a", query_string="b=1").target == "/a?b=1"
    assert Request(path="/a").target == "/a"


def test_query_is_parsed_once() -> None:
    request = Request(query_string="a=1&a=2")

    assert request.query.get_all("a") == ["1", "2"]
    assert request.query is request.query


def test_source_ip_is_the_right_most_forwarded_address() -> None:
    spoofed = Headers({"X-Forwarded-For": "1.2.3.4, 10.0.0.7"})

    assert Request(headers=spoofed).source_ip == "10.0.0.7"
    assert Request().source_ip is None
    assert Request(headers=Headers({"x-forwarded-for": ""})).source_ip is None


@pytest.mark.parametrize(
    ("content_type", "body", "text"),
    [
        pytest.param("text/plain", "é".encode(), "é", id="utf-8 unless said otherwise"),
        pytest.param("text/plain; charset=ISO-8859-1", b"\xe9", "é", id="the charset of the content type"),
        pytest.param(
            'text/plain; x=1; charset="utf-16-le"', b"a\0", "a", id="quoted, after other parameters"
        ),
        pytest.param("text/plain; charset=", b"a", "a", id="an empty charset is none"),
    ],
)
def test_text_is_decoded(content_type: str, body: bytes, text: str) -> None:
    assert Request(headers=Headers({"content-type": content_type}), body=body).text == text


@pytest.mark.parametrize("content_type", ["text/plain", "text/plain; charset=nonsense"])
def test_text_that_is_none_is_a_400(content_type: str) -> None:
    request = Request(headers=Headers({"content-type": content_type}), body=b"\xff")

    with pytest.raises(BodyError, match="is not .* text") as caught:
        _ = request.text
    assert caught.value.status == 400


def test_json_is_parsed() -> None:
    assert Request(body=b'{"a": 1}').json() == {"a": 1}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_json_that_is_none_is_a_400(body: bytes) -> None:
    with pytest.raises(BodyError) as caught:
        Request(body=body).json()
    assert caught.value.status == 400


NO_CHARSETS = [
    "undefined",
    "punycode",
    "idna",
    "unicode_escape",
    "unicode-escape",
    "raw_unicode_escape",
    "rot13",
    "rot_13",
    "base64",
    "base64_codec",
    "hex",
    "hex_codec",
    "bz2",
    "zlib",
    "zip",
    "uu",
    "quopri",
    "quoted-printable",
    "mbcs",
    "oem",
    "nonsense",
    "..",
    "../x",
    "utf-8\0",
    "utf\ud800",
    "é",
    "*",
]


@pytest.mark.parametrize("charset", [*NO_CHARSETS, "x" * 100_000])
@pytest.mark.parametrize("body", [b"", b"abc-", b"\xff\xfe", b"\\u00e9"])
def test_what_is_no_charset_is_the_caller_s_mistake(charset: str, body: bytes) -> None:
    request = Request(headers=Headers({"content-type": f"text/plain; charset={charset}"}), body=body)

    with pytest.raises(BodyError) as caught:
        _ = request.text

    assert caught.value.status == 400


@pytest.mark.parametrize(
    "charset", ["utf-8", "UTF8", "us-ascii", "iso-8859-15", "windows-1252", "utf-8-sig", "gbk"]
)
def test_what_is_a_charset_decodes(charset: str) -> None:
    body = "abc".encode(charset)

    assert Request(headers=Headers({"content-type": f"a/b;charset={charset}"}), body=body).text == "abc"


@pytest.mark.parametrize("target", ["/a", "/a?", "/a??", "/a?b", "/?"])
@pytest.mark.parametrize("version", ["V1", "V2"])
def test_the_target_is_what_stood_on_the_request_line(target: str, version: Literal["V1", "V2"]) -> None:
    path, _, query_string = target.partition("?")
    bare_query = target in ("/a?", "/?")
    request = Request(path=path, query_string=query_string, bare_query=bare_query)

    decoded = decode_event(encode_event(request, version=version))

    assert (request.target, decoded.target, decoded.bare_query) == (target, target, bare_query)
