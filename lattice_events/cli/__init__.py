"""The ``lattice`` command; each subcommand is a module of its own."""

from __future__ import annotations

import errno
import io
import os
import sys

from lattice_events.errors import LatticeError, MissingExtraError

INTERRUPTED = 130  # the exit status of a shell for what Ctrl-C ends


def main() -> None:
    """Run the command line: a `LatticeError` is what it says and exit status 2, anything else a bug."""
    try:
        _main()
    except KeyboardInterrupt:  # while a module is loaded; `commands` says what it means in a command
        sys.exit(INTERRUPTED)


def _main() -> None:
    try:
        import click  # noqa: F401 - the first of what the extra brings
    except ImportError:
        sys.exit(str(MissingExtraError("local", needed_for="The lattice command")))
    from lattice_events.cli.commands import lattice

    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # arrows, and names of users, on a terminal that lacks them
            stream.reconfigure(errors="backslashreplace")
    try:
        lattice(prog_name="lattice")
    except LatticeError as error:
        for line in str(error).splitlines():
            print(f"lattice: {line}" if not line.startswith(" ") else line, file=sys.stderr)  # noqa: T201
        sys.exit(2)
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to flush goes there
        sys.exit(f"lattice: {error.strerror}: standard output, or the folder for temporary files, is full.")
