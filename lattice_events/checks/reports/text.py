"""For a person: each finding with its place in the file, what it means and what to do."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable, Iterator, Sequence

from lattice_events.checks.finding import Finding, Place
from lattice_events.checks.reports.report import Report
from lattice_events.checks.rule import Severity

Paint = Callable[[str, str], str]
"""A text in a style (``red``, say), or as it is where there are no colours."""
_STYLES: dict[Severity, str] = {"error": "red", "warning": "yellow", "note": "blue"}
_LINES_BEFORE, _LINES_AFTER = 2, 1
_MAX_WIDTH = 200  # of a line that a person wrote; a longer one is a machine's
# What stands in quotes, or up to what ends a word of YAML: a colon does so before a blank only.
_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|(?:[^\s:,\[\]{}]|:(?=\S))+|\S")
_INDENT = "  "


def text(
    report: Report, *, read_lines: Callable[[str], Sequence[str]], paint: Paint, width: int | None
) -> Iterator[str]:
    """The findings, one after the other, each with an empty line after it.

    Args:
        report: What was found.
        read_lines: Gives the lines of a file; none where it cannot be read.
        paint: Colours a text.
        width: Of the terminal; ``None`` where each paragraph is one line.
    """
    for finding in report.findings:
        parts = (
            _title(finding, paint),
            _paragraph(finding.message, width),
            "",
            *_excerpt(finding.place, read_lines(finding.place.file), paint, finding.severity),
            _paragraph(finding.rule.fix, width),
            "",
        )
        yield "".join(f"{part}\n" for part in parts)


def ending(report: Report) -> str:
    """How many there are, and what tells more."""
    if not report.findings:
        return report.summary()
    codes = list(dict.fromkeys(each.code for each in report.findings))
    about = " about the first" if len(codes) > 1 else ""
    return f"{report.summary()} lattice check --explain {codes[0]} tells more{about}."


def _title(finding: Finding, paint: Paint) -> str:
    """``file:line:column: severity CODE name``."""
    place = finding.place
    construct = f" ({place.construct})" if place.construct else ""
    where = f"{paint(f'{place}{construct}', 'bold')}: " if place.file else ""
    severity = paint(f"{finding.severity} {finding.code}", _STYLES[finding.severity])
    return f"{where}{severity} {finding.rule.name}"


def _paragraph(words: str, width: int | None) -> str:
    if width is None:
        return f"{_INDENT}{words}"
    lines = words.split("\n")  # what another program said is set in, line by line
    return "\n".join(
        textwrap.fill(
            line.strip(),
            width,
            initial_indent=_INDENT,
            subsequent_indent=_INDENT,
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    )


def _excerpt(place: Place, lines: Sequence[str], paint: Paint, severity: Severity) -> Iterator[str]:
    """The line with what stands around it, its key underlined, and an empty line; nothing where there is no such line."""
    shown = _around(place, lines)
    digits = len(str(max(shown, default=0)))
    for number, line in shown.items():
        yield f"{_INDENT}{paint(f'{number:>{digits}} │', 'dim')} {_visible(line)}".rstrip()
        if number == place.line:
            margin = paint(f"{' ' * digits} │", "dim")
            before, carets = _carets(line, place.column)
            yield f"{_INDENT}{margin} {before}{paint(carets, _STYLES[severity])}"
    if shown:
        yield ""


def _around(place: Place, lines: Sequence[str]) -> dict[int, str]:
    """The lines to show, by number, from the first that is not empty; none where they are no help."""
    has_no_line = place.construct and (place.line, place.column) == (1, 1)
    if place.line > len(lines) or has_no_line:
        return {}
    first = max(place.line - _LINES_BEFORE, 1)
    while first < place.line and not lines[first - 1].strip():
        first += 1
    shown = dict(enumerate(lines[first - 1 : place.line + _LINES_AFTER], first))
    return {} if any(len(line) > _MAX_WIDTH for line in shown.values()) else shown


def _carets(line: str, column: int) -> tuple[str, str]:
    """What stands below a line to point at the word that begins in a column: blanks, and carets."""
    found = _WORD.match(line, column - 1)
    return " " * _width(line[: column - 1]), "^" * max(_width(found[0] if found else ""), 1)


def _visible(line: str) -> str:
    """A line of a file without what drives a terminal."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "?" for char in line)


def _width(line: str) -> int:
    """How many cells of a terminal a text takes."""
    from rich.cells import cell_len

    return cell_len(_visible(line))
