"""``--variable`` and ``--variable-file``: what only AWS knows, by ``KIND:NAME``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.readers.common.files import read_text


def read_variables(given: Iterable[str], files: Iterable[Path]) -> dict[str, str]:
    """Values by ``KIND:NAME``; what is given beats what is in a file.

    Raises:
        ConfigurationError: Names every line and option of another form; values may be secrets, and are not shown.
    """
    variables: dict[str, str] = {}
    problems: list[Problem] = []
    lines = [line for file in files for line in _lines(file)]
    for place, text in (*lines, *(("", each) for each in given)):
        name, equals, value = text.partition("=")
        kind, colon, rest = name.strip().partition(":")
        if equals and colon and kind and rest:
            variables[f"{kind}:{rest}"] = value
        else:
            shown = f"the line of {name.strip()!r}" if place else f"--variable {name!r}"
            problems.append(Problem(f"{shown} is not KIND:NAME=VALUE, such as ssm:/path=VALUE.", place))
    if problems:
        raise ConfigurationError(problems)
    return variables


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    """The lines of a file that say something, with their places."""
    for number, line in enumerate(read_text(file, str(file)).splitlines(), start=1):
        if line.strip() and not line.lstrip().startswith("#"):
            yield f"{file}:{number}", line
