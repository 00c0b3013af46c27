"""Packages of earlier runs of the Serverless CLI, for as long as everything that they depend on is as it was.

A package holds what the CLI itself leaves in ``.serverless``, secrets among it: only the user may read the folder.
Whatever is wrong with an entry, there is none: the CLI runs.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import shutil
import stat
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from importlib.metadata import version
from pathlib import Path as FilePath
from typing import Any

from lattice_events.readers.common.noted import listener
from lattice_events.readers.serverless.inputs import is_current, note_inputs, taken
from lattice_events.readers.serverless.package import Findings, Package

MAX_ENTRIES = 32
MAX_BYTES = 64 * 2**20
_SCRIPTS = tuple(FilePath(__file__).with_name(name) for name in ("preload.js", "record.js"))
# What Node itself looks at, without asking `process.env`.
_NATIVE = re.compile("HOME|TMPDIR|TZ|LANG|LC_.*|NODE_.*|UV_.*|SSL_CERT_.*")
_LOADS = re.compile(r"(^|\s)(-r|--(require|import|(experimental-)?loader|env-file))")


@dataclass(frozen=True, kw_only=True)
class Cache:
    """The package of one way to run the CLI.

    Attributes:
        command: Of the CLI.
        folder: In which it runs.
        given: To `preload.js`.
        environment: Of the run.
    """

    command: Sequence[str]
    folder: FilePath
    given: Mapping[str, Any]
    environment: Mapping[str, str]

    def find(self) -> Package | None:
        """The package that the CLI would make now, if it is known."""
        if self._file is None:
            return None
        with suppress(OSError, ValueError, LookupError, TypeError, AttributeError):
            written, made = _read(self._file)
            inputs = json.loads(written)
            if is_current(inputs, self.environment):
                noted = listener()
                if noted is not None:
                    note_inputs(noted, inputs)
                os.utime(self._file)  # the entry that was used last is dropped last
                return _package(json.loads(made), self.folder)
        return None

    def keep(self, package: Package) -> None:
        """Keep a package, if nothing is in it but what its run has recorded."""
        findings = package.findings
        if self._file is None or findings.record is None:
            return
        if findings.outside:  # functions run from its archives, which are gone soon
            return
        with suppress(OSError, LookupError, TypeError):  # the next run is as slow as without a cache
            inputs = taken(findings.record, self.environment)
            if inputs is not None:
                _write(self._file, json.dumps(inputs).encode(), json.dumps(_made(package)).encode())
                _drop_old(self._file.parent)

    @cached_property
    def _file(self) -> FilePath | None:
        """The file of the entry; ``None`` where nothing can be kept."""
        node = shutil.which("node", path=self.environment.get("PATH"))
        if node is None or _LOADS.search(os.environ.get("NODE_OPTIONS", "")):
            return None
        native = {name: value for name, value in os.environ.items() if _NATIVE.fullmatch(name)}
        key = [
            version("lattice-events"),
            *(_digest(each.read_bytes()) for each in _SCRIPTS),
            [platform.node(), platform.version(), os.getuid()],
            [_program(node), *self.command, _program(self.command[0])],
            [str(self.folder), native, {**self.given}],
        ]
        return _folder() / f"{_digest(json.dumps(key, sort_keys=True).encode())}.json"


def _program(file: str) -> list[Any]:
    """Tells a program from the next version of it."""
    real = os.path.realpath(file)
    found = os.stat(real)
    return [real, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns]


def _folder() -> FilePath:
    """The folder of all packages, which is the user's alone."""
    home = os.environ.get("XDG_CACHE_HOME", "")
    folder = FilePath(home if os.path.isabs(home) else os.path.expanduser("~/.cache"))
    return folder / "lattice-events" / "packages"


def _is_private(found: os.stat_result) -> bool:
    return found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077


def _read(file: FilePath) -> tuple[bytes, bytes]:
    """The inputs and the package of an entry.

    Raises:
        ValueError: It is broken, or not the user's own.
    """
    with open(os.open(file, os.O_RDONLY | os.O_NOFOLLOW), "rb") as opened:
        if not _is_private(os.fstat(opened.fileno())) or not _is_private(os.stat(file.parent)):
            raise ValueError
        digest, _, content = opened.read().partition(b"\n")
    if digest.decode() != _digest(content):
        raise ValueError
    inputs, _, made = content.partition(b"\n")
    return inputs, made


def _write(file: FilePath, inputs: bytes, made: bytes) -> None:
    """Write an entry as a whole or not at all; of two runs the last wins."""
    content = inputs + b"\n" + made
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not _is_private(os.stat(file.parent)):
        return
    number, name = tempfile.mkstemp(prefix=".", dir=file.parent)  # which others cannot read
    try:
        with open(number, "wb") as opened:
            opened.write(_digest(content).encode() + b"\n" + content)
        os.replace(name, file)
    except BaseException:
        os.unlink(name)
        raise


def _drop_old(folder: FilePath) -> None:
    """Leave the entries that were used last, as many as may stay."""
    entries = sorted(os.scandir(folder), key=lambda each: each.stat().st_mtime, reverse=True)
    size = 0
    for count, entry in enumerate(entries):
        size += entry.stat().st_size
        if count >= MAX_ENTRIES or size > MAX_BYTES:
            os.unlink(entry)


def _made(package: Package) -> dict[str, Any]:
    """A package without its archives."""
    findings = asdict(replace(package.findings, record=None))
    findings["artifacts"] = {name: str(path) for name, path in package.findings.artifacts.items()}
    return {"template": package.template, "state": package.state, "findings": findings}


def _package(made: Mapping[str, Any], folder: FilePath) -> Package:
    findings = Findings.of(made["findings"])
    return Package(folder=folder, template=made["template"], state=made["state"], findings=findings)


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
