"""The interpreters that run the functions: each is run once to see that it can, before anything starts."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.children.environment import Places
from lattice_events.local.functions.programs import node_of, program_of
from lattice_events.network.model import Function

# Isolated (-I) as a function is: it inherits neither variables nor the home folder.
_PROBE = (
    "-I",
    "-c",
    "import sys; print(sys.executable, '%d.%d' % sys.version_info[:2]); import awslambdaric",
)


def with_interpreters(functions: Sequence[Function]) -> tuple[list[Function], list[str]]:
    """The functions with the interpreter itself where the settings name a shim, and notes about versions.

    A function of another runtime whose program is missing gets that as its obstacle, and a note.

    Raises:
        ConfigurationError: Names every interpreter that cannot run functions.
    """
    by_python: dict[str, list[Function]] = {}
    for function in functions:
        if function.is_python and not function.obstacle:
            by_python.setdefault(function.python, []).append(function)
    found: dict[str, tuple[str, str]] = {}
    problems: list[Problem] = []
    for python, users in by_python.items():
        try:
            found[python] = _probe(users[0])
        except ConfigurationError as error:
            problems += error.problems
    if problems:
        raise ConfigurationError(problems)
    notes = [note for each in by_python for note in _version_notes(each, found[each][1], by_python[each])]
    known = [_with_program(each) if not each.is_python else each for each in functions]
    notes += [
        f"Function {each.name} cannot run here: {each.obstacle}."
        for each, before in zip(known, functions, strict=True)
        if each.obstacle != before.obstacle
    ]
    notes += _node_notes(known)
    return [replace(each, python=found.get(each.python, ("",))[0]) for each in known], notes


def _with_program(function: Function) -> Function:
    """A function of another runtime than Python, with what keeps it from running; a layer or archive shows that later."""
    if function.obstacle or function.layers or function.code.endswith(".zip"):
        return function
    try:
        program_of(function, Places(task_root=function.code))
    except ConfigurationError as error:
        return replace(function, obstacle=str(error))
    return function


def _node_notes(functions: Sequence[Function]) -> Iterator[str]:
    """What to say when Node.js is not what its functions have in Lambda."""
    runtimes = sorted(
        {each.runtime for each in functions if each.runtime.startswith("nodejs") and not each.obstacle}
    )
    if not runtimes:
        return
    told = subprocess.run([node_of(), "--version"], capture_output=True, text=True, check=False).stdout
    version = told.strip().lstrip("v").partition(".")[0]
    others = [each for each in runtimes if each != f"nodejs{version}.x"]
    if others:
        yield f"Functions of {', '.join(others)} run on Node.js {version} here; the first node on PATH counts."


def _probe(function: Function) -> tuple[str, str]:
    """Path and version of a function's interpreter.

    Raises:
        ConfigurationError: It is not a Python, or has no runtime client.
    """
    python = function.python
    if not python:
        return sys.executable, f"{sys.version_info.major}.{sys.version_info.minor}"
    place = f"the setting python, for {function.name}"
    try:
        done = subprocess.run([python, *_PROBE], capture_output=True, text=True, check=False)
    except OSError as error:
        message = f"The interpreter {python} cannot be run ({error.strerror})."
        raise ConfigurationError((Problem(message, place),)) from error
    path, _, version = done.stdout.strip().rpartition(" ")
    if not path:
        reason = (done.stderr.strip().splitlines() or [f"exit status {done.returncode}"])[-1]
        raise ConfigurationError((Problem(f"{python} cannot be run as Python: {reason}.", place),))
    if done.returncode:
        message = (
            f"The interpreter {path} has no awslambdaric, which runs the functions. "
            f"Install it: {path} -m pip install awslambdaric"
        )
        raise ConfigurationError((Problem(message, place),))
    return path, version


def _version_notes(python: str, version: str, functions: Iterable[Function]) -> Iterator[str]:
    """What to say when an interpreter is not what its functions have in Lambda."""
    others = sorted({each.runtime for each in functions if each.runtime != f"python{version}"})
    if others:
        which = f"Python {version} ({python})" if python else f"Python {version}"
        yield (
            f"Functions of {', '.join(others)} run on {which} here; the setting python names another interpreter."
        )
