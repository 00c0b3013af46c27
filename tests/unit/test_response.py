"""The constructors of a response."""

from __future__ import annotations

import copy
import enum
import json
import pickle
from http import HTTPStatus
from typing import Any

import pytest

from lattice_events import Headers, HTTPError, Response, encode_response, lattice_handler
from lattice_events.errors import ResponseError
from lattice_events.testing import call


@pytest.mark.parametrize(
    ("response", "content_type", "body"),
    [
        pytest.param(Response.text("é"), "text/plain; charset=utf-8", "é".encode(), id="text"),
        pytest.param(Response.json({"a": "é"}), "application/json", '{"a":"é"}'.encode(), id="json"),
        pytest.param(Response.bytes(b"\0"), "application/octet-stream", b"\0", id="bytes"),
        pytest.param(
            Response.text("x", headers={"Content-Type": "a/b"}), "a/b", b"x", id="the caller's type wins"
        ),
        pytest.param(
            Response.bytes(b"x", headers=Headers({"content-type": "a/b"})), "a/b", b"x", id="in Headers too"
        ),
    ],
)
def test_a_constructor_sets_type_and_body(response: Response, content_type: str, body: bytes) -> None:
    assert response.headers["content-type"] == content_type
    assert response.body == body


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("text/plain; charset=iso-8859-1", b"caf\xe9"),
        ('text/plain; format=flowed; Charset="UTF-16-LE"', "café".encode("utf-16-le")),
        ("text/plain; charset=windows-1252", b"caf\xe9"),
        ("text/plain; charset=utf-8", "café".encode()),
        ("text/plain; charset=", "café".encode()),
        ("text/plain", "café".encode()),
        ("text/plain; format=flowed", "café".encode()),
    ],
)
@pytest.mark.parametrize("name", ["content-type", "Content-Type"])
def test_a_text_is_written_in_the_charset_that_the_headers_say(
    content_type: str, body: bytes, name: str
) -> None:
    headers = {"x": "a=b", name: content_type}

    assert Response.text("café", headers=headers).body == body
    assert Response(headers=Headers(headers), body="café").body == body
    assert call(lattice_handler(lambda request: Response.text("café", headers=headers))).text == "café"


@pytest.mark.parametrize(
    ("charset", "words"),
    [
        ("us-ascii", "has U[+]00E9 at 3, which us-ascii lacks"),
        ("iso-8859-5", "has U[+]00E9 at 3"),
        ("nonsense", "'nonsense', which is no charset"),
        ("rot13", "'rot13', which is no charset"),
        ("punycode", "'punycode', which is no charset"),
        ("a\0b", "which is no charset"),
    ],
)
def test_a_charset_that_cannot_write_the_text_is_refused(charset: str, words: str) -> None:
    with pytest.raises(ResponseError, match=words) as caught:
        Response.text("café", headers={"content-type": f"text/plain; charset={charset}"})
    assert caught.value.field == "body"


def test_a_header_that_is_no_text_is_judged_when_it_is_encoded() -> None:
    headers: Any = {"content-length": 4, "content-type": None}

    with pytest.raises(ResponseError, match="The header content-length must be text, not int"):
        encode_response(Response(headers=headers, body="café"))


def test_an_empty_response_is_a_204_without_headers() -> None:
    assert Response.empty() == Response(204)


def test_a_response_keeps_repeated_headers() -> None:
    response = Response(200, headers=[("set-cookie", "a=1"), ("set-cookie", "b=2")])

    assert response.headers.get_all("Set-Cookie") == ["a=1", "b=2"]


NAN, INFINITY = float("nan"), float("inf")
CIRCLE: list[Any] = [1]
CIRCLE.append(CIRCLE)
DEEP: Any = "\ud800"
for _ in range(100):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        pytest.param(NAN, "body", id="the value itself"),
        pytest.param({"a": {"b": [1, INFINITY]}}, "body.a.b[1]", id="inside"),
        pytest.param([(0, -INFINITY), NAN], "body[0][1]", id="the first of several, in a tuple"),
        pytest.param({NAN: 1}, "body.nan", id="a key"),
        pytest.param("a\ud800", "body", id="lone surrogate"),
        pytest.param({"a": [{"b": "\udfff"}]}, "body.a[0].b", id="lone surrogate inside"),
        pytest.param({"\ud800": 1}, "body.\\ud800", id="lone surrogate in a key"),
        pytest.param(DEEP, "body" + "[0]" * 100, id="deep"),
    ],
)
def test_what_json_cannot_write_is_named_by_its_place(value: Any, field: str) -> None:
    with pytest.raises(ResponseError) as caught:
        Response.json(value)
    assert caught.value.field == field
    assert str(caught.value).startswith(f"{field} ")
    assert str(caught.value).isascii()


