"""`__all__` is the public API: nothing missing, nothing extra, nothing that cannot be imported."""

from __future__ import annotations

import importlib
from types import ModuleType

import pytest

# Names that any module here may hold without offering them.
NOT_OFFERED = {"annotations", "TYPE_CHECKING"}


@pytest.fixture(params=["lattice_events", "lattice_events.client", "lattice_events.sigv4"])
def module(request: pytest.FixtureRequest) -> ModuleType:
    return importlib.import_module(request.param)


def test_public_names_are_sorted_and_listed_once(module: ModuleType) -> None:
    assert list(module.__all__) == sorted(set(module.__all__))


def test_public_names_can_be_imported(module: ModuleType) -> None:
    """Also those that a lazy module `__getattr__` loads."""
    missing = [name for name in module.__all__ if not hasattr(module, name)]

    assert missing == []


def test_public_names_are_all_that_the_module_holds(module: ModuleType) -> None:
    for name in module.__all__:
        getattr(module, name)  # loads what is lazy

    held = {
        name
        for name, value in vars(module).items()
        if not name.startswith("_") and not isinstance(value, ModuleType)
    }

    assert held - NOT_OFFERED <= set(module.__all__)


def test_dir_shows_the_public_names(module: ModuleType) -> None:
    assert set(module.__all__) <= set(dir(module))


def test_unknown_name_is_an_attribute_error(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(module, "no_such_name")  # noqa: B009 - a type checker would refuse the plain access
