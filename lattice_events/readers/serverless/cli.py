"""Ask the Serverless CLI for the template of a serverless.yml; its variables are its own business.

Source:
    https://www.serverless.com/framework/docs/providers/aws/cli-reference/package
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path as FilePath
from typing import Any, BinaryIO

from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.readers.common.advice import variable_option
from lattice_events.readers.common.noted import listener, noting
from lattice_events.readers.common.sources import ReadOptions
from lattice_events.readers.serverless.cache import Cache
from lattice_events.readers.serverless.credentials import MADE_UP, has_credentials
from lattice_events.readers.serverless.inputs import note_record
from lattice_events.readers.serverless.package import Findings, Package

_COMMANDS = ("osls", "serverless", "sls")
_LIMIT_SECONDS = 300
_ASK_SECONDS = 0.05  # how often a run is asked whether it is cancelled
_PRELOAD = FilePath(__file__).with_name("preload.js")


def package(file: FilePath, target: FilePath, options: ReadOptions, *, shown: str) -> Package:
    """Package a service into a folder and read the result.

    Args:
        file: The serverless.yml, of whatever form.
        target: An empty folder.
        options: What is passed to the CLI.
        shown: How to call the file in problems.

    Raises:
        ConfigurationError: The CLI is missing or fails.
    """
    _refuse_cancelled(options, shown)
    cache = cache_of(file, options, shown=shown)
    known = cache.find() if options.cache else None
    if known is not None:
        return known
    with _kept(file, options, shown) as has_waited:
        known = cache.find() if options.cache and has_waited else None  # the other may have made it
        options.tell(f"Packaging {shown} with the Serverless CLI")
        return known or _make(target, cache, options, shown)


def cache_of(file: FilePath, options: ReadOptions, *, shown: str) -> Cache:
    """Where the package of a service is kept.

    Args:
        file: The serverless.yml, of whatever form.
        options: What is passed to the CLI.
        shown: How to call the file in problems.

    Raises:
        ConfigurationError: The CLI is missing.
    """
    command, given = _command(file, options, shown), _given(options)
    return Cache(
        command=command, folder=file.parent, given=given, environment=_environment(file.parent, given)
    )


def _make(target: FilePath, cache: Cache, options: ReadOptions, shown: str) -> Package:
    """Run the CLI."""
    made = target / "package"
    made.mkdir()
    given = {**cache.given, "parent": os.getpid()}
    (target / "given.json").write_text(json.dumps(given), encoding="utf-8")
    environment = {**cache.environment, "LATTICE_SERVERLESS": str(target)}
    with _spared(cache.folder):
        program, verb, *rest = cache.command
        command = [program, verb, "--package", str(made), *rest]
        status, output = _run(command, cache.folder, environment, options, shown)
    with noting(None):  # what it leaves is gone soon
        findings = Findings.read(target / "found.json")
    noted = listener()
    if noted is not None and findings.record is not None:
        note_record(noted, findings.record)
    if status != 0:
        raise ConfigurationError((Problem(_failure(cache.command[0], output, findings), shown),))
    with noting(None):
        package = Package.read(made, findings=findings)
    if options.cache:
        cache.keep(package)
    return package


def _failure(command: str, output: str, findings: Findings) -> str:
    """Why the CLI failed: all that it says, and what was not known to it."""
    lines = [f"The Serverless CLI could not package it ({FilePath(command).name}); it says:"]
    lines += output.strip().splitlines()
    if findings.unknown:
        lines += ["It had placeholders for what only AWS knows; give what it needs:"]
        lines += filter(None, map(variable_option, findings.unknown))
    return "\n    ".join(line.rstrip() for line in lines)


@contextmanager
def _kept(file: FilePath, options: ReadOptions, shown: str) -> Iterator[bool]:
    """Let one command at a time package a folder: the CLI works in its ``.serverless``, and deletes it.

    Tells whether another one was waited for. The serverless.yml itself is locked, so that nothing new lies in the folder.
    """
    deadline = time.monotonic() + _LIMIT_SECONDS
    has_waited = False
    with file.open("rb") as opened:
        while not _is_locked(opened):
            has_waited = True
            options.tell(f"Waiting for another lattice command that packages {shown}")
            _refuse_to_wait(options, deadline, "Another lattice command is still packaging this.", shown)
            time.sleep(_ASK_SECONDS)
        yield has_waited


@contextmanager
def _spared(folder: FilePath) -> Iterator[None]:
    """Put the user's own ``.serverless`` aside while the CLI works in one, and leave nothing of the CLI's."""
    own, aside = folder / ".serverless", folder / ".serverless.aside"
    if own.is_dir() and not aside.exists():  # one that a killed run left aside is the older, and the user's
        own.rename(aside)
    try:
        yield
    finally:
        shutil.rmtree(own, ignore_errors=True)
        if aside.is_dir():
            aside.rename(own)


def _is_locked(file: BinaryIO) -> bool:
    """Lock a file until it is closed, unless somebody else has it locked."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a file system without locks: there is nothing to wait for
        pass
    return True


