"""Read the files that tests share."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

TESTS = Path(__file__).parent


def load_event(name: str) -> dict[str, Any]:
    """A fresh copy of an event of tests/events."""
    event: dict[str, Any] = json.loads((TESTS / "events" / f"{name}.json").read_text())
    return event


def load_cases(folder: str) -> list[Any]:
    """Every row ``{name, source, given, expected}`` of tests/cases/FOLDER, as pytest parameters."""
    rows = []
    for file in sorted((TESTS / "cases" / folder).glob("*.json")):
        for row in json.loads(file.read_text()):
            assert set(row) == {"name", "source", "given", "expected"}, (file.name, row.get("name"))
            rows.append(pytest.param(row["given"], row["expected"], id=row["name"]))
    return rows
