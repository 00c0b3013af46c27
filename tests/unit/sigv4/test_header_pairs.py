"""Headers are a mapping or pairs, wherever a signature is made; anything else is refused in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from lattice_events.client import sign_request
from lattice_events.errors import SigningError
from lattice_events.headers import Headers
from lattice_events.sigv4 import Credentials, SignedRequest, sign, sign_lattice

EXAMPLE = Credentials(access_key_id="AKIDEXAMPLE", secret_access_key="made-up")
URL = "https://foo-0123456789abcdef0.7d67968.vpc-lattice-svcs.us-east-1.on.aws/"
NOW = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
PAIRS = [("accept", "x"), ("x-amz-meta", "")]
OPTIONS: Any = {"credentials": EXAMPLE, "region": "us-east-1", "now": NOW}

Sign = Callable[[Any], SignedRequest]
SIGNERS: list[Sign] = [
    lambda headers: sign("GET", URL, headers=headers, service="x", **OPTIONS),
    lambda headers: sign_lattice("GET", URL, headers=headers, **OPTIONS),
    lambda headers: sign_request("GET", URL, headers=headers, credentials=lambda: EXAMPLE),
]


class Name(str):
    """Text of a class of its own, as libraries have it for names of headers."""

    __slots__ = ()


@pytest.mark.parametrize("sign_with", SIGNERS)
def test_text_of_a_class_of_its_own_is_text(sign_with: Sign) -> None:
    signed = sign_with([(Name(name), Name(value)) for name, value in PAIRS])

    assert dict(signed.headers)["accept"] == "x"


@pytest.mark.parametrize("make", [dict, list, tuple, iter, Headers, lambda pairs: map(list, pairs)])
@pytest.mark.parametrize("sign_with", SIGNERS)
def test_a_mapping_and_pairs_are_taken(sign_with: Sign, make: Callable[[Any], Any]) -> None:
    signed = sign_with(make(PAIRS))

    assert [pair for pair in map(tuple, signed.headers) if pair in PAIRS] == PAIRS
    assert "x-amz-meta:\n" in signed.canonical_request


@pytest.mark.parametrize(
    "given",
    [
        ["ab"],
        "accept: x",
        7,
        None,
        {"accept": None},
        {"accept": ["x", "y"]},
        {"accept": b"x"},
        {1: "x"},
        [("a",)],
        [("a", "b", "c")],
        [b"ab"],
        ["accept: x"],
    ],
)
@pytest.mark.parametrize("sign_with", SIGNERS)
def test_anything_else_is_refused(sign_with: Sign, given: object) -> None:
    with pytest.raises(SigningError, match="headers must be a mapping of names to values"):
        sign_with(given)
