"""For GitHub Actions: a workflow command for each finding, which annotates the line in a pull request.

Source:
    https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Mapping

from lattice_events.checks.finding import Finding
from lattice_events.checks.reports.report import Report
from lattice_events.checks.rule import Severity

_COMMANDS: dict[Severity, str] = {"error": "error", "warning": "warning", "note": "notice"}
# As the toolkit of GitHub Actions writes them; the percent sign first.
_IN_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_PROPERTY = _IN_DATA | {":": "%3A", ",": "%2C"}


def github(report: Report) -> str:
    """A line for each finding; none where there is none."""
    return "".join(_command(each, report) for each in report.findings)


def _command(finding: Finding, report: Report) -> str:
    place = finding.place
    where = {"file": report.from_root(place.file), "line": place.line, "col": place.column}
    properties = {**(where if place.file else {}), "title": f"{finding.code} {finding.rule.name}"}
    written = ",".join(f"{name}={_escaped(str(value), _IN_PROPERTY)}" for name, value in properties.items())
    message = _escaped(f"{finding.message}\n{finding.rule.fix}", _IN_DATA)
    return f"::{_COMMANDS[finding.severity]} {written}::{message}\n"


def _escaped(text: str, table: Mapping[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
