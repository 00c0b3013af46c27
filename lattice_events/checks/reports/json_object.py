"""For scripts: one JSON object."""

from __future__ import annotations

import json
from typing import Any

from lattice_events.checks.finding import Finding, fingerprints
from lattice_events.checks.reports.report import Report

FORMAT = 1
"""Of the object; it changes when a script that reads the object would have to."""


def json_object(report: Report) -> str:
    """The findings, what was checked, and how many there are, on several lines of ASCII."""
    names = fingerprints(report.findings)
    value = {
        "format": FORMAT,
        "version": report.version,
        "findings": [_finding(*each) for each in zip(report.findings, names, strict=True)],
        "files": list(report.files),
        "notes": list(report.notes),
        "summary": {
            **{f"{severity}s": number for severity, number in report.counts.items()},
            "known": report.known,
        },
    }
    return f"{json.dumps(value, indent=2)}\n"


def _finding(finding: Finding, fingerprint: str) -> dict[str, Any]:
    place, rule, resource = finding.place, finding.rule, finding.resource
    return {
        "code": rule.code,
        "name": rule.name,
        "severity": rule.severity,
        "file": place.file,
        "line": place.line,
        "column": place.column,
        "construct": place.construct,
        "resource": resource.name if resource else "",
        "path": list(finding.path),
        "message": finding.message,
        "fix": rule.fix,
        "fixable": bool(finding.edits),
        "source": list(rule.source),
        "fingerprint": fingerprint,
    }
