"""What a reading depended on: every file and folder that it looked at, as it was then.

A reading notes what it looks at while somebody listens (`noting`); whoever does can ask later what has changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Kind = Literal["content", "names", "kind"]
Place = str | os.PathLike[str]
_UNKNOWN = "?"  # which nothing is
_TEMPORARY = (".swp", ".swx", ".tmp", ".bak", "~", "___jb_tmp___", "___jb_old___")  # suffixes, of editors
_ELSEWHERE = ("/proc/", "/sys/", "/dev/")  # whose times and contents say nothing


def is_temporary(name: str) -> bool:
    """Whether a file's name is one that editors make while they write another."""
    return name.endswith(_TEMPORARY) or name == "4913" or name.startswith((".#", "#"))  # Vim asks with 4913


class Noted:
    """What was looked at: contents of files, names in folders, and what is there at all; absent things, too."""

    def __init__(self) -> None:
        """Know nothing yet."""
        self._states: dict[tuple[Kind, str], str] = {}

    @property
    def files(self) -> frozenset[str]:
        """Files whose content counts."""
        return frozenset(path for kind, path in self._states if kind == "content")

    @property
    def paths(self) -> frozenset[str]:
        """Everything that was looked at."""
        return frozenset(path for _, path in self._states)

    @property
    def folders(self) -> frozenset[str]:
        """Folders whose names count."""
        return frozenset(path for kind, path in self._states if kind == "names")

    def note(self, kind: Kind, path: Place, *, is_unsure: bool = False) -> None:
        """Note something as it is now, unless it was noted before; with `is_unsure`, that it may be another by now."""
        absolute = os.path.abspath(path)
        if (kind, absolute) not in self._states and not absolute.startswith(_ELSEWHERE):
            self._states[kind, absolute] = _UNKNOWN if is_unsure else _STATES[kind](absolute)

    def changed(self) -> list[str]:
        """What is no longer as it was noted."""
        return list(
            dict.fromkeys(
                path for (kind, path), state in self._states.items() if _STATES[kind](path) != state
            )
        )

    def over(self, before: Noted) -> Noted:
        """This, and what only an earlier reading looked at: one that failed early has looked at less."""
        both = Noted()
        now = {key: _STATES[key[0]](key[1]) for key in before._states if key not in self._states}
        both._states = {**now, **self._states}
        return both


_listening: ContextVar[Noted | None] = ContextVar("noted", default=None)


@contextmanager
def noting(noted: Noted | None) -> Iterator[None]:
    """Note what is looked at meanwhile; ``None`` for what is nobody's business."""
    token = _listening.set(noted)
    try:
        yield
    finally:
        _listening.reset(token)


def listener() -> Noted | None:
    """Who wants to know what is looked at."""
    return _listening.get()


def look(kind: Kind, path: Place) -> None:
    """Note something, if anybody listens."""
    noted = _listening.get()
    if noted is not None:
        noted.note(kind, path)


def is_file(path: Place) -> bool:
    """Whether a file is there, which is noted."""
    look("kind", path)
    return os.path.isfile(path)


def exists(path: Place) -> bool:
    """Whether something is there, which is noted."""
    look("kind", path)
    return os.path.exists(path)


# ── states ────────────────────────────────────────────────────────────────────────────────────


def kind_state(path: str) -> str:
    """What is at a path, and where a link leads."""
    try:
        found = os.lstat(path)
        if stat.S_ISLNK(found.st_mode):
            followed = os.stat(path) if os.path.exists(path) else None
            return f"{_letter(followed)} {os.readlink(path)}"
    except (OSError, ValueError):
        return "-"
    return _letter(found)


def _letter(found: os.stat_result | None) -> str:
    if found is None:
        return "-"
    return "d" if stat.S_ISDIR(found.st_mode) else "f"


def content_state(path: str) -> str:
    """Tells one content of a file from another."""
    try:
        with open(path, "rb", buffering=0) as file:
            return hashlib.sha256(file.read()).hexdigest()
    except (OSError, ValueError):
        return kind_state(path)


def names_state(path: str) -> str:
    """Tells one list of the names in a folder from another."""
    return _names_state(path, lambda _: True)


def _lasting_names_state(path: str) -> str:
    """The same without what is hidden, of an editor's or of Python's, which comes and goes."""
    return _names_state(
        path, lambda name: name != "__pycache__" and name[0] != "." and not is_temporary(name)
    )


def _names_state(path: str, counts: Callable[[str], bool]) -> str:
    try:
        names = sorted(filter(counts, os.listdir(path)), key=_utf16)
    except OSError:
        return kind_state(path)
    return hashlib.sha256(os.fsencode("\0".join(names))).hexdigest()


def _utf16(name: str) -> bytes:
    """As JavaScript sorts."""
    return name.encode("utf-16-be", "surrogatepass")


_STATES: Mapping[Kind, Callable[[str], str]] = {
    "content": content_state,
    "names": _lasting_names_state,
    "kind": kind_state,
}
