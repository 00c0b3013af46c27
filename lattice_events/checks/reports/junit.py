"""For the test reports of CI systems: a test suite for each file, a test case for each rule that found something there.

The format has no standard; this is Jenkins's schema of it, without what only a run of tests has (times, hosts).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lattice_events.checks.finding import Finding
from lattice_events.checks.reports.report import Report

_TOOL = "lattice check"


def junit(report: Report) -> str:
    """An XML document in ASCII; a file without findings has one test case, which passes."""
    found = {
        file: list(findings) for file, findings in groupby(report.findings, key=lambda each: each.place.file)
    }
    suites = [_suite(file, found.get(file, []), report) for file in sorted({*report.files, *found})]
    root = Element("testsuites", {"name": _TOOL, **_totals(suites), "time": "0"})
    root.extend(suites)
    indent(root)
    return f"{tostring(root, encoding='us-ascii', xml_declaration=True).decode('ascii')}\n"


def _suite(file: str, findings: Sequence[Finding], report: Report) -> Element:
    name = file or _TOOL
    cases = [_case(name, list(each), report) for _, each in _by_rule(findings)]
    cases = cases or [Element("testcase", name="no mistakes", classname=name, time="0")]
    failures = sum(case.find("failure") is not None for case in cases)
    suite = Element(
        "testsuite",
        name=name,
        tests=str(len(cases)),
        failures=str(failures),
        errors="0",
        skipped="0",
        time="0",
    )
    suite.extend(cases)
    return suite


def _by_rule(findings: Sequence[Finding]) -> Sequence[tuple[str, Sequence[Finding]]]:
    """Of one rule together: CI systems take two test cases of one name for one."""
    ordered = sorted(findings, key=lambda each: each.code)
    return [(code, list(each)) for code, each in groupby(ordered, key=lambda each: each.code)]


def _case(classname: str, findings: Sequence[Finding], report: Report) -> Element:
    """A test case that fails if one of the findings makes the run fail; else it says them and passes."""
    first, rule = findings[0], findings[0].rule
    case = Element("testcase", name=f"{rule.code} {rule.name}", classname=classname, time="0")
    text = "\n".join(f"{each.place}: {each.message}" for each in findings) + f"\n{rule.fix}\n"
    if any(map(report.is_failure, findings)):
        failure = SubElement(case, "failure", type=rule.severity, message=first.message)
        failure.text = text
    else:
        SubElement(case, "system-out").text = f"{rule.severity}: {text}"
    return case


def _totals(suites: Sequence[Element]) -> dict[str, str]:
    return {
        name: str(sum(int(suite.attrib[name]) for suite in suites))
        for name in ("tests", "failures", "errors")
    }
