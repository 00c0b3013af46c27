"""Print what a run reports: for a person, or one JSON object a line."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Protocol

import click
from rich.console import Console
from rich.text import Text

from lattice_events.cli.banner import banner
from lattice_events.cli.cloud_lines import cloud_banner, deployed_lines
from lattice_events.cli.cloud_report import CloudReady, Deployed
from lattice_events.cli.json_lines import json_line
from lattice_events.cli.key_note import KeyNote
from lattice_events.cli.lines import Lines, cleared, in_memory, plain, rendered
from lattice_events.cli.progress import Progress
from lattice_events.cli.reload_report import Reloaded, reload_lines
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.local.output.records import (
    InvocationReport,
    InvokeRecord,
    LogRecord,
    Notice,
    Record,
    RequestRecord,
    request_record,
)
from lattice_events.local.output.standard_output import or_end_the_run, write_text
from lattice_events.local.output.writer import LeftOut
from lattice_events.local.run.ready import Ready
from lattice_events.network.exchange import Exchange

_MAX_HELD_LINES = 10_000  # of an invocation that is still running
_MAX_HELD_CHARACTERS = 4 * 1024 * 1024
Item = Record | LeftOut | Ready | CloudReady | Deployed | Reloaded | ApiCall
Told = (
    RequestRecord
    | InvokeRecord
    | InvocationReport
    | LogRecord
    | Ready
    | CloudReady
    | Deployed
    | Reloaded
    | ApiCall
)


class Printer(Protocol):
    """How a run tells what happens."""

    progress: Progress
    """Of what takes seconds, until something is printed."""

    def write(self, items: Sequence[Item]) -> None:
        """Everything runs, or things happened; blocks as long as nobody reads."""


def choose_printer(*, as_json: bool, access_log: str = "", is_quiet: bool = False) -> Printer:
    """The printer for scripts, or the one for people; a quiet one leaves out what goes as it should.

    Raises:
        click.UsageError: Standard output is the access log's.
    """
    if as_json and access_log == "-":
        raise click.UsageError(
            "--json and --access-log - both write to standard output: give --access-log a file."
        )
    printer = JsonPrinter() if as_json else HumanPrinter(to_stderr=access_log == "-")
    return QuietPrinter(printer) if is_quiet else printer


class JsonPrinter:
    """One JSON object a line on standard output; the first is ``ready``."""

    def __init__(self) -> None:
        """Say on standard error, which scripts do not read, what takes its time."""
        self.progress = Progress()

    def write(self, items: Sequence[Item]) -> None:
        """Print everything as it is."""
        self.progress.end()
        with or_end_the_run():
            write_text(sys.stdout, "".join(json_line(told(item)) for item in items))


class HumanPrinter:
    """A banner, then a line a request with the function's own output below."""

    def __init__(self, *, to_stderr: bool = False) -> None:
        """Write to the terminal; colours go where there is none, and with ``NO_COLOR``."""
        self._seen = Console(stderr=to_stderr)
        self._stream = self._seen.file
        self._console = in_memory(self._seen)
        self.progress = Progress()
        self._lines = Lines(self._console)
        self._held = _Held()

    def write(self, items: Sequence[Item]) -> None:
        """Print the banner, and lines; what a function writes waits for the line of its request."""
        self.progress.end()
        self._lines.columns.width = self._seen.width if self._stream.isatty() else 0
        with or_end_the_run():
            write_text(self._stream, "".join(self._shown(told(item)) for item in items))

    def _shown(self, item: Told) -> str:
        """The text of one of them; nothing for a line that waits."""
        match item:
            case RequestRecord() | InvokeRecord():
                return self._ended(item)
            case InvocationReport() | LogRecord():
                return self._written(item)
            case Ready():
                self._lines.expect(item.network)
                return banner(item, self._console)
            case CloudReady():
                self._lines.expect(item.ready.network)
                return rendered(self._console, *cloud_banner(item)) + banner(item.ready, self._console)
            case Deployed():
                self._lines.expect(item.ready.network)
                return rendered(self._console, *deployed_lines(item))
            case Reloaded():
                return rendered(self._console, *reload_lines(item))
            case ApiCall():
                return self._lines.api_call(item)

    def _ended(self, record: RequestRecord | InvokeRecord) -> str:
        """A line, and what the function wrote meanwhile."""
        if isinstance(record, RequestRecord):
            return self._lines.request(record) + self._held.pop(record.invocation_id)
        return self._lines.invocation(record) + self._held.pop(record.invocation_id)

    def _written(self, record: LogRecord | InvocationReport) -> str:
        """A function's line, which waits for that of its request, or one that waits for nothing."""
        if isinstance(record, KeyNote):
            screen = cleared(self._console) if record.clears else ""
            return screen + rendered(self._console, Text(record.text, style="dim"))
        line = self._lines.log(record)
        return line if record.invocation_id is None else self._held.add(record.invocation_id, line)


class _Held:
    """Lines of invocations that are still running, but not too many."""

    def __init__(self) -> None:
        self._lines: defaultdict[str | None, list[str]] = defaultdict(list)
        self._characters: Counter[str | None] = Counter()

    def add(self, invocation_id: str | None, line: str) -> str:
        """Keep a line; all lines of the invocation if it has too many."""
        lines = self._lines[invocation_id]
        lines.append(line)
        self._characters[invocation_id] += len(line)
        if len(lines) > _MAX_HELD_LINES or self._characters[invocation_id] > _MAX_HELD_CHARACTERS:
            return self.pop(invocation_id)
        return ""

    def pop(self, invocation_id: str | None) -> str:
        """What an invocation has written."""
        lines = self._lines.pop(invocation_id, None)
        if lines is None:
            return ""
        del self._characters[invocation_id]
        return "".join(lines)


class QuietPrinter:
    """Passes on what a person must see: the banner, what the network itself has to say, and what failed."""

    def __init__(self, printer: Printer) -> None:
        """Print by another printer."""
        self._printer = printer
        self.progress = printer.progress

    def write(self, items: Sequence[Item]) -> None:
        """Print what is left of them."""
        self._printer.write([item for item in items if _is_loud(item)])


def _is_loud(item: Item) -> bool:
    """Whether it is not what always happens."""
    match item:
        case Exchange() | RequestRecord() | ApiCall():
            return item.status >= 500
        case InvokeRecord():
            return item.error_type is not None
        case InvocationReport():
            return False
        case LogRecord():
            return isinstance(item, Notice)
        case Ready() | LeftOut() | CloudReady() | Deployed() | Reloaded():
            return True


def told(item: Item) -> Told:
    """What stands for it in the output."""
    if isinstance(item, Exchange):
        return request_record(item)
    if isinstance(item, LeftOut):
        text = f"{item.records:,} records are left out here: the output was not read."
        return Notice(source="lattice dev", text=text, stream="stderr")
    return item


def print_notes(notes: Sequence[str]) -> None:
    """What should be said about the sources, on standard error."""
    for note in notes:
        print(f"note  {plain(note)}", file=sys.stderr)  # noqa: T201
