"""Write access log records, a JSON object a line, to a file or standard output."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from io import FileIO

from lattice_events.errors import ConfigurationError
from lattice_events.local.output.records import Notice, Record, Report
from lattice_events.local.output.standard_output import or_end_the_run, write_text
from lattice_events.local.output.writer import LeftOut, count_of, writing
from lattice_events.network.access_log import access_log_record
from lattice_events.network.exchange import Exchange


@contextmanager
def access_log(file: str, *, report: Report) -> Iterator[Report]:
    """Open a log for appending, to which exchanges are reported as well: a path, or ``-`` for standard output.

    Args:
        file: Where to; nothing for no log.
        report: Told everything, and when the log cannot be written.

    Raises:
        ConfigurationError: The file cannot be opened.
    """
    if not file:
        yield report
        return
    with _opened(file, report) as write, writing(_Log(write, report)) as log:

        def report_and_log(record: Record) -> None:
            report(record)
            if isinstance(record, Exchange) and record.is_to_service:
                log(record)

        yield report_and_log


@contextmanager
def _opened(file: str, report: Report) -> Iterator[Callable[[str], None]]:
    """What writes texts to a file or standard output."""
    if file == "-":
        yield _print_text
        return
    try:
        # What requests say of callers is nobody else's to read.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigurationError(f"--access-log {file} cannot be written: {error.strerror}.") from error
    with FileIO(descriptor, "a") as opened:
        yield _FileLog(opened, file, report)


def _print_text(text: str) -> None:
    with or_end_the_run():
        write_text(sys.stdout, text)


class _Log:
    """Makes the lines of exchanges."""

    def __init__(self, write: Callable[[str], None], report: Report) -> None:
        self._write = write
        self._report = report

    def __call__(self, exchanges: Sequence[Exchange | LeftOut]) -> None:
        """Write a line for each that was to a service, and report how many are missing."""
        kept = [each for each in exchanges if not isinstance(each, LeftOut)]
        self._write("".join(f"{json.dumps(access_log_record(each))}\n" for each in kept))
        missing = count_of(exchanges) - len(kept)
        if missing:
            text = f"{missing:,} requests are not in the access log: it was written too slowly."
            self._report(Notice(source="access log", text=text, stream="stderr"))


class _FileLog:
    """Writes lines until that fails, and says so once: requests are served without a log too."""

    def __init__(self, opened: FileIO, file: str, report: Report) -> None:
        self._opened = opened
        self._file = file
        self._report = report
        self._has_failed = False

    def __call__(self, text: str) -> None:
        """Write whole lines."""
        if self._has_failed:
            return
        lines = text.encode()
        try:
            if self._opened.write(lines) != len(lines):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._has_failed = True
            said = f"--access-log {self._file} cannot be written: {error.strerror}. This run writes no more records."
            self._report(Notice(source="access log", text=said, stream="stderr"))
