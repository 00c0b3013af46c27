from __future__ import annotations

from xml.etree import ElementTree

import pytest

from lattice_events.checks.reports.junit import junit
from lattice_events.checks.reports.report import Report
from lattice_events.checks.rule import Found
from lattice_events.checks.table import RULE_BY_CODE
from tests.reporting import HOSTILE, found, read_junit, report


def written(told: Report) -> ElementTree.Element:
    return read_junit(junit(told))


def cases(root: ElementTree.Element) -> list[tuple[str | None, str | None, bool]]:
    """File, rule and whether it fails, of each test case."""
    return [
        (case.get("classname"), case.get("name"), case.find("failure") is not None)
        for case in root.iter("testcase")
    ]


def test_a_file_without_mistakes_passes() -> None:
    root = written(report(files=("a.yaml", "b.yaml")))

    assert cases(root) == [("a.yaml", "no mistakes", False), ("b.yaml", "no mistakes", False)]
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("2", "0", "0")


def test_findings_of_a_rule_in_a_file_are_one_test_case() -> None:
    unread = [Found(place=f"a.yaml:{line}:1", message=f"Mistake {line}.") for line in (3, 9)]
    unread.append(Found(place="b.yaml:1:1", message="Another."))
    unsaid = found("LTC001", Found(place="a.yaml:5:1", message="It says nothing."))

    root = written(report(*sorted([*found("LTC901", *unread), *unsaid], key=lambda each: each.place)))

    assert cases(root) == [
        ("a.yaml", "LTC001 event-version-unstated", False),  # a warning does not fail the run
        ("a.yaml", "LTC901 unreadable", True),
        ("b.yaml", "LTC901 unreadable", True),
    ]
    failure = root.find(".//failure")
    assert failure is not None
    assert failure.attrib == {"type": "error", "message": "Mistake 3."}
    fix = RULE_BY_CODE["LTC901"].fix
    assert failure.text == f"a.yaml:3:1: Mistake 3.\na.yaml:9:1: Mistake 9.\n{fix}\n"
    assert (root.get("tests"), root.get("failures")) == ("3", "2")


def test_a_warning_fails_where_it_fails_the_run() -> None:
    findings = found("LTC001", Found(place="a.yaml:5:1", message="It says nothing."))

    root = written(report(*findings, fail_on="warning"))

    assert cases(root) == [("a.yaml", "LTC001 event-version-unstated", True)]


def test_a_finding_without_a_file_is_the_tool_s() -> None:
    root = written(report(*found("LTC901", Found(place="", message="No."))))

    assert cases(root) == [("lattice check", "LTC901 unreadable", True)]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_anywhere_is_valid_xml_and_comes_back(hostile: str) -> None:
    findings = found("LTC901", Found(place=f"a{hostile}b.yaml:3:1", message=hostile))

    root = written(report(*findings))

    failure = root.find(".//failure")
    assert failure is not None
    assert failure.get("message") == findings[0].message
    assert [case[0] for case in cases(root)] == [findings[0].place.file]
