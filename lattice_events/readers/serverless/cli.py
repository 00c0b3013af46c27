"""Ask the Serverless CLI for the template of a serverless.yml; its variables are its own business.

Source:
    https://www.serverless.com/framework/docs/providers/aws/cli-reference/package
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, BinaryIO

from lattice_events.errors import ConfigurationError, ManifestError, Problem
from lattice_events.readers.common.documents import Document, Path, mapping, parse_json, parse_yaml
from lattice_events.readers.common.files import read_text
from lattice_events.readers.common.sources import ReadOptions

FILE_NAMES = ("serverless.yml", "serverless.yaml", "serverless.json")
_TEMPLATE = "cloudformation-template-update-stack.json"
_STATE = "serverless-state.json"
_COMMANDS = ("osls", "serverless", "sls")
_LIMIT_SECONDS = 300
_ASK_SECONDS = 0.2  # how often a run is asked whether it is cancelled


@dataclass(frozen=True, kw_only=True)
class ServerlessService:
    """A packaged serverless.yml.

    Attributes:
        folder: Of the file.
        source: The file as the user wrote it, for the places of problems.
        template: The CloudFormation template that would be deployed.
        state: The resolved configuration.
        archives: The packaged archive by function's logical id, if it was kept.
    """

    folder: FilePath
    source: Document
    template: Mapping[str, Any]
    state: Mapping[str, Any]
    archives: Mapping[str, FilePath] = field(default_factory=dict)

    @property
    def custom(self) -> Mapping[str, Any]:
        """``custom``, resolved."""
        return mapping(self._service.get("custom"))

    @property
    def region(self) -> str:
        """The Region that the service is deployed to."""
        return str(self._provider.get("region") or "us-east-1")

    @property
    def stack_name(self) -> str:
        """The name of the CloudFormation stack."""
        name = self._service.get("service", "service")
        return str(self._provider.get("stackName") or f"{name}-{self._provider.get('stage', 'dev')}")

    @property
    def _service(self) -> Mapping[str, Any]:
        return mapping(self.state.get("service"))

    @property
    def _provider(self) -> Mapping[str, Any]:
        return mapping(self._service.get("provider"))

    def locate(self, path: Path) -> str:
        """Where the user wrote what stands at a key path of the template."""
        if len(path) > 1 and path[0] == "Resources":
            function = self._function_of(str(path[1]))
            if function is not None:
                return self._locate_in("functions", (function, *_function_path(path[3:])), 1)
        return self._locate_in("resources", path, 2)

    def _locate_in(self, root: str, path: Path, depth: int) -> str:
        """A place under a key that holds a mapping, or a list of mappings to merge.

        Args:
            root: The key.
            path: What is looked for.
            depth: How many keys of it tell whether an item of a list is the right one.
        """
        written = self.source.value.get(root) if isinstance(self.source.value, dict) else None
        for index, item in enumerate(written if isinstance(written, list) else ()):
            value = item
            for key in path[:depth]:
                value = value.get(key) if isinstance(value, dict) else None
            if value is not None:
                return self.source.locate((root, index, *path))
        return self.source.locate((root, *path))

    def _function_of(self, logical_id: str) -> str | None:
        """The function whose resource the CLI calls so."""
        resource = mapping(mapping(self.template.get("Resources")).get(logical_id))
        name = mapping(resource.get("Properties")).get("FunctionName")
        functions = mapping(self._service.get("functions"))
        return next(
            (key for key, each in functions.items() if name and mapping(each).get("name") == name), None
        )


def _function_path(path: Path) -> Path:
    """Where a property of a function's resource stands in ``functions.NAME``."""
    match path:
        case ("Environment", "Variables", *rest):
            return ("environment", *rest)
        case ("PackageType", *_):
            return ("image",)
        case (str(key), *_):
            return (key[0].lower() + key[1:],)
        case _:
            return ()


def find_file(folder: FilePath) -> FilePath | None:
    """The serverless.yml of a folder."""
    return next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)


