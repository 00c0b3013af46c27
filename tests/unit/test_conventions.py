"""Rules of the code that no linter holds."""

from __future__ import annotations

import ast
import importlib
import inspect
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MAX_LINES = 500  # design.md: a module fits on a few screens

MODULES = sorted((ROOT / "lattice_events").rglob("*.py"))
PLUGIN_MODULES = sorted(
    path for path in (ROOT / "plugin").rglob("*.js") if "node_modules" not in path.relative_to(ROOT).parts
)


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def declares_public_names(path: Path) -> bool:
    statements = ast.parse(path.read_text(encoding="utf-8")).body
    return any(
        isinstance(target, ast.Name) and target.id == "__all__"
        for statement in statements
        if isinstance(statement, ast.Assign)
        for target in statement.targets
    )


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize("path", MODULES + PLUGIN_MODULES, ids=name_of)
def test_module_is_not_too_long(path: Path) -> None:
    lines = len(path.read_text(encoding="utf-8").splitlines())

    assert lines <= MAX_LINES, f"{name_of(path)} has {lines} lines: split it by concept"


@pytest.mark.parametrize("path", [path for path in MODULES if declares_public_names(path)], ids=name_of)
def test_public_functions_and_classes_say_what_they_do(path: Path) -> None:
    module = importlib.import_module(module_name(path))
    public = {name: getattr(module, name) for name in module.__all__}

    silent = [
        name
        for name, value in public.items()
        if (inspect.isclass(value) or inspect.isroutine(value)) and not value.__doc__
    ]

    assert silent == []
