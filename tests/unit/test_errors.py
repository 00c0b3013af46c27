"""The error tree that users read is the one that the code has."""

from __future__ import annotations

import inspect
import re

from lattice_events import errors
from lattice_events.errors import LatticeError

# "│   ├── MalformedEventError(ValueError)": depth by indentation, a second base in parentheses.
BRANCH = re.compile(r"(?P<indent>(?:[│ ] {3})*)(?:[├└]── )?(?P<name>\w+Error)(?:\((?P<base>\w+)\))?")

# Name and the names of its bases, in the order of the docstring.
Tree = list[tuple[str, tuple[str, ...]]]


def tree_of_docstring(docstring: str) -> Tree:
    tree: Tree = []
    ancestors: list[str] = []
    for line in docstring.splitlines():
        branch = BRANCH.fullmatch(line)
        if branch is None:
            continue
        is_root = "── " not in line
        depth = 0 if is_root else len(branch["indent"]) // 4 + 1
        del ancestors[depth:]
        bases = (*ancestors[-1:], *filter(None, [branch["base"]]))
        tree.append((branch["name"], bases))
        ancestors.append(branch["name"])
    return tree


def tree_of_classes() -> Tree:
    return [
        (name, tuple(base.__name__ for base in value.__bases__))
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, Exception)
    ]


def test_tree_in_the_docstring_is_the_class_hierarchy() -> None:
    documented = tree_of_docstring(errors.__doc__ or "")

    assert documented[0] == ("LatticeError", ("Exception",))
    assert sorted(documented) == sorted(tree_of_classes())


def test_tree_in_the_docstring_lists_errors_in_the_order_of_the_code() -> None:
    documented = [name for name, _ in tree_of_docstring(errors.__doc__ or "")]

    assert documented == [name for name, _ in tree_of_classes()]


def test_every_error_can_be_caught_as_a_lattice_error() -> None:
    strays = [
        name
        for name, value in vars(errors).items()
        if inspect.isclass(value) and issubclass(value, BaseException) and not issubclass(value, LatticeError)
    ]

    assert strays == []
