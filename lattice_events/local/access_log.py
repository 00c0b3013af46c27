"""Write access log records, a JSON object a line, to a file or standard output."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from lattice_events.errors import ConfigurationError
from lattice_events.local.gateway import AccessLog


@contextmanager
def access_log(file: str) -> Iterator[AccessLog | None]:
    """Open a log for appending: a path, ``-`` for standard output, or nothing for none.

    Raises:
        ConfigurationError: The file cannot be written.
    """
    if not file:
        yield None
        return
    if file == "-":
        yield partial(_write, sys.stdout)
        return
    try:
        # What requests say of callers is nobody else's to read.
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise ConfigurationError(f"--access-log {file} cannot be written: {error.strerror}.") from error
    with open(descriptor, "a", encoding="utf-8") as opened:
        yield partial(_write, opened)


def _write(stream: TextIO, record: Mapping[str, str | int]) -> None:
    """One line, at once."""
    print(json.dumps(record), file=stream, flush=True)
