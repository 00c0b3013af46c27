"""What functions write while a command runs them for its own answer: on standard error, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from lattice_events.local.output.platform_log import report_line
from lattice_events.local.output.records import InvocationReport, LogRecord, Record
from lattice_events.local.output.standard_output import write_text
from lattice_events.local.output.writer import LeftOut


def print_function_lines(records: Sequence[Record | LeftOut]) -> None:
    """Print the lines among the records, and what Lambda reports of the invocation."""
    lines = [text for each in records if (text := _text_of(each)) is not None]
    with suppress(OSError):  # the answer may be all that is wanted
        write_text(sys.stderr, "".join(f"{line}\n" for line in lines))


def _text_of(record: Record | LeftOut) -> str | None:
    if isinstance(record, InvocationReport):
        return report_line(record)
    return record.text.replace("\r", "\n") if isinstance(record, LogRecord) else None
