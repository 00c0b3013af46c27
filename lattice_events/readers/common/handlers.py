"""Whether a function's handler exists, found without running a line of the user's code."""

from __future__ import annotations

import ast
import importlib.util
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lattice_events.definitions.suggestions import did_you_mean

_MAX_BYTES = 1024 * 1024  # of a source file; a longer one is not looked into
# With these a module may have names that are written nowhere.
_DYNAMIC = ("globals(", "vars(", "exec(", "setattr(", "__dict__", "__getattr__", "global ", "import *")
_UNREADABLE = (
    OSError,
    ValueError,
    EOFError,
    RuntimeError,  # of an archive with a password
    NotImplementedError,  # of one with a compression that Python lacks
    zipfile.BadZipFile,
    zlib.error,
)


class _Folder(Protocol):
    """A folder on disk or in an archive."""

    name: str

    def iterdir(self) -> Iterator[_Folder]: ...
    def is_file(self) -> bool: ...
    def is_dir(self) -> bool: ...
    def joinpath(self, *names: str) -> _Folder: ...


def handler_problem(handler: str, code: str, *, knows_path: bool) -> str | None:
    """Say what Lambda would not find of a handler; ``None`` where it is there, or cannot be told.

    A module that is installed beside the code, or is no Python source, cannot be told.

    Args:
        handler: ``folder/module.function``.
        code: The folder or archive with the function's code.
        knows_path: Whether the function finds installed modules where this program does.
    """
    try:
        root: _Folder = zipfile.Path(code) if code.endswith(".zip") else Path(code)  # type: ignore[assignment]
        return _problem(handler, root, knows_path) if root.is_dir() else None
    except _UNREADABLE:
        return None


def _problem(handler: str, root: _Folder, knows_path: bool) -> str | None:
    module, _, name = handler.rpartition(".")
    parts = module.replace("/", ".").split(".")
    if not all(part.isidentifier() for part in parts):
        return None  # what Python makes of it is its own business
    folder = root.joinpath(*parts[:-1])
    file = next((each for each in _candidates(folder, parts[-1]) if each.is_file()), None)
    if file is not None:
        shown = (
            "/".join((*parts[:-1], file.name))
            if file.name != "__init__.py"
            else "/".join((*parts, file.name))
        )
        return _name_problem(_read(file), name, module, shown)
    if _may_be_elsewhere(root, folder, parts, knows_path):
        return None
    known = (
        [each.name.removesuffix(".py") for each in folder.iterdir() if each.name.endswith(".py")]
        if folder.is_dir()
        else []
    )
    prefix = module[: len(module) - len(parts[-1])]
    hint = did_you_mean(module, [prefix + each for each in known]).replace("?", f".{name}?")
    return f"there is no file {'/'.join(parts)}.py.{hint}"


def _candidates(folder: _Folder, name: str) -> tuple[_Folder, _Folder]:
    return folder.joinpath(f"{name}.py"), folder.joinpath(name, "__init__.py")


def _may_be_elsewhere(root: _Folder, folder: _Folder, parts: list[str], knows_path: bool) -> bool:
    """Whether a module may be a compiled one, or an installed one: the code comes first on the path."""
    if folder.is_dir() and any(each.name.partition(".")[0] == parts[-1] for each in folder.iterdir()):
        return True
    if len(parts) > 1 and root.joinpath(parts[0]).is_dir():
        return False
    try:
        return not knows_path or importlib.util.find_spec(parts[0]) is not None
    except (ImportError, ValueError):
        return False


def _read(file: _Folder) -> str:
    with file.open("rb") as opened:  # type: ignore[attr-defined]
        data: bytes = opened.read(_MAX_BYTES + 1)
    if len(data) > _MAX_BYTES:
        raise ValueError("too long")
    return data.decode("utf-8-sig")


def _name_problem(source: str, name: str, module: str, shown: str) -> str | None:
    """Say that a module binds no such name."""
    try:
        with warnings.catch_warnings(action="ignore"):  # which Python gives again when it runs
            tree = ast.parse(source)
    except SyntaxError as error:
        return f"{shown}, line {error.lineno}: {error.msg}"
    except (RecursionError, MemoryError):
        return None
    names = _bound_names(tree)
    if name in names or any(word in source for word in _DYNAMIC):
        return None
    public = sorted(each for each in names if not each.startswith("_"))
    hint = did_you_mean(name, public).replace("mean ", f"mean {module}.")
    return f"{shown} defines no {name}.{hint}"


def _bound_names(tree: ast.Module) -> set[str]:
    """What a module binds when it is imported, in its branches and loops too."""
    names: set[str] = set()
    rest: list[ast.AST] = [tree]
    while rest:
        node = rest.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.add(node.name)
            continue
        if isinstance(node, ast.alias):
            names.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            names.add(node.name)
        rest += ast.iter_child_nodes(node)
    return names
