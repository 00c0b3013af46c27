"""What lies in a folder that a user named and may be read."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from pathlib import Path as FilePath

from lattice_events.readers.common.files import MAX_BYTES, encoding_of, shown
from lattice_events.readers.common.noted import look
from lattice_events.readers.settings.file import NAMES
from lattice_events.readers.table import READERS

_SUFFIXES = (".json", ".template", ".yaml", ".yml")  # a file that is named may have any
_NOT_OURS = ("node_modules", "__pycache__", "venv")
_KEYS = "|".join(sorted({key for reader in READERS for key in reader.keys}))
_HAS_KEY = re.compile(rf"\b(?:{_KEYS})[\"']?\s*:".encode())
_UTF_32 = (codecs.BOM_UTF32_BE, codecs.BOM_UTF32_LE)
_CHART = "Chart.yaml"
_TEMPLATES = "templates"


def entries(folder: FilePath) -> Iterator[FilePath]:
    """Files of a folder that may be of some form, and its folders, without hidden ones and packages."""
    look("names", folder)
    try:
        names = sorted(os.listdir(folder))
    except OSError:  # nothing that this user may read
        return
    for name in names:
        entry = folder / name
        if name.startswith(".") or name in _NOT_OURS or (name == _TEMPLATES and is_chart(folder)):
            continue
        is_folder = entry.is_dir() and not entry.is_symlink()  # a link may lead back up
        if is_folder or (
            entry.suffix in _SUFFIXES and entry.is_file() and (name in NAMES or _has_key(entry))
        ):
            yield entry


def is_chart(folder: FilePath) -> bool:
    """Whether a folder is a Helm chart, whose templates are not manifests yet."""
    return (folder / _CHART).is_file() and (folder / _TEMPLATES).is_dir()


def chart_note(folder: FilePath) -> str:
    """What to say of a Helm chart."""
    return f"{shown(folder)}: The templates of a Helm chart are not read: save what 'helm template' prints, and name that file."


def _has_key(file: FilePath) -> bool:
    """Whether a file has a key of some form; one that cannot be read is told when it is parsed."""
    look("content", file)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except OSError:
        return True
    if len(data) > MAX_BYTES or data.startswith(_UTF_32):
        return True
    if encoding_of(data) == "utf-16":
        data = data.decode("utf-16", errors="replace").encode()
    return _HAS_KEY.search(data) is not None
