from __future__ import annotations

import json
from typing import Any

import pytest

from lattice_events.checks.finding import Finding
from lattice_events.checks.reports.report import Report
from lattice_events.checks.reports.sarif import sarif
from lattice_events.checks.rule import Found, found_in
from lattice_events.checks.table import RULES
from lattice_events.definitions.values import Resource
from tests.reporting import HOSTILE, found, read_sarif, report


def run_of(told: Report) -> dict[str, Any]:
    return read_sarif(sarif(told))


def group(line: int, *path: str | int) -> Found:
    """A mistake of a resource that stands at a line."""
    resource = Resource(
        name="OrdersGroup",
        type="AWS::VpcLattice::TargetGroup",
        stack="shop",
        region="us-east-1",
        account="123456789012",
        arn="",
        written={},
        locate=lambda path: f"template.yaml:{line + len(path)}:3",
        resolve=dict,
    )
    return found_in(resource, *path, message=f"Line {line}.")


def fingerprints(findings: list[Finding]) -> list[Any]:
    return [each["partialFingerprints"] for each in run_of(report(*findings))["results"]]


def test_nothing_found_is_an_empty_list_of_results() -> None:
    run = run_of(report(files=("template.yaml",)))

    assert run["results"] == []
    assert run["tool"]["driver"]["rules"] == []


def test_a_log_has_the_rules_of_its_results_only() -> None:
    findings = [*found("LTC105", group(3)), *found("LTC001", group(12)), *found("LTC105", group(20))]

    run = run_of(report(*findings))

    assert [each["id"] for each in run["tool"]["driver"]["rules"]] == ["LTC001", "LTC105"]
    assert [(each["ruleId"], each["ruleIndex"]) for each in run["results"]] == [
        ("LTC105", 1),
        ("LTC001", 0),
        ("LTC105", 1),
    ]


def test_a_result_names_its_rule_place_and_resource() -> None:
    findings = found("LTC001", group(12))

    (result,) = run_of(report(*findings))["results"]

    assert result.pop("partialFingerprints")
    assert result == {
        "ruleId": "LTC001",
        "ruleIndex": 0,
        "level": "warning",
        "message": {"text": f"Line 12. {findings[0].rule.fix}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": "infra/template.yaml", "uriBaseId": "%SRCROOT%"},
                    "region": {"startLine": 12, "startColumn": 3},
                },
                "logicalLocations": [
                    {"name": "OrdersGroup", "fullyQualifiedName": "shop/OrdersGroup", "kind": "resource"}
                ],
            }
        ],
    }


def test_a_rule_says_what_code_scanning_shows() -> None:
    rule = RULES[0]

    described = run_of(report(*found("LTC001", group(12))))["tool"]["driver"]["rules"][0]

    assert described.pop("help")["markdown"].startswith(rule.reason)
    assert described == {
        "id": "LTC001",
        "name": "event-version-unstated",
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": rule.why},
        "helpUri": rule.source[0],
        "defaultConfiguration": {"level": "warning"},
        "properties": {"tags": ["target groups"], "precision": "high", "problem.severity": "warning"},
    }


def test_fingerprints_stay_when_lines_move() -> None:
    written = [group(12), group(12, "Config"), Found(place="b.yaml:7:1", message="See b.yaml:7:1.")]
    moved = [group(40), group(40, "Config"), Found(place="b.yaml:9:1", message="See b.yaml:9:1.")]

    before = fingerprints(found("LTC001", *written))

    assert before == fingerprints(found("LTC001", *moved))
    assert len({json.dumps(each) for each in before}) == 3


def test_equal_findings_of_a_file_are_counted() -> None:
    twice = [Found(place=f"b.yaml:{line}:1", message="Not this.") for line in (3, 4)]

    first, second = fingerprints(found("LTC901", *twice))

    assert first["latticeCheck/v1"].removesuffix(":1") == second["latticeCheck/v1"].removesuffix(":2")


def test_no_path_of_this_machine_is_in_a_log() -> None:
    findings = found("LTC901", Found(place="/home/someone/shop/k8s/route.yaml:1:1", message="No."))

    log = sarif(report(*findings))

    assert "someone" not in log
    assert '"uri": "k8s/route.yaml"' in log


@pytest.mark.parametrize("hostile", HOSTILE)
def test_text_from_anywhere_is_valid(hostile: str) -> None:
    findings = found("LTC901", Found(place=f"a{hostile}b #?.yaml:3:1", message=hostile))

    (result,) = run_of(report(*findings))["results"]

    assert "](" not in result["message"]["text"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri.isascii()
    assert uri.endswith("b%20%23%3F.yaml")
