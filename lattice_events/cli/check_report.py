"""What `lattice check` prints or writes: the findings in a format, notes beside them, and the rules themselves."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from lattice_events import __version__
from lattice_events.checks.finding import Finding, parse_place
from lattice_events.checks.reports.github import github
from lattice_events.checks.reports.json_object import json_object
from lattice_events.checks.reports.junit import junit
from lattice_events.checks.reports.report import Report
from lattice_events.checks.reports.sarif import sarif
from lattice_events.checks.reports.text import ending, text
from lattice_events.cli.check_findings import Choice, Looked
from lattice_events.cli.lines import Paint, in_memory
from lattice_events.cli.printer import print_notes
from lattice_events.errors import ConfigurationError, Problem, Question
from lattice_events.readers.common.files import read_text
from lattice_events.readers.project import Survey

_FORMATS: Mapping[str, Callable[[Report], str]] = {
    "json": json_object,
    "github": github,
    "junit": junit,
    "sarif": sarif,
}
_LINE_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what YAML counts as one
_MAX_PLACES = 3  # that a note names
_MAX_OPTIONS = 10  # likewise
_MAX_WIDTH = 100  # of a paragraph that is easy to read
_OPTIONS = (
    click.option(
        "--format",
        "format_",
        type=click.Choice(["text", *_FORMATS]),
        default="text",
        show_default=True,
        help="For people, scripts, annotations of GitHub Actions, test reports, or code scanning.",
    ),
    click.option(
        "-o",
        "--output",
        type=click.Path(dir_okay=False, path_type=Path),
        metavar="FILE",
        help="Write the findings to FILE instead of standard output.",
    ),
    click.option("--quiet", "is_quiet", is_flag=True, help="Print findings only: no notes, no summary."),
)


@dataclass(frozen=True, kw_only=True)
class Output:
    """Where the findings go, and in which form.

    Attributes:
        format_: Its name.
        file: To write to; ``None`` for standard output.
        is_quiet: Whether nothing else is said.
    """

    format_: str
    file: Path | None
    is_quiet: bool


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command every option that says how findings are told."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def tell(looked: Looked, choice: Choice, output: Output) -> None:
    """Print or write the findings, and on standard error what else should be said: that, and the readers' notes.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    findings, found = looked.findings, looked.found
    report = Report(
        version=__version__,
        findings=[replace(each, message=found.hidden(each.message)) for each in findings],
        files=_files(found),
        notes=[*looked.said, *_notes(found, findings)],
        folder=os.getcwd(),
        root=_root(Path.cwd()),
        is_failure=lambda each: choice.is_failure((each,)),
        known=looked.known,
        baseline=looked.baseline,
        has_every_rule=choice.has_every_rule,
    )
    if not output.is_quiet:
        print_notes(report.notes)
    if output.format_ == "text":
        written = _text(report, output, found.hidden)
    else:
        written = _FORMATS[output.format_](report)
    put(written, output)
    if not output.is_quiet and (output.file is not None or output.format_ != "text"):
        where = f" {output.file} tells them." if output.file and findings else ""
        click.echo(f"{report.summary()}{where}", err=True)


def _text(report: Report, output: Output, hidden: Callable[[str], str]) -> str:
    """For a person; with colours on a terminal that has them, unless ``NO_COLOR`` is set."""
    paint = painter(output)

    @cache
    def read_lines(file: str) -> Sequence[str]:
        try:
            return _LINE_BREAK.split(hidden(read_text(Path(file), file)))
        except ConfigurationError:
            return ()

    parts = text(
        report,
        read_lines=read_lines,
        paint=paint or (lambda text, _style: text),
        width=min(Console().width, _MAX_WIDTH) if paint else None,
    )
    return "".join(parts) + ("" if output.is_quiet else f"{ending(report)}\n")


def painter(output: Output) -> Paint | None:
    """What colours texts on a terminal; ``None`` where the output goes elsewhere."""
    seen = Console()
    return Paint(in_memory(seen)) if seen.is_terminal and output.file is None else None


def put(written: str, output: Output) -> None:
    """Print or write something.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    if output.file is None:
        click.echo(written, nl=False)
    else:
        _write(output.file, written)


def _files(found: Survey) -> list[str]:
    """Every file that defines something, called as findings call it: as text that every format can carry."""
    definitions = found.definitions
    origins = [each.origin for each in definitions.resources] + [each.origin for each in definitions.objects]
    return sorted({parse_place(Problem("", origin).origin).file for origin in origins} - {""})


def _notes(found: Survey, findings: Sequence[Finding]) -> Iterator[str]:
    """What the readers have to say, without what a finding says of the same place."""
    yield from _unlinked(found)
    yield from _unknown(found)
    places = tuple(f"{written}: " for each in findings for written in each.place.written)
    yield from (note for note in found.notes if not note.startswith(places))


def _unlinked(found: Survey) -> Iterator[str]:
    """That the rules about the network cannot find anything, because of what is wrong, whether or not that is told."""
    wrong = [each for each in found.problems if not isinstance(each, Question)]
    if found.network is not None or not wrong:
        return
    places = list(dict.fromkeys(each.origin for each in wrong if each.origin))
    more = f" and {len(places) - _MAX_PLACES} more" if len(places) > _MAX_PLACES else ""
    where = f" at {', '.join(places[:_MAX_PLACES])}{more}" if places else ""
    what, verb, them = ("mistake", "stands", "it") if len(wrong) == 1 else ("mistakes", "stand", "them")
    yield (
        "Rules about the network as a whole found nothing: it cannot be linked while "
        f"the {what}{where} {verb}. Mend {them} and check again."
    )


def _unknown(found: Survey) -> Iterator[str]:
    """How many values are not known, what is not checked therefore, and how to give them."""
    questions = [each for each in found.problems if isinstance(each, Question)]
    options = list(dict.fromkeys(each.option for each in questions if each.option))
    yield from (str(each) for each in questions if not each.option)
    if options:
        what = "value is" if len(options) == 1 else "values are"
        more = f" and {len(options) - _MAX_OPTIONS} more" if len(options) > _MAX_OPTIONS else ""
        given = f"{' '.join(options[:_MAX_OPTIONS])}{more}"
        yield f"{len(options)} {what} not known here, and nothing that depends on them is checked: give {given}."
    if questions and found.network is None:
        yield "Until this is answered, the rules about the network as a whole find nothing."


def _root(folder: Path) -> str:
    """Of the repository that a folder is in; the folder itself where it is in none."""
    return str(next((each for each in (folder, *folder.parents) if (each / ".git").exists()), folder))


def _write(file: Path, written: str) -> None:
    try:
        file.write_text(written, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ConfigurationError(f"--output {file}: the file cannot be written: {error.strerror}.") from error
