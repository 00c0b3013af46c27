"""For code hosts and editors: a SARIF 2.1.0 log with a result for each finding, and the rules of those.

Source:
    https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
    https://docs.github.com/en/code-security/reference/code-scanning/sarif-files/sarif-support
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from lattice_events.checks.finding import Finding, Place, fingerprints
from lattice_events.checks.pages import body
from lattice_events.checks.reports.report import Report
from lattice_events.checks.rule import Rule

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_FINGERPRINT = "latticeCheck/v1"
# What code hosts sort by: they know no notes there.
_PROBLEM_SEVERITY = {"error": "error", "warning": "warning", "note": "recommendation"}


def sarif(report: Report) -> str:
    """A log with one run; no path of this machine is in it."""
    run = {
        "tool": {"driver": _driver(report)},
        "invocations": [{"executionSuccessful": True}],
        "originalUriBaseIds": {_ROOT: {"description": {"text": "The root of the repository."}}},
        "columnKind": "unicodeCodePoints",
        "results": _results(report),
    }
    return f"{json.dumps({'$schema': _SCHEMA, 'version': '2.1.0', 'runs': [run]}, indent=2)}\n"


def _driver(report: Report) -> dict[str, Any]:
    return {
        "name": "lattice check",
        "version": report.version,
        "semanticVersion": report.version,
        "rules": [_rule(each) for each in _rules(report)],
    }


def _rules(report: Report) -> list[Rule]:
    """Those that found something: the pages of all of them are 400 KB."""
    return sorted({each.code: each.rule for each in report.findings}.values(), key=lambda rule: rule.code)


def _rule(rule: Rule) -> dict[str, Any]:
    page = body(rule)
    return {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.reason},
        "fullDescription": {"text": rule.why},
        "help": {"text": page, "markdown": page},
        "helpUri": rule.source[0],
        "defaultConfiguration": {"level": rule.severity},
        "properties": {
            "tags": [rule.family],
            "precision": "high",
            "problem.severity": _PROBLEM_SEVERITY[rule.severity],
        },
    }


def _results(report: Report) -> list[dict[str, Any]]:
    index = {rule.code: number for number, rule in enumerate(_rules(report))}
    names = fingerprints(report.findings)
    return [
        {
            "ruleId": finding.code,
            "ruleIndex": index[finding.code],
            "level": finding.severity,
            "message": {"text": _plain(f"{finding.message} {finding.rule.fix}")},
            "locations": _locations(finding, report),
            "partialFingerprints": {_FINGERPRINT: name},
        }
        for finding, name in zip(report.findings, names, strict=True)
    ]


def _plain(text: str) -> str:
    """A text in which nothing is a link, as ``[text](where)`` would be."""
    return text.replace("](", "] (")


def _locations(finding: Finding, report: Report) -> list[dict[str, Any]]:
    if not finding.place.file:
        return []
    location: dict[str, Any] = {"physicalLocation": _physical(finding.place, report)}
    resource = finding.resource
    if resource is not None:
        name = {"name": resource.name, "fullyQualifiedName": f"{resource.stack}/{resource.name}"}
        location["logicalLocations"] = [{**name, "kind": "resource"}]
    return [location]


def _physical(place: Place, report: Report) -> dict[str, Any]:
    return {
        "artifactLocation": {"uri": quote(report.from_root(place.file)), "uriBaseId": _ROOT},
        "region": {"startLine": place.line, "startColumn": place.column},
    }
