"""Findings that a project lives with: a file of them, so that only new ones are told.

A finding is known by its rule, its file, and what is wrong there; never by a line, so that it stays known when lines
move. Files are named as seen from the folder of the baseline, so that it means the same on every machine.
"""

from __future__ import annotations

import json
import os.path
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import PurePath
from typing import Any

from lattice_events.checks.finding import Finding, fingerprints
from lattice_events.checks.rules.reading import unreadable
from lattice_events.errors import ConfigurationError, Problem

VERSION = 1
_FORM = 'A baseline is {"version": 1, "findings": […]}: let --write-baseline write it again.'


@dataclass(frozen=True, kw_only=True, order=True)
class Recorded:
    """One finding of a baseline.

    Attributes:
        code: Of the rule.
        file: With slashes, as seen from the baseline; empty for a finding that is in no file.
        resource: Its logical id, for who reads the baseline; empty for none.
        fingerprint: What it is known by in its file.
    """

    code: str
    file: str
    resource: str
    fingerprint: str


_KEYS = frozenset(each.name for each in fields(Recorded))


@dataclass(frozen=True, kw_only=True)
class Compared:
    """Findings beside a baseline.

    Attributes:
        new: Those that are not recorded.
        gone: What is recorded and was not found.
    """

    new: tuple[Finding, ...]
    gone: tuple[Recorded, ...]


def record(findings: Sequence[Finding], *, folder: str, root: str) -> list[Recorded]:
    """How a baseline has each of some findings.

    Args:
        findings: All of a run.
        folder: From which their relative paths start; absolute.
        root: The folder of the baseline; absolute.
    """
    return [
        Recorded(
            code=each.code,
            file=_seen_from(root, os.path.join(folder, each.place.file)) if each.place.file else "",
            resource=each.resource.name if each.resource else "",
            fingerprint=name,
        )
        for each, name in zip(findings, fingerprints(findings), strict=True)
    ]


def compare(
    findings: Sequence[Finding],
    baseline: Iterable[Recorded],
    *,
    folder: str,
    root: str,
    is_looked_for: Callable[[Recorded], bool],
) -> Compared:
    """Tell new findings from those of a baseline; what cannot be read is always new, as other mistakes may hide behind it, and so is what explains that.

    Args:
        findings: All of a run.
        baseline: What is recorded.
        folder: From which relative paths start; absolute.
        root: The folder of the baseline; absolute.
        is_looked_for: Whether the run would have found what is recorded.
    """
    known = set(baseline)
    here = record(findings, folder=folder, root=root)
    new = [
        each
        for each, name in zip(findings, here, strict=True)
        if not _is_recordable(each) or name not in known
    ]
    gone = [each for each in sorted(known.difference(here)) if is_looked_for(each)]
    return Compared(new=tuple(new), gone=tuple(gone))


def renewed(
    findings: Sequence[Finding],
    baseline: Iterable[Recorded],
    *,
    folder: str,
    root: str,
    is_looked_for: Callable[[Recorded], bool],
) -> list[Recorded]:
    """What a baseline has after a run: its findings, and what the run did not look for; see `compare`."""
    here = record(findings, folder=folder, root=root)
    found = {name for each, name in zip(findings, here, strict=True) if _is_recordable(each)}
    return sorted(found.union(each for each in baseline if not is_looked_for(each)))


def baseline_text(recorded: Iterable[Recorded]) -> str:
    """The file of some findings."""
    value = {"version": VERSION, "findings": [asdict(each) for each in recorded]}
    return json.dumps(value, indent=2) + "\n"


def parse_baseline(text: str, file: str) -> list[Recorded]:
    """What a file records.

    Args:
        text: Of the file.
        file: How to call it in problems.

    Raises:
        ConfigurationError: It is no baseline, or one of another version.
    """
    value = _parsed(text, file)
    version = value.get("version") if isinstance(value, dict) else None
    if isinstance(version, int) and version != VERSION:
        message = f"This baseline has version {version}, but this lattice reads version {VERSION}: let --write-baseline write it again."
        raise ConfigurationError([Problem(message, file)])
    findings = value.get("findings") if version == VERSION else None
    if not isinstance(findings, list):
        raise ConfigurationError([Problem(f"This is no baseline. {_FORM}", file)])
    wrong = [index for index, each in enumerate(findings) if not _is_recorded(each)]
    if wrong:
        message = (
            f"findings[{wrong[0]}] must have the texts {', '.join(sorted(_KEYS))}, and nothing else. {_FORM}"
        )
        raise ConfigurationError([Problem(message, file)])
    return [Recorded(**each) for each in findings]


def _parsed(text: str, file: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise ConfigurationError(
            [Problem(f"This is no baseline, as it is no JSON: {reason}. {_FORM}", file)]
        ) from error


def _is_recorded(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and value.keys() == _KEYS
        and all(isinstance(each, str) for each in value.values())
    )


def _is_recordable(finding: Finding) -> bool:
    return finding.code != unreadable.RULE.code and not finding.explains


def _seen_from(root: str, path: str) -> str:
    return PurePath(os.path.relpath(path, root)).as_posix()
