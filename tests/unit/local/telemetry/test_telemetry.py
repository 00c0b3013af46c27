"""What is said where there can be no spans."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from lattice_events.local.telemetry.telemetry import telemetry


def said(variables: Mapping[str, str]) -> list[str]:
    """The notes of a run that is not to be observed."""
    records: list[Any] = []
    with telemetry(variables, records.append) as observe:
        assert observe is None
    return [record.text for record in records]


def test_nothing_is_said_where_nothing_is_asked_for() -> None:
    assert said({}) == []


def test_a_variable_without_the_packages_is_one_note_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(sys.modules, "lattice_events.local.telemetry.sdk", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    assert said({"OTEL_TRACES_EXPORTER": "otlp"}) == [
        "OTEL_TRACES_EXPORTER needs an optional dependency: pip install 'lattice-events[otel]'. There are no spans."
    ]


def test_an_exporter_that_is_not_there_is_one_note() -> None:
    [note] = said({"OTEL_TRACES_EXPORTER": "console"})

    assert "Write OTEL_TRACES_EXPORTER=otlp. There are no spans." in note
