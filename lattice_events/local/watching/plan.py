"""What is watched for a run, and what an event of the file system means for it.

Folders are watched one by one, without what is below, so that installed packages and caches cost nothing. All of them
are real ones: an event names the real folder, whatever links lead there.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_ADDED = 1  # of `watchfiles.Change`
MODIFIED = 2
_DELETED = 3
_NOT_CODE = ("node_modules", "__pycache__", "venv")  # folders, as hidden ones
_NO_CODE = (".pyc", ".pyo", ".log", ".md", ".rst")  # suffixes of files that are made, or are for people
_DATA = (".json", ".toml", ".yaml", ".yml")  # a definition is no code, though it lies beside it
MAX_FOLDERS = 10_000

Event = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What a run was made of.

    Attributes:
        paths: That were looked at when the sources were read.
        folders: Of these, the ones whose names count.
        code: Folders and archives of functions and layers.
        modules: Files that functions have imported.
    """

    paths: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()
    code: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()


@dataclass(kw_only=True)
class Changes:
    """What events mean.

    Attributes:
        code: Files that changed, each with the folders and archives of code that it is in.
        concern_sources: Whether something changed that was looked at when the sources were read.
        move_folders: Whether folders came or went: another plan is needed.
    """

    code: dict[str, frozenset[str]] = field(default_factory=dict)
    concern_sources: bool = False
    move_folders: bool = False


class Plan:
    """What is watched.

    Attributes:
        wanted: For which.
        folders: Real folders to watch.
        is_cut: Whether there are more of them than may be watched.
    """

    def __init__(self, wanted: Wanted, *, ignores: Callable[[str], bool]) -> None:
        """Look at the folders; takes a while where there are thousands.

        Args:
            wanted: What is to be noticed.
            ignores: Whether a file of this name comes and goes while an editor writes another one.
        """
        self.wanted = wanted
        self._ignores = ignores
        self._code_of: defaultdict[str, set[str]] = defaultdict(set)  # by real folder, or by real file
        self._looked_at = {each for path in wanted.paths for each in real_paths(path)}
        self._listed = set(map(os.path.realpath, wanted.folders))
        self.is_cut = False
        for code in wanted.code:
            self._add_code(code)
        files = {*self._looked_at, *self._code_of, *map(os.path.realpath, wanted.modules)}
        self.folders = {*self._listed, *filter(os.path.isdir, self._code_of), *map(_nearest_folder, files)}

    def _add_code(self, code: str) -> None:
        """Add a folder, and all below it that may be code, or an archive."""
        for each in real_paths(code):
            self._code_of[each].add(code)
        rest = [os.path.realpath(code)]
        seen = set(rest)
        while rest:
            folder = rest.pop()
            self._code_of[folder].add(code)
            for path in self._add_links(folder, code):
                if path not in seen and len(self._code_of) < MAX_FOLDERS:
                    seen.add(path)
                    rest.append(path)
                self.is_cut |= path not in seen

    def _add_links(self, folder: str, code: str) -> list[str]:
        """Add the files elsewhere to which links in a folder lead; the folders in it."""
        folders: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir() and _is_code_folder(entry.name):
                        folders.append(os.path.realpath(entry.path) if entry.is_symlink() else entry.path)
                    elif entry.is_symlink():
                        self._code_of[os.path.realpath(entry.path)].add(code)
        except OSError:  # an archive, or gone
            pass
        return folders

    def covers(self, module: str) -> bool:
        """Whether a change of a module's file is noticed."""
        return os.path.dirname(module) in self.folders

    def read(self, events: Iterable[Event]) -> Changes:
        """What events mean."""
        changes = Changes()
        seen = frozenset(events)
        for kind, path in seen:
            if self._is_passing(path) or _has_come_and_gone(path, seen):
                continue
            is_folder = path in self.folders or (kind == _ADDED and os.path.isdir(path))
            is_source = self._is_looked_at(path)
            changes.move_folders |= is_folder or is_source
            changes.concern_sources |= is_source
            code = self._code(path, is_folder=is_folder)
            if (code or path in self.wanted.modules) and not (is_source and path.endswith(_DATA)):
                changes.code[path] = frozenset(code)
        return changes

    def _is_passing(self, path: str) -> bool:
        return self._ignores(os.path.basename(path)) or path.endswith(_NO_CODE)

    def _is_looked_at(self, path: str) -> bool:
        """Whether an event there may change what was read."""
        if path in self._looked_at or os.path.dirname(path) in self._listed:
            return True
        return any(each.startswith(f"{path}/") for each in self._looked_at)

    def _code(self, path: str, *, is_folder: bool) -> set[str]:
        """The code that a file or a new folder is part of."""
        name = os.path.basename(path)
        found = self._code_of.get(path, set())
        if _is_code_folder(name) if is_folder else not name.startswith("."):
            found = found | self._code_of.get(os.path.dirname(path), set())
        return found

    def newer_than(self, seconds: float) -> Mapping[str, frozenset[str]]:
        """Files of code that changed after a moment, as in `Changes`: those that nobody watched then."""
        found: dict[str, frozenset[str]] = {}
        for folder, code in self._code_of.items():
            for path in _files(folder):
                if not self._is_passing(path) and changed_since(path, seconds):
                    found[path] = frozenset(code)
        return found


def real_paths(path: str) -> tuple[str, str]:
    """A path in its real folder, and where it leads if it is a link."""
    absolute = os.path.abspath(path)
    return os.path.join(os.path.realpath(os.path.dirname(absolute)), os.path.basename(absolute)), (
        os.path.realpath(absolute)
    )


def _has_come_and_gone(path: str, events: frozenset[Event]) -> bool:
    """Whether a file was there for a moment, as those that ``sed -i`` and others write before they rename them."""
    return {(_ADDED, path), (_DELETED, path)} <= events and not os.path.lexists(path)


def _nearest_folder(path: str) -> str:
    """The folder of a path, or the one above in which it may yet be made."""
    folder = os.path.dirname(path)
    while not os.path.isdir(folder):
        folder = os.path.dirname(folder)
    return folder


def _is_code_folder(name: str) -> bool:
    return not name.startswith(".") and name not in _NOT_CODE


def _files(folder: str) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return [each.path for each in entries if each.is_file() and not each.name.startswith(".")]
    except NotADirectoryError:
        return [folder]
    except OSError:
        return []


def changed_since(path: str, seconds: float) -> bool:
    """Whether a file was written after a moment, or has gone."""
    try:
        return os.stat(path).st_mtime > seconds
    except OSError:
        return True
