"""Frozen values without dataclasses."""

from __future__ import annotations

import pytest

from lattice_events import Identity, Request, Response


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
