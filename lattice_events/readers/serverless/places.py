"""Where a user wrote what stands in a packaged template: in serverless.yml, or in a file that it names.

Variables are followed for places only, and never for values: those are the CLI's.
"""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.documents import Document, Path, mapping
from lattice_events.readers.common.files import shown
from lattice_events.readers.common.noted import is_file
from lattice_events.readers.serverless.files import written
from lattice_events.readers.serverless.package import Package
from lattice_events.readers.serverless.plugin_places import plugin_sources

_FILE = re.compile(r"\$\{file\(\s*((?:[^(){}$]|\$\{[^{}]*\})+?)\s*\)(?::([\w.-]+))?\s*(?:,.*)?\}", re.DOTALL)
_SELF = re.compile(r"\$\{self:([\w.-]+)\s*(?:,.*)?\}", re.DOTALL)
_INNER = re.compile(r"\$\{[^{}]*\}")  # in the name of a file: the stage, say
_MAX_DEPTH = 200
_STATEMENTS = (("iam", "role", "statements"), ("iamRoleStatements",))


class _Place(NamedTuple):
    """A place, and how many of the keys that were looked for are not in it."""

    missing: int
    shown: str


class Places:
    """Finds places in the files of one service."""

    def __init__(self, document: Document, folder: FilePath) -> None:
        """Start from the service's file."""
        self._document = document
        self._folder = folder
        self._documents: dict[FilePath, Document | None] = {}

    @property
    def service(self) -> str:
        """The service's name, where it is written without variables; else empty."""
        name = mapping(self._document.value).get("service")
        return name if isinstance(name, str) and "${" not in name else ""

    def locate(self, path: Path) -> str:
        """The place of a key path of the configuration."""
        return self._find(self._document, (), path).shown

    def of_template(self, path: Path, package: Package) -> str:
        """The place of a key path of the template; a resource that is nowhere to be seen is named."""
        candidates = [self._find(self._document, (), each) for each in _sources(path, package)]
        best = min(candidates, key=lambda each: each.missing)  # the first of those that are equally near
        if len(path) < 2 or best.missing < len(path) - 1:
            return best.shown
        return f"{self.locate(('resources', *path))} ({path[1]})"

    def _find(self, document: Document, at: Path, rest: Path, depth: int = 0) -> _Place:
        """Follow keys, lists of mappings to merge, and variables that name other places."""
        value = _value(document, at)
        target = self._target(value) if isinstance(value, str) and depth < _MAX_DEPTH else None
        if target is not None:
            return self._find(*target, rest, depth + 1)
        if rest and isinstance(value, dict) and rest[0] in value:
            return self._find(document, (*at, rest[0]), rest[1:], depth + 1)
        if rest and isinstance(value, list) and value:
            return self._find_in_list(document, at, rest, depth + 1)
        return _Place(len(rest), document.locate(at))

    def _find_in_list(self, document: Document, at: Path, rest: Path, depth: int) -> _Place:
        """Follow an item, or what is in one of the mappings that the CLI merges: the last wins."""
        count = len(_value(document, at))
        if isinstance(rest[0], int):
            return self._find(document, (*at, min(rest[0], count - 1)), rest[1:], depth)
        found = [self._find(document, (*at, each), rest, depth) for each in reversed(range(count))]
        best = min(found, key=lambda each: each.missing)
        equals = [each for each in found if each.missing == best.missing]
        if best.missing < len(rest) - 1:
            return best
        unseen = self._unseen(document, at)
        if unseen:
            return _Place(len(rest), document.locate(unseen[0] if len(unseen) == 1 else at))
        if best.missing < len(rest) and len(equals) == 1:
            return best
        return _Place(len(rest), document.locate(at))

    def _unseen(self, document: Document, at: Path) -> list[Path]:
        """The items of a list that are variables nobody can follow here; what is looked for may be in one."""
        items = ((*at, each) for each in range(len(_value(document, at))))
        texts = ((item, _value(document, item)) for item in items)
        return [item for item, text in texts if isinstance(text, str) and self._target(text) is None]

    def _target(self, text: str) -> tuple[Document, Path] | None:
        """The document and the place in it that a variable names, if it names one."""
        text = text.strip()
        if match := _SELF.fullmatch(text):
            return self._inside(self._document, match[1])
        match = _FILE.fullmatch(text)
        file = self._file(match[1]) if match else None
        document = self._load(file) if file else None
        return self._inside(document, match[2] or "") if match and document else None

    def _file(self, name: str) -> FilePath | None:
        """The file of a name; with variables in it, the only one that it may be."""
        if not _INNER.search(name):
            return self._folder / name
        folder = glob.escape(str(self._folder))
        found = glob.glob(os.path.join(folder, _INNER.sub("*", name)))
        return FilePath(os.path.normpath(found[0])) if len(found) == 1 else None

    def _inside(self, document: Document, keys: str) -> tuple[Document, Path] | None:
        """A place in a document, as far as it can be seen."""
        path: list[str] = []
        value = document.value
        for key in filter(None, keys.split(".")):
            if not isinstance(value, dict) or key not in value:
                break
            path.append(key)
            value = value[key]
        return document, tuple(path)

    def _load(self, file: FilePath) -> Document | None:
        """A file of the user's; ``None`` when it cannot be read, which the CLI has said already."""
        if file not in self._documents:
            try:
                self._documents[file] = written(file, shown(file)) if is_file(file) else None
            except ConfigurationError:
                self._documents[file] = None
        return self._documents[file]


def _value(document: Document, at: Path) -> Any:
    """What stands at a key path that is there."""
    value = document.value
    for key in at:
        value = value[key]
    return value


def _sources(path: Path, package: Package) -> Iterator[Path]:
    """The key paths of the configuration from which a part of the template may come."""
    function = package.function_of(str(path[1])) if len(path) > 1 and path[0] == "Resources" else None
    if function is not None:
        own = _function_path(path[3:])
        yield ("functions", function, *own)
        yield ("provider", *own) if own else ("functions", function)
    if path[1:2] == ("IamRoleLambdaExecution",):
        own = _statement_path(path, package)
        for statements in _STATEMENTS:
            yield ("provider", *statements, *own)
    yield from plugin_sources(path, package)
    yield ("resources", *path)
    if path[:1] == ("Resources",):
        yield ("resources", "extensions", *path[1:])


def _statement_path(path: Path, package: Package) -> Path:
    """Where a part of the framework's role stands among the statements that the user wrote."""
    value: Any = package.template
    for index, key in enumerate(path):
        try:
            value = value[key]
        except (LookupError, TypeError):
            return ()
        if path[index - 1] == "Statement" and isinstance(key, int):
            place = package.role_statement(value)
            return () if place is None else (place, *path[index + 1 :])
    return ()


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
