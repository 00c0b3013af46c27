from __future__ import annotations

import json

import pytest

from lattice_events.checks.reports.json_object import json_object
from lattice_events.checks.rule import Edit, Found
from tests.reporting import HOSTILE, found, report


def test_the_object_has_the_findings_and_how_many_there_are() -> None:
    edit = Edit(place="a.yaml:4:3", name="Properties", inside="Config", value={})
    mended = Found(place="a.yaml:4:3 (App/Group)", message="It says nothing.", edits=(edit,))
    findings = found("LTC001", mended)

    value = json.loads(json_object(report(*findings, files=("a.yaml", "b.yaml"))))

    assert len(value["findings"][0].pop("fingerprint")) == 18
    assert value == {
        "format": 1,
        "version": "1.2.3",
        "findings": [
            {
                "code": "LTC001",
                "name": "event-version-unstated",
                "severity": "warning",
                "file": "a.yaml",
                "line": 4,
                "column": 3,
                "construct": "App/Group",
                "resource": "",
                "path": [],
                "message": "It says nothing.",
                "fix": findings[0].rule.fix,
                "fixable": True,
                "source": list(findings[0].rule.source),
            }
        ],
        "files": ["a.yaml", "b.yaml"],
        "notes": [],
        "summary": {"errors": 0, "warnings": 1, "notes": 0, "known": 0},
    }


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_anywhere_comes_back(hostile: str) -> None:
    findings = found("LTC901", Found(place="a.yaml:1:1", message=hostile))

    written = json_object(report(*findings))

    assert written.isascii()
    assert [each["message"] for each in json.loads(written)["findings"]] == [findings[0].message]
