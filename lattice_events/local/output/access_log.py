"""Write access log records, a JSON object a line, to a file or standard output."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import FileIO

from lattice_events.errors import ConfigurationError
from lattice_events.local.output.records import LogRecord, Report
from lattice_events.local.output.standard_output import or_end_the_run

AccessLog = Callable[[Mapping[str, str | int]], None]


@contextmanager
def access_log(file: str, *, report: Report) -> Iterator[AccessLog | None]:
    """Open a log for appending: a path, ``-`` for standard output, or nothing for none.

    Args:
        file: Where to.
        report: Told when the file can be written no more.

    Raises:
        ConfigurationError: The file cannot be opened.
    """
    if not file:
        yield None
        return
    if file == "-":
        yield _print_record
        return
    try:
        # What requests say of callers is nobody else's to read.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigurationError(f"--access-log {file} cannot be written: {error.strerror}.") from error
    with FileIO(descriptor, "a") as opened:
        yield _FileLog(opened, file, report)


def _print_record(record: Mapping[str, str | int]) -> None:
    with or_end_the_run():
        print(json.dumps(record), flush=True)  # noqa: T201


class _FileLog:
    """Writes lines until that fails, and says so once: requests are served without a log too."""

    def __init__(self, opened: FileIO, file: str, report: Report) -> None:
        self._opened = opened
        self._file = file
        self._report = report
        self._has_failed = False

    def __call__(self, record: Mapping[str, str | int]) -> None:
        """Write one line, at once."""
        if self._has_failed:
            return
        line = f"{json.dumps(record)}\n".encode()
        try:
            if self._opened.write(line) != len(line):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            self._has_failed = True
            text = f"--access-log {self._file} cannot be written: {error.strerror}. This run writes no more records."
            self._report(LogRecord(source="access log", text=text, stream="stderr"))
