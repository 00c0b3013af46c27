"""Which files are Serverless projects, and what is known of them as they were written.

Source:
    https://www.serverless.com/framework/docs/providers/aws/cli-reference (``--config``)
"""

from __future__ import annotations

from pathlib import Path as FilePath

from lattice_events.readers.common.documents import Document, mapping, parse_yaml
from lattice_events.readers.common.files import read_text
from lattice_events.readers.common.noted import is_file
from lattice_events.readers.common.sources import Found

WRITTEN = (".yml", ".yaml", ".json")
CODE = (".js", ".mjs", ".cjs", ".ts")
NAMES = tuple(f"serverless{suffix}" for suffix in (*WRITTEN, *CODE))  # in the order of the CLI


def find_file(folder: FilePath) -> FilePath | None:
    """The file of a folder that the CLI would take."""
    return next((folder / name for name in NAMES if is_file(folder / name)), None)


def is_service(found: Found) -> bool:
    """Whether a file is a service's: by its name, else by the keys that each has."""
    name, suffix = found.path.name, found.path.suffix
    if name in NAMES or suffix in CODE:
        return True
    if suffix not in WRITTEN or len(found.documents) != 1:
        return False
    return {"service", "provider"} <= set(mapping(found.documents[0].value))


def written(file: FilePath, shown: str) -> Document:
    """A file as the user wrote it; one that is code has no places but itself.

    Raises:
        ManifestError: It is no YAML.
    """
    if file.suffix in CODE:
        return Document(value={}, file=shown, positions={})
    return parse_yaml(read_text(file, shown), shown)
