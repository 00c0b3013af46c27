"""Several services that one serverless-compose.yml names.

Source:
    https://www.serverless.com/framework/docs/guides/compose
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.common.documents import Document, mapping
from lattice_events.readers.common.noted import is_file
from lattice_events.readers.serverless.files import CODE, WRITTEN, find_file, written

NAMES = tuple(f"serverless-compose{suffix}" for suffix in (*WRITTEN, *CODE))
_OUTPUT = re.compile(r"\$\{([\w-]+)\.([\w.-]+)\}")  # of another service; ${sls:stage} is the CLI's


@dataclass(frozen=True, kw_only=True)
class Member:
    """A service of a compose file.

    Attributes:
        name: By which the others call it.
        file: Its serverless.yml.
        params: For its CLI, where outputs of others are still named.
        needs: Names of the services whose outputs they are.
    """

    name: str
    file: FilePath
    params: Mapping[str, str] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()

    def params_with(self, stacks: Mapping[str, str]) -> dict[str, str]:
        """Its parameters; an output of another service is one of its stack, by name."""
        return {
            name: _OUTPUT.sub(lambda found: _reference(found, stacks), value)
            for name, value in self.params.items()
        }


def find_compose(folder: FilePath) -> FilePath | None:
    """The compose file of a folder."""
    return next((folder / name for name in NAMES if is_file(folder / name)), None)


def members(file: FilePath, shown: str) -> list[Member]:
    """The services of a compose file, those first that others need.

    Raises:
        ManifestError: Names every service that is not there, or need each other.
    """
    if file.suffix in CODE:
        message = "A compose file that is code is not run; name the folders of its services instead."
        raise ManifestError((Problem(message, shown),))
    document = written(file, shown)
    services = mapping(mapping(document.value).get("services"))
    found = [_member(document, file.parent, name, mapping(each)) for name, each in services.items()]
    problems = [each for each in found if isinstance(each, Problem)]
    known = {each.name: each for each in found if isinstance(each, Member)}
    if problems or not known:
        raise ManifestError(problems or (Problem("This names no service under services.", shown),))
    graph = {name: each.needs & known.keys() for name, each in known.items()}
    try:
        return [known[name] for name in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        message = f"These services need each other's outputs: {', '.join(sorted(set(error.args[1])))}."
        raise ManifestError((Problem(message, document.locate(("services",))),)) from error


def _member(document: Document, folder: FilePath, name: Any, value: Mapping[str, Any]) -> Member | Problem:
    """One service."""
    place = document.locate(("services", name))
    path = folder / str(value.get("path", name))
    file = path / str(value["config"]) if "config" in value else find_file(path)
    if file is None or not is_file(file):
        return Problem(f"The service {name} has no serverless.yml at {value.get('path', name)}.", place)
    params = {str(key): _text(each) for key, each in mapping(value.get("params")).items()}
    needs = frozenset(match[1] for each in params.values() for match in _OUTPUT.finditer(each))
    return Member(name=str(name), file=file, params=params, needs=needs)


def _reference(found: re.Match[str], stacks: Mapping[str, str]) -> str:
    """The dynamic reference for ``${service.output}``; what is no service of ours stays."""
    stack = stacks.get(found[1])
    return f"{{{{resolve:cf:{stack}.{found[2]}}}}}" if stack else found[0]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