def _refuse_to_wait(options: ReadOptions, deadline: float, message: str, shown: str) -> None:
    """Stop when the user says so, or it takes too long."""
    _refuse_cancelled(options, shown)
    if time.monotonic() >= deadline:
        raise ConfigurationError((Problem(message, shown),))


def _refuse_cancelled(options: ReadOptions, shown: str) -> None:
    if options.is_cancelled():
        raise ConfigurationError((Problem("Cancelled.", shown),))


def _command(file: FilePath, options: ReadOptions, shown: str) -> list[str]:
    """``package``, as far as it is the same for each run."""
    command = _find_command(file.parent, options.serverless_command, shown)
    command += ["package", "--config", file.name]
    if options.stage:
        command += ["--stage", options.stage]
    if options.region:
        command += ["--region", options.region]
    for name, value in options.params.items():
        command += ["--param", f"{name}={value}"]
    return command


def _run(
    command: Sequence[str], folder: FilePath, environment: Mapping[str, str], options: ReadOptions, shown: str
) -> tuple[int, str]:
    """Run a command to its end, its time limit or its cancellation; its exit status and output."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # a group of its own, which ends as a whole
        )
    except OSError as error:
        raise ConfigurationError(
            (Problem(f"{command[0]} cannot be run: {error.strerror}.", shown),)
        ) from error
    deadline = time.monotonic() + _LIMIT_SECONDS
    message = f"{command[0]} package did not finish within {_LIMIT_SECONDS} seconds."
    with process:
        try:
            while True:
                _refuse_to_wait(options, deadline, message, shown)
                try:
                    output, _ = process.communicate(timeout=_ASK_SECONDS)
                except subprocess.TimeoutExpired:
                    continue
                return process.returncode, output
        finally:
            if process.poll() is None:
                with suppress(OSError):  # it ended just now
                    os.killpg(process.pid, signal.SIGKILL)


def _given(options: ReadOptions) -> dict[str, Any]:
    """What `preload.js` is told."""
    is_known = has_credentials(os.environ)
    return {"variables": {**options.variables}, "account": MADE_UP_ACCOUNT, "hasCredentials": is_known}


def _environment(folder: FilePath, given: Mapping[str, Any]) -> dict[str, str]:
    """The shell's environment, with what makes the CLI need nobody; see ``preload.js``."""
    escaped = str(_PRELOAD).replace("\\", "\\\\").replace('"', '\\"')
    node_options = f'{os.environ.get("NODE_OPTIONS", "")} --require "{escaped}"'.strip()
    return {
        **os.environ,
        **({} if given["hasCredentials"] else MADE_UP),
        "NODE_OPTIONS": node_options,
        "PWD": str(folder),  # as a shell would say, wherever the user stands
        "CI": "1",
        "SLS_TELEMETRY_DISABLED": "1",
        "SLS_NOTIFICATIONS_MODE": "off",
        "NO_COLOR": "1",
    }


def _find_command(folder: FilePath, given: str, shown: str) -> list[str]:
    """The Serverless CLI: the given one, the nearest in node_modules, or one on PATH; it runs in the folder."""
    if given:
        found = shutil.which(given)
        if found is None:
            raise ConfigurationError(
                (Problem(f"--serverless-command {given}: there is no such program.", shown),)
            )
        return [os.path.abspath(found)]
    for parent in (folder, *folder.parents):
        for name in _COMMANDS:
            candidate = parent / "node_modules" / ".bin" / name
            if candidate.is_file():
                return [str(candidate)]
    for name in _COMMANDS:
        found = shutil.which(name)
        if found is not None:
            return [os.path.abspath(found)]
    message = (
        "The Serverless CLI was not found (osls, serverless or sls, in node_modules/.bin or on PATH). Run 'npm ci', "
        "or 'npm install --save-dev osls'; or name the CLI with --serverless-command, or a finished package with --package."
    )
    raise ConfigurationError((Problem(message, shown),))
