"""``--env-file``: variables for every function, as python-dotenv reads them."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path

from lattice_events.definitions.lattice_schema import variable_name_problem
from lattice_events.errors import ManifestError, MissingExtraError, Problem

_MAX_BYTES = 64 * 1024  # Lambda takes 4 KB of variables


def read_env_files(files: Iterable[Path]) -> list[tuple[str, str]]:
    """The variables of files: quotes, comments, ``export`` and values of several lines as in other tools.

    Nothing is filled in from our own environment: ``${NAME}`` stays as it is.

    Raises:
        ManifestError: Names every line that is no ``NAME=VALUE``.
    """
    pairs: list[tuple[str, str]] = []
    problems: list[Problem] = []
    for file in files:
        for each in _read(file):
            if isinstance(each, Problem):
                problems.append(each)
            else:
                pairs.append(each)
    if problems:
        raise ManifestError(problems)
    return pairs


def _read(file: Path) -> Iterator[tuple[str, str] | Problem]:
    """Variables, and what is wrong with lines."""
    try:
        from dotenv.parser import parse_stream
    except ImportError as error:
        raise MissingExtraError("local", needed_for="--env-file (python-dotenv)") from error
    text = _text(file)
    if isinstance(text, Problem):
        yield text
        return
    for binding in parse_stream(io.StringIO(text)):
        written = binding.original.string
        blank = written[: len(written) - len(written.lstrip())]
        place = f"{file}:{binding.original.line + blank.count(chr(10))}"
        if binding.error or (binding.key is not None and binding.value is None):
            name = written.strip().partition("=")[0].partition("\n")[0]  # the value may be a secret
            yield Problem(
                f"A line must be NAME=VALUE with closed quotes; the line of {name!r} is not.", place
            )
        elif binding.key is not None and (problem := variable_name_problem(binding.key)):
            yield Problem(f"{problem}.", place)
        elif binding.key is not None and binding.value is not None:
            yield binding.key, binding.value


def _text(file: Path) -> str | Problem:
    """A file's text, or why there is none."""
    try:
        with file.open("rb") as opened:
            data = opened.read(_MAX_BYTES + 1)
        text = data.decode("utf-8-sig")
    except OSError as error:
        return Problem(f"--env-file cannot be read: {error.strerror}.", str(file))
    except UnicodeDecodeError:
        return Problem("--env-file cannot be read: it is not UTF-8 text; save it as UTF-8.", str(file))
    if len(data) > _MAX_BYTES:
        return Problem(f"--env-file cannot be read: it has more than {_MAX_BYTES // 1024} KB.", str(file))
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        return Problem("A variable must not contain the character U+0000.", f"{file}:{line}")
    return text.replace("\r\n", "\n")
