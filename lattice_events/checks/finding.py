"""What a run of the rules finds, with places as values."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from lattice_events.checks.rule import Edit, Rule, Severity
from lattice_events.definitions.values import Resource

_PLACE = re.compile(
    r"(?P<file>.*?)(?::(?P<line>\d+)(?::(?P<column>\d+))?)?(?: \((?P<construct>.*)\))?", re.DOTALL
)
_IN_TERRAFORM = re.compile(r"(?P<file>.*): (?P<construct>(?:aws_|data\.|module\.).*)", re.DOTALL)
_PLACE_IN_TEXT = re.compile(r"\S+?:\d+(?::\d+)?")  # whose file is called as seen from where the user stands


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands; lines and columns count from 1, and are 1 where only the file is known.

    Attributes:
        file: As the user called it; empty where there is none.
        construct: Of the CDK, the logical id of what a tool made, or the address in a plan or state of Terraform,
            which has no lines; else empty.
    """

    file: str
    line: int = 1
    column: int = 1
    construct: str = ""

    def __str__(self) -> str:
        """``file:line:column``."""
        return f"{self.file}:{self.line}:{self.column}"

    @property
    def written(self) -> tuple[str, ...]:
        """As readers may have written it."""
        if self.construct:
            return (f"{self} ({self.construct})", f"{self.file}: {self.construct}")
        return (str(self),)


def parse_place(text: str) -> Place:
    """The place that a reader tells."""
    address = _IN_TERRAFORM.fullmatch(text)
    if address is not None:
        return Place(address["file"], construct=address["construct"])
    match = _PLACE.fullmatch(text)
    assert match is not None  # every part of the pattern may be missing
    line, column = int(match["line"] or 1), int(match["column"] or 1)
    return Place(match["file"], line, column, match["construct"] or "")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One mistake that was found.

    Attributes:
        rule: Whose mistake it is.
        place: Where it is.
        message: What is wrong there.
        edits: That mend it; empty where a person must decide.
        resource: That is wrong, where there is one.
        path: Of the value in the resource.
        explains: What a reader says of this place, so that no network can be made: left out as long as this is told.
    """

    rule: Rule
    place: Place
    message: str
    edits: tuple[Edit, ...] = ()
    resource: Resource | None = None
    path: tuple[str | int, ...] = ()
    explains: tuple[Finding, ...] = field(default=(), repr=False, compare=False)

    @property
    def code(self) -> str:
        """Of the rule."""
        return self.rule.code

    @property
    def severity(self) -> Severity:
        """Of the rule."""
        return self.rule.severity


def fingerprints(findings: Iterable[Finding]) -> list[str]:
    """What each finding is known by from one run to the next, within its file.

    Neither do lines that move change it, nor the folder in which the user stands. Equal ones of a file are counted, in the order of their places.
    """
    seen: Counter[tuple[str, str]] = Counter()
    found = []
    for each in findings:
        key = (each.place.file, _fingerprint(each))
        seen[key] += 1
        found.append(f"{key[1]}:{seen[key]}")
    return found


def _fingerprint(finding: Finding) -> str:
    """A hash of the rule and of what is wrong: a value of a resource, else what the message says, without places."""
    resource = finding.resource
    what: tuple[object, ...] = (_PLACE_IN_TEXT.sub("", finding.message),)
    if resource is not None:
        what = (resource.name, *finding.path)
    return hashlib.sha256("\0".join(map(str, (finding.code, *what))).encode()).hexdigest()[:16]
