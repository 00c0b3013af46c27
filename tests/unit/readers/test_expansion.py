"""Properties of templates that are read together, and of what is written out of one."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from lattice_events.readers.cloudformation.expansion import expand
from lattice_events.readers.cloudformation.intrinsics import Resolver
from lattice_events.readers.cloudformation.outside import OtherStacks
from lattice_events.readers.common.documents import parse_yaml
from tests.unit.readers.test_cases import CASES, read

FOLDER = Path(__file__).parents[2] / "cases" / "readers"
PLAIN = [
    ("\n".join(lines), name)
    for case in json.loads((FOLDER / "templates.json").read_text())
    for name, lines in case["given"]["files"].items()
    if not name.startswith("k8s")
]
SEVERAL = [case for case in CASES if len(case["given"]["files"]) > 1 and "problems" not in case["expected"]]


def test_a_template_without_loops_and_includes_is_itself() -> None:
    for text, name in PLAIN:
        document = parse_yaml(text, name)
        full = expand(document.value, document.locate, resolver=resolver(document.value), folder=Path())

        assert full.template is document.value
        assert full.locate == document.locate


def resolver(template: dict[str, Any]) -> Resolver:
    return Resolver(
        template,
        pseudo={},
        parameters={},
        variables={},
        stacks=OtherStacks(),
        reference=str,
        attribute=lambda *names: ".".join(names),
    )


@pytest.mark.parametrize("case", SEVERAL, ids=lambda case: case["name"])
def test_the_order_of_sources_changes_nothing(case: dict[str, Any]) -> None:
    given = case["given"]
    found, other = (read({**given, "files": dict(files)}) for files in orders(given["files"]))

    assert {key: in_any_order(value) for key, value in found.items()} == {
        key: in_any_order(value) for key, value in other.items()
    }


def orders(files: dict[str, Any]) -> list[list[tuple[str, Any]]]:
    return [list(files.items()), list(reversed(files.items()))]


def in_any_order(value: Any) -> Any:
    return sorted(value) if isinstance(value, list) else value


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    text = "Transform: {Name: AWS::Include, Parameters: {Location: pipe}}\nResources: {}\n"
    document = parse_yaml(text, "stack.yml")

    full = expand(document.value, document.locate, resolver=resolver(document.value), folder=tmp_path)

    assert [str(each) for each in full.problems] == [
        "stack.yml:1:1: Location of AWS::Include is not a file's path."
    ]
