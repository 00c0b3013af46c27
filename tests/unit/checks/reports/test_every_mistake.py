"""Reports of what is found in every mistake: as many rules as there are, in definitions of every form."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter

import pytest

from lattice_events.checks.finding import Finding
from lattice_events.checks.reports.json_object import json_object
from lattice_events.checks.reports.junit import junit
from lattice_events.checks.reports.sarif import sarif
from tests.checking import findings_in
from tests.mistakes import MISTAKES
from tests.reporting import read_junit, read_sarif, report


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> Sequence[Finding]:
    """Of each mistake by itself, since together they would be one network."""
    made = [mistake.made_in(tmp_path_factory.mktemp(str(mistake))) for mistake in MISTAKES]
    return sorted((each for folder in made for each in findings_in(folder)), key=attrgetter("place"))


def test_sarif_has_a_result_for_each(findings: Sequence[Finding]) -> None:
    run = read_sarif(sarif(report(*findings)))

    assert [each["ruleId"] for each in run["results"]] == [each.code for each in findings]
    rules = run["tool"]["driver"]["rules"]
    assert [rules[each["ruleIndex"]]["id"] for each in run["results"]] == [each.code for each in findings]


def test_junit_has_a_test_case_for_each_rule_of_a_file(findings: Sequence[Finding]) -> None:
    suites = read_junit(junit(report(*findings)))

    cases = [(each.get("classname"), each.get("name")) for each in suites.iter("testcase")]
    assert len(cases) == len(set(cases))
    assert set(cases) == {(each.place.file, f"{each.code} {each.rule.name}") for each in findings}


def test_fingerprints_tell_the_findings_of_a_file_apart(findings: Sequence[Finding]) -> None:
    told = json.loads(json_object(report(*findings)))["findings"]

    assert len({(each["file"], each["fingerprint"]) for each in told}) == len(findings)
