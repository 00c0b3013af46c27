"""What functions write while a command runs them for its own answer: on standard error, and nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import suppress

from lattice_events.local.output.records import LogRecord, Record
from lattice_events.local.output.standard_output import write_text
from lattice_events.local.output.writer import LeftOut


def print_function_lines(records: Sequence[Record | LeftOut]) -> None:
    """Print the lines among the records."""
    lines = [each.text.replace("\r", "\n") for each in records if isinstance(each, LogRecord)]
    with suppress(OSError):  # the answer may be all that is wanted
        write_text(sys.stderr, "".join(f"{line}\n" for line in lines))
