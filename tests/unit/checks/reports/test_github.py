from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.checks.reports.github import github
from lattice_events.checks.rule import Found
from tests.reporting import HOSTILE, found, report

COMMAND = re.compile(r"::(\w+) ([^:]*)::(.*)")  # as the runner reads a line


def unescaped(text: str) -> str:
    """What the runner makes of a property or of the message."""
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


def read_annotations(written: str) -> list[tuple[str, dict[str, str], str]]:
    """What GitHub shows of lines."""
    read = []
    for line in written.split("\n")[:-1]:
        match = COMMAND.fullmatch(line)
        assert match, line
        properties = dict(each.split("=", 1) for each in match[2].split(","))
        read.append(
            (match[1], {key: unescaped(value) for key, value in properties.items()}, unescaped(match[3]))
        )
    return read


def test_a_finding_annotates_its_line_from_the_root_of_the_repository() -> None:
    findings = found("LTC001", Found(place="web/template.yaml:12:5", message="It says nothing."))

    ((command, properties, message),) = read_annotations(github(report(*findings)))

    assert command == "warning"
    assert properties == {
        "file": "infra/web/template.yaml",
        "line": "12",
        "col": "5",
        "title": "LTC001 event-version-unstated",
    }
    assert message == f"It says nothing.\n{findings[0].rule.fix}"


def test_nothing_found_is_nothing_said() -> None:
    assert github(report(files=("template.yaml",))) == ""


def test_a_finding_without_a_file_has_no_place() -> None:
    ((_, properties, _),) = read_annotations(github(report(*found("LTC901", Found(place="", message="No.")))))

    assert properties == {"title": "LTC901 unreadable"}


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_anywhere_stays_in_its_annotation(hostile: str) -> None:
    findings = found("LTC901", Found(place=f"a{hostile}b.yaml:3:1", message=hostile))

    ((command, properties, message),) = read_annotations(github(report(*findings)))

    assert (command, properties["line"]) == ("error", "3")
    assert properties["file"] == f"infra/{findings[0].place.file.replace('//', '/')}"
    assert message == f"{findings[0].message}\n{findings[0].rule.fix}"


@given(st.text())
def test_every_text_comes_back_as_it_was_written(text: str) -> None:
    findings = found("LTC901", Found(place="a.yaml:1:1", message=text))

    ((_, _, message),) = read_annotations(github(report(*findings)))

    assert message == f"{findings[0].message}\n{findings[0].rule.fix}"
