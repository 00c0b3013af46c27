"""`lattice fault` as the page shows it."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from lattice_events.cli.fault import fault
from lattice_events.network.faults import FIELDS, KINDS

PAGE = (Path(__file__).parents[3] / "docs" / "faults.md").read_text()


@pytest.mark.parametrize("line", re.findall(r"^\$ lattice fault (.+)$", PAGE, re.MULTILINE))
def test_a_command_of_the_page_can_be_typed(line: str) -> None:
    name, *arguments = shlex.split(line)

    assert fault.commands[name].make_context(name, arguments).command.name == name


def test_the_page_has_every_kind_and_every_field() -> None:
    rows = "".join(re.findall(r"^\| (`.+?) \|", PAGE, re.MULTILINE))

    assert [name for name in (*KINDS, *FIELDS) if f"`{name}`" not in rows] == ["kind", "seconds"]


def test_every_field_is_an_option() -> None:
    options = {each.name for each in fault.commands["add"].params}

    assert {*FIELDS, "id_", "as_json"} == options
