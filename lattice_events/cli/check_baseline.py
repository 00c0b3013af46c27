"""The baseline of `lattice check`: findings that a project lives with."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

from lattice_events.checks.baseline import Recorded, baseline_text, compare, parse_baseline, renewed
from lattice_events.checks.finding import Finding
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.readers.common.files import read_text, shown

_SHOWN = 3  # of what is gone; the others are counted
_OPTIONS = (
    click.option(
        "--baseline",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Do not tell the findings that FILE records.",
    ),
    click.option(
        "--write-baseline",
        "is_written",
        is_flag=True,
        help="Record the findings in the FILE of --baseline instead of telling them.",
    ),
)


@dataclass(frozen=True, kw_only=True)
class Baseline:
    """The file of a run, and what is in it.

    Attributes:
        file: Where it is.
        is_written: Whether this run writes it anew.
        recorded: What it had before.
    """

    file: Path
    is_written: bool
    recorded: Sequence[Recorded] = field(default=(), repr=False)

    @property
    def name(self) -> str:
        """How messages call the file."""
        return shown(self.file)

    def apply(
        self, findings: Sequence[Finding], *, paths: Iterable[Path], codes: Iterable[str]
    ) -> tuple[Sequence[Finding], list[str]]:
        """The findings to tell, and what else to say.

        Args:
            findings: All of the run.
            paths: That were checked.
            codes: Of the rules that were asked for.

        Raises:
            ConfigurationError: The file cannot be written.
        """
        root = os.path.dirname(os.path.abspath(self.file))
        checked, asked = [os.path.abspath(path) for path in paths], set(codes)

        def is_looked_for(recorded: Recorded) -> bool:
            file = Path(os.path.normpath(os.path.join(root, recorded.file)))
            return recorded.code in asked and any(file.is_relative_to(path) for path in checked)

        how: dict[str, Any] = {"folder": os.getcwd(), "root": root, "is_looked_for": is_looked_for}
        if not self.is_written:
            compared = compare(findings, self.recorded, **how)
            return compared.new, _about_gone(compared.gone, self.file)
        renewal = renewed(findings, self.recorded, **how)
        left = compare(findings, renewal, **how).new
        if left:  # what cannot be read hides what else is wrong
            return left, [f"{shown(self.file)} is not written: first mend what cannot be read."]
        _write(self.file, baseline_text(renewal))
        return (), [f"{shown(self.file)} records {_counted(len(renewal))}."]


def baseline_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of a baseline."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def read_baseline(file: Path | None, *, is_written: bool) -> Baseline | None:
    """The baseline that the options name; ``None`` where they name none.

    Raises:
        ConfigurationError: It is not there, or is none; or nothing says which file to write.
    """
    if file is None:
        if is_written:
            raise ConfigurationError("--write-baseline needs --baseline FILE: the file to write.")
        return None
    if is_written:
        return Baseline(file=file, is_written=True, recorded=_recorded_before(file))
    if not file.exists():
        message = "There is no such baseline. Write it with --write-baseline."
        raise ConfigurationError([Problem(message, shown(file))])
    return Baseline(
        file=file, is_written=False, recorded=parse_baseline(read_text(file, shown(file)), shown(file))
    )


def _recorded_before(file: Path) -> Sequence[Recorded]:
    """What a file records that is written anew; nothing where it is none."""
    try:
        return parse_baseline(read_text(file, shown(file)), shown(file))
    except ConfigurationError:
        return ()


def _about_gone(gone: Sequence[Recorded], file: Path) -> list[str]:
    if not gone:
        return []
    names = [f"{each.code} of {each.file}{f' ({each.resource})' if each.resource else ''}" for each in gone]
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    verb = "is" if len(gone) == 1 else "are"
    return [
        f"{shown(file)} records {_counted(len(gone))} that {verb} no longer there: {', '.join(names[:_SHOWN])}{more}. "
        "Write it again with --write-baseline."
    ]


def _counted(count: int) -> str:
    return f"{count} finding{'' if count == 1 else 's'}"


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(
            [Problem(f"The baseline cannot be written: {error.strerror}.", shown(file))]
        ) from error