@pytest.mark.parametrize(
    ("value", "error"),
    [(CIRCLE, ValueError), ([1.5, object()], TypeError), ({(1, 2): 3}, TypeError)],
    ids=["circle", "object", "tuple as a key"],
)
def test_what_json_dumps_refuses_for_other_reasons_stays_its_error(
    value: Any, error: type[Exception]
) -> None:
    with pytest.raises(error) as caught:
        Response.json(value)
    assert not isinstance(caught.value, ResponseError)


@pytest.mark.parametrize("make", [Response.text, lambda body: Response(200, body=body)])
def test_a_text_with_a_lone_surrogate_is_no_body(make: Any) -> None:
    with pytest.raises(ResponseError, match="surrogate at 1") as caught:
        make("a\ud800")
    assert caught.value.field == "body"


def test_a_pair_of_surrogates_in_json_is_one_character() -> None:
    assert Response.json(["\U0001f600"]).body == '["😀"]'.encode()


@pytest.mark.parametrize("body", [{"a": "é"}, [1], None, "text", 1.5])
def test_a_response_reads_its_json_as_clients_do(body: Any) -> None:
    response = Response.json(body, 201)

    assert response.json() == body
    assert (response.status, response.status_code) == (201, 201)
    assert response.content is response.body
    assert call(lattice_handler(lambda request: {"of": "call"})).json() == {"of": "call"}


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 100_000])
def test_a_body_that_is_no_json_says_what_it_is(body: bytes) -> None:
    with pytest.raises(ResponseError, match="The body of this 502 is not JSON"):
        Response(502, body=body).json()


@pytest.mark.parametrize(
    ("body", "content_type", "text"),
    [
        pytest.param("é".encode(), "text/plain", "é", id="UTF-8 unless it is said"),
        pytest.param(b"\xe9", "text/plain; charset=latin-1", "é", id="as it is said"),
        pytest.param(b"\xff", "text/plain", "\ufffd", id="no text"),
        pytest.param(b"a", "text/plain; charset=undefined", "a", id="no charset"),
        pytest.param(b"a", "text/plain; charset=rot13", "a", id="no encoding of text"),
    ],
)
def test_a_response_reads_its_text_as_clients_do(body: bytes, content_type: str, text: str) -> None:
    assert Response(200, headers={"content-type": content_type}, body=body).text == text
    assert Response.text("x").text == "x"


def test_a_subclass_makes_and_reads_its_own() -> None:
    class Mine(Response):
        __slots__ = ()

    assert type(Mine.json({"a": 1})) is type(Mine.text("a")) is Mine
    assert Mine.json({"a": 1}).json() == {"a": 1}


def test_a_response_copies_and_pickles() -> None:
    response = Response.json({"a": 1}, 201)

    assert response == copy.deepcopy(response) == pickle.loads(pickle.dumps(response))


class Own(enum.IntEnum):
    """A user's own list of statuses."""

    CREATED = 201


class Mixed(int, enum.Enum):
    """One whose str() is its name."""

    CREATED = 201


class Index:
    """As NumPy's integers are: no int, but one by `operator.index`."""

    def __index__(self) -> int:
        return 201


NUMBERS = [HTTPStatus.CREATED, Own.CREATED, Mixed.CREATED, Index()]


@pytest.mark.parametrize("status", NUMBERS, ids=lambda status: type(status).__name__)
def test_a_status_that_is_a_number_is_that_number(status: Any) -> None:
    def fail(request: Any) -> None:
        raise HTTPError(status, "why")

    made = [
        Response(status),
        Response.text("a", status),
        Response.json(1, status),
        Response.bytes(b"", status),
    ]
    made += [Response.empty(status), Response().replace(status=status), call(lattice_handler(fail))]
    made += [call(lattice_handler(lambda request: Response.json({}, status=status)))]

    assert [json.dumps(each.status) for each in made] == ["201"] * len(made)
    assert json.dumps(encode_response(made[0])["statusCode"]) == "201"
    assert (str(HTTPError(status, "why")), str(HTTPError(status))) == ("201: why", "201")
    assert repr(Response(status)) == "Response(body=b'', headers=Headers([]), status=201)"


def test_numpy_s_integers_are_numbers() -> None:
    numpy = pytest.importorskip("numpy")

    assert json.dumps(encode_response(Response(numpy.int64(201)))["statusCode"]) == "201"


@pytest.mark.parametrize("status", [True, False, None, "200", 200.0, 99, 600, 0])
def test_what_is_no_status_is_refused(status: Any, caplog: pytest.LogCaptureFixture) -> None:
    def fail(request: Any) -> None:
        raise HTTPError(status, "secret")

    with pytest.raises(ResponseError, match="status"):
        encode_response(Response(status))
    assert call(lattice_handler(fail)).status == 500
    assert f"not {status!r}" in caplog.text
