"""Frozen values without dataclasses."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from lattice_events import Headers, Identity, Request, Response, decode_event
from lattice_events.context import Invocation
from lattice_events.sigv4 import Credentials, SignedRequest, Verification
from lattice_events.testing import make_event
from lattice_events.values import Value


def test_a_value_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match="frozen; use replace"):
        Response.text("x").status = 201


def test_a_field_cannot_be_deleted() -> None:
    response = Response.text("x")

    with pytest.raises(AttributeError, match="frozen"):
        del response.status


def test_replace_copies_with_the_changes() -> None:
    response = Response.text("x", 200)

    assert response.replace(status=201) == Response.text("x", 201)


def test_replace_refuses_a_name_that_is_no_field() -> None:
    with pytest.raises(TypeError):
        Response.text("x").replace(statu=201)


def test_values_of_different_classes_are_never_equal() -> None:
    assert Response.empty() != Identity()


def test_equal_values_hash_alike() -> None:
    assert hash(Identity(principal="a")) == hash(Identity(principal="a"))


def test_the_raw_event_neither_compares_nor_prints() -> None:
    request = Request(raw={"headers": {"authorization": ["secret"]}})

    assert request == Request()
    assert "secret" not in repr(request)


def remaining_ms() -> int:
    return 7


STAGES = {"canonical_request": "GET", "string_to_sign": "AWS4"}
VALUES = (
    Credentials(access_key_id="AK", secret_access_key="SK", session_token="T"),
    Identity(principal="a"),
    Invocation(request_id="r", trace_header=None, remaining_ms=remaining_ms),
    Request(path="/a", query_string="x=1", headers=Headers([("a", "1"), ("a", "2")]), raw={"k": ["v"]}),
    Response.json({"a": 1}, 201),
    SignedRequest(url="https://a/", headers=(("a", "b"),), signature="0", **STAGES),
    Verification(differs="signature", code="c", problem="p", access_key_id="AK", **STAGES),
)


def fields(value: Any) -> dict[str, object]:
    return {name: getattr(value, name) for name in value.fields()}


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_a_value_is_copied_and_pickled_with_every_field(value: Any) -> None:
    for copied in (copy.copy(value), copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert type(copied) is type(value)
        assert fields(copied) == fields(value)


def test_every_class_of_values_is_copied_here() -> None:
    assert {type(value) for value in VALUES} == set(Value.__subclasses__())


def test_a_decoded_request_is_as_frozen_as_a_constructed_one() -> None:
    request = decode_event(make_event("GET /"))

    assert (type(request), type(request.identity)) == (Request, Identity)
    for value in (request, request.identity):
        with pytest.raises(AttributeError, match="frozen"):
            value.type = "x"


def test_a_subclass_keeps_its_class_and_is_frozen() -> None:
    class Traced(Request):
        trace = "t"

    request = Traced(path="/a").replace(method="PUT")

    assert (type(request), request.path, request.method) == (Traced, "/a", "PUT")
    with pytest.raises(AttributeError, match="frozen"):
        request.path = "/b"
