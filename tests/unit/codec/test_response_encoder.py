"""Responses into what a function returns."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events import Response, decode_response, encode_response
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ResponseError


def test_the_documented_keys_are_always_written() -> None:
    assert encode_response(Response.empty()) == {
        "isBase64Encoded": False,
        "statusCode": 204,
        "headers": {},
        "body": "",
    }


def test_utf8_is_text_and_other_bytes_are_base64() -> None:
    assert encode_response(Response.text("é"))["body"] == "é"
    binary = encode_response(Response.bytes(b"\xff"))
    assert (binary["isBase64Encoded"], binary["body"]) == (True, "/w==")


def test_an_encoded_body_is_base64_even_if_it_reads_as_text() -> None:
    encoded = encode_response(Response.text("x", headers={"Content-Encoding": "gzip"}))

    assert (encoded["isBase64Encoded"], encoded["body"]) == (True, "eA==")


def test_repeated_headers_are_joined_but_cookies_are_a_list() -> None:
    pairs = [("Vary", "a"), ("vary", "b"), ("Set-Cookie", "c=1"), ("set-cookie", "d=2")]

    assert encode_response(Response(200, headers=pairs))["headers"] == {
        "vary": "a, b",
        "set-cookie": ["c=1", "d=2"],
    }
    assert encode_response(Response(200, headers=pairs[:3]))["headers"]["set-cookie"] == "c=1"


def test_hop_by_hop_headers_are_dropped() -> None:
    assert encode_response(Response(200, headers={"Connection": "close", "Keep-Alive": "1"}))["headers"] == {}


@pytest.mark.parametrize("status", [0, 99, 100, 101, 103, 199, 600, 999, True, "200", 200.0, None])
def test_a_status_that_is_none_is_refused(status: Any) -> None:
    with pytest.raises(ResponseError, match="200 to 599") as caught:
        encode_response(Response(status))
    assert caught.value.field == "statusCode"


# RFC 9110 §5.6.2: what a name is made of, and no other character.
TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~09azAZ"
NO_NAMES: list[Any] = [
    "",
    " ",
    "a b",
    "a:",
    "a\t",
    "a\n",
    "a\0",
    "é",
    "a\x7f",
    "a(",
    "\ud800",
    "a,b",
    '"',
    7,
    None,
]


@pytest.mark.parametrize("name", [*NO_NAMES, b"x", "[", "{a}", "a/b", "a=b", "@", "x\r\ny", "²", "١"])
def test_a_header_name_that_is_no_token_is_refused(name: Any) -> None:
    with pytest.raises(ResponseError, match="not a header name") as caught:
        encode_response(Response(200, headers=[(name, "a")]))
    assert caught.value.field == f"headers.{name}"


@pytest.mark.parametrize("name", [TOKEN_CHARACTERS, *TOKEN_CHARACTERS])
def test_every_token_is_a_header_name(name: str) -> None:
    assert encode_response(Response(200, headers={name: "a"}))["headers"] == {name.lower(): "a"}


# RFC 9110 §5.5: no CR, LF, NUL; other control characters but the tab are invalid too. UTF-8 has no surrogates.
CONTROLS = [chr(code) for code in (*range(0x20), 0x7F) if chr(code) != "\t"]
SURROGATES = ("\ud800", "\udfff")


@pytest.mark.parametrize("char", [*CONTROLS, *SURROGATES], ids=ascii)
@pytest.mark.parametrize("name", ["x", "Set-Cookie", "Connection"])
def test_a_value_that_no_message_carries_is_refused(name: str, char: str) -> None:
    for value in (char, f"a{char}", f"é{char}b"):
        with pytest.raises(ResponseError, match=f"U\\+{ord(char):04X}") as caught:
            encode_response(Response(200, headers=[("ok", "ok"), (name, value)]))
        assert caught.value.field == f"headers.{name.lower()}"


@pytest.mark.parametrize("value", ["", "a\tb", "é", "漢", "\x80", "\xa0", "\u2028", "😀", " spaces around "])
def test_a_value_that_a_message_carries_is_kept(value: str) -> None:
    assert encode_response(Response(200, headers={"x": value}))["headers"] == {"x": value}


@pytest.mark.parametrize("value", [7, None, b"a", ["a"], True])
def test_a_value_that_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(ResponseError, match="must be text") as caught:
        encode_response(Response(200, headers=[("X", value)]))
    assert caught.value.field == "headers.x"


def test_over_six_megabytes_says_by_how_much_and_what_to_do() -> None:
    with pytest.raises(ResponseError, match=r"over the 6 MB .* S3") as caught:
        encode_response(Response.text("x" * MAX_LAMBDA_BYTES))
    assert caught.value.field == "body"


def test_just_under_six_megabytes_is_fine() -> None:
    body = "x" * (MAX_LAMBDA_BYTES - 1000)

    assert decode_response(encode_response(Response.text(body))).body == body.encode()


COOKIES = Response(200, headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")])


def test_several_cookies_have_the_form_that_is_chosen() -> None:
    assert encode_response(COOKIES)["headers"] == {"set-cookie": ["a=1", "b=2"]}
    cookies = encode_response(COOKIES, multiple_set_cookie="cookies")
    assert (cookies["headers"], cookies["cookies"]) == ({}, ["a=1", "b=2"])
    with pytest.raises(ResponseError, match="not known whether VPC Lattice accepts more than one"):
        encode_response(COOKIES, multiple_set_cookie="refuse")


def test_one_cookie_is_a_string_whatever_the_form() -> None:
    one = Response(200, headers={"set-cookie": "a=1"})

    assert encode_response(one, multiple_set_cookie="refuse")["headers"] == {"set-cookie": "a=1"}


@pytest.mark.parametrize(
    ("response", "field"),
    [
        (Response(200, headers={"Transfer-Encoding": "chunked"}), "headers.transfer-encoding"),
        (Response(204, body="x"), "body"),
        (Response(304, body="x"), "body"),
        (Response(205, body="x"), "body"),
    ],
)
def test_strict_names_what_the_service_would_drop(response: Response, field: str) -> None:
    with pytest.raises(ResponseError) as caught:
        encode_response(response, strict=True)
    assert caught.value.field == field
    encode_response(response)


@pytest.mark.parametrize("status", [204, 205, 304])
@pytest.mark.parametrize("body", ["x", b"\xff"])
def test_a_body_where_http_allows_none_is_left_out(status: int, body: Any) -> None:
    response = Response(status, headers={"etag": "1", "Content-Length": "1"}, body=body)

    assert encode_response(response) == {
        "isBase64Encoded": False,
        "statusCode": status,
        "headers": {"etag": "1"},
        "body": "",
    }


def test_a_304_without_a_body_keeps_the_length_that_a_get_would_have() -> None:
    assert encode_response(Response(304, headers={"content-length": "9"}))["headers"] == {
        "content-length": "9"
    }


@pytest.mark.parametrize("status", [100, 101, 103, 199])
def test_an_informational_status_is_no_answer(status: int) -> None:
    with pytest.raises(ResponseError, match="from 200 to 599"):
        encode_response(Response(status, body="x"))


def test_strict_takes_what_is_fine() -> None:
    assert encode_response(Response.text("x"), strict=True)["body"] == "x"
    assert encode_response(Response.empty(), strict=True)["statusCode"] == 204