def load_serverless(file: FilePath, options: ReadOptions, *, shown: str) -> ServerlessService:
    """Package a serverless.yml and read the result.

    Args:
        file: The serverless.yml.
        options: What is passed to the CLI.
        shown: How to call the file in problems.

    Raises:
        ConfigurationError: The file is no YAML, the CLI is missing or fails.
    """
    source = parse_yaml(read_text(file, shown), shown)
    if options.package is not None:
        return _read_package(options.package, file, source, keeps_archives=True)
    with _kept(file, options, shown), tempfile.TemporaryDirectory(prefix="lattice-package-") as target:
        _package(file.parent, FilePath(target), options, shown)
        return _read_package(FilePath(target), file, source, keeps_archives=False)


@contextmanager
def _kept(file: FilePath, options: ReadOptions, shown: str) -> Iterator[None]:
    """Let one command at a time package a folder: the CLI works in its ``.serverless``, and deletes it.

    The serverless.yml itself is locked, so that nothing new lies in the folder.
    """
    deadline = time.monotonic() + _LIMIT_SECONDS
    with file.open("rb") as opened:
        while not _is_locked(opened):
            _refuse_to_wait(options, deadline, "Another lattice command is still packaging this.", shown)
            time.sleep(_ASK_SECONDS)
        yield


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
    if options.is_cancelled():
        raise ConfigurationError((Problem("Cancelled.", shown),))
    if time.monotonic() >= deadline:
        raise ConfigurationError((Problem(message, shown),))


def _package(folder: FilePath, target: FilePath, options: ReadOptions, shown: str) -> None:
    """Run ``package`` into a folder."""
    command = [*_find_command(folder, options.serverless_command, shown), "package", "--package", str(target)]
    if options.stage:
        command += ["--stage", options.stage]
    if options.region:
        command += ["--region", options.region]
    for name, value in options.params.items():
        command += ["--param", f"{name}={value}"]
    status, output = _run(command, folder, options, shown)
    if status != 0:
        said = "\n".join(f"    {line}" for line in output.strip().splitlines()[-15:])
        message = f"The Serverless CLI could not package it ({FilePath(command[0]).name}); it says:\n{said}"
        raise ConfigurationError((Problem(message, shown),))


def _run(command: Sequence[str], folder: FilePath, options: ReadOptions, shown: str) -> tuple[int, str]:
    """Run a command to its end, its time limit or its cancellation; its exit status and output."""
    try:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
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
            process.kill()  # which one that has ended does not mind


def _environment() -> dict[str, str]:
    """The shell's environment; without credentials, made-up ones that plugins may look for."""
    environment = {
        **os.environ,
        "CI": "1",
        "SLS_TELEMETRY_DISABLED": "1",
        "SLS_NOTIFICATIONS_MODE": "off",
        "NO_COLOR": "1",
    }
    if "AWS_ACCESS_KEY_ID" not in os.environ and "AWS_PROFILE" not in os.environ:
        environment |= {"AWS_ACCESS_KEY_ID": "LATTICELOCAL", "AWS_SECRET_ACCESS_KEY": "not-a-secret"}
    return environment


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


def _read_package(
    package: FilePath, file: FilePath, source: Document, *, keeps_archives: bool
) -> ServerlessService:
    """Read a package's template and state."""
    template = _read_json(package / _TEMPLATE)
    state = _read_json(package / _STATE)
    archives = _archives(package, template, state) if keeps_archives else {}
    return ServerlessService(
        folder=file.parent, source=source, template=template, state=state, archives=archives
    )


def _archives(
    package: FilePath, template: Mapping[str, Any], state: Mapping[str, Any]
) -> dict[str, FilePath]:
    """The archive of each function: its own, or the service's."""
    archives = {}
    shared = mapping(state.get("package")).get("artifact")
    for logical_id, resource in mapping(template.get("Resources")).items():
        if mapping(resource).get("Type") == "AWS::Lambda::Function":
            code = mapping(mapping(mapping(resource).get("Properties")).get("Code"))
            name = str(code.get("S3Key", "")).rpartition("/")[2] or str(shared or "")
            if name and os.path.isfile(package / name):
                archives[logical_id] = package / name
    return archives


def _read_json(file: FilePath) -> Mapping[str, Any]:
    """A JSON file of a package."""
    if not file.is_file():
        message = "This package has no such file; create a package with 'osls package --package FOLDER'."
        raise ManifestError((Problem(message, str(file)),))
    value = parse_json(read_text(file, str(file)), str(file))
    if not isinstance(value, dict):
        raise ManifestError((Problem("This must be a JSON object.", str(file)),))
    return value
