"""Where the code of a template's functions and layers is."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path as FilePath
from typing import Any

from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.files import make_folder
from lattice_events.readers.common.noted import exists


@dataclass(frozen=True, kw_only=True)
class Code:
    """The local paths of one template.

    Attributes:
        paths: What the user wrote, by the logical id that the user wrote.
        written: The template as the user wrote it.
        translated: The same as CloudFormation's, with the user's logical id as the key of each code.
        folder: Where the paths start.
        layers: Folders that the command line names, by logical id.
    """

    paths: Mapping[str, Any]
    written: Mapping[str, Any]
    translated: Mapping[str, Any]
    folder: FilePath
    layers: Mapping[str, FilePath]

    def of(self, logical_id: str) -> str | None:
        """The folder or archive of a function or layer; what is not here is somewhere in S3."""
        properties = mapping(_resource(self.translated, logical_id).get("Properties"))
        name = str(mapping(properties.get("Code", properties.get("Content"))).get("S3Key"))
        path = self.layers.get(name, self.paths.get(name))
        if not isinstance(path, (str, FilePath)):
            return None
        found = os.path.abspath(path if name in self.layers else self.folder / path)
        if not exists(found):
            return None
        return _as_built(found) if self._is_built(name) and "Content" in properties else found

    def _is_built(self, name: str) -> bool:
        """Whether ``sam build`` makes a layer of Python packages of what the user wrote."""
        method = mapping(_resource(self.written, name).get("Metadata")).get("BuildMethod")
        return str(method).startswith("python")


def _resource(template: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return mapping(mapping(template.get("Resources")).get(name))


@cache
def _as_built(folder: str) -> str:
    """A folder in which another one is ``python``, where Lambda looks for packages of a layer."""
    if os.path.isdir(os.path.join(folder, "python")):
        return folder
    built = make_folder("lattice-layer-")
    (built / "python").symlink_to(folder)
    return str(built)
