"""Files that users name: what is in them, and how to call them; and folders that are made for a run."""

from __future__ import annotations

import atexit
import codecs
import os
import shutil
import tempfile
from pathlib import Path as FilePath

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.common.documents import Document, parse_yaml
from lattice_events.readers.common.noted import look

MAX_BYTES = 16 * 1024 * 1024  # of a file: sixteen times what CloudFormation takes


def read_text(file: FilePath, shown: str) -> str:
    """A file's text.

    Raises:
        ManifestError: It cannot be read.
    """
    look("content", file)
    try:
        with file.open("rb") as opened:
            data = opened.read(MAX_BYTES + 1)
        if len(data) <= MAX_BYTES:
            return data.decode(encoding_of(data))
        reason = f"it has more than {MAX_BYTES // 1024 // 1024} MB"
    except OSError as error:
        reason = str(error.strerror)
    except UnicodeDecodeError:
        reason = "it is not UTF-8 text; save it as UTF-8"
    raise ManifestError((Problem(f"The file cannot be read: {reason}.", shown),))


def encoding_of(data: bytes) -> str:
    """UTF-8, or the UTF-16 in which PowerShell writes what a command says: ``terraform show -json > plan.json``."""
    starts = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return "utf-16" if data.startswith(starts) and not data.startswith(codecs.BOM_UTF32_LE) else "utf-8-sig"


def read_yaml(file: FilePath) -> Document:
    """The one document of a file.

    Raises:
        ManifestError: It cannot be read, or is no YAML.
    """
    return parse_yaml(read_text(file, shown(file)), shown(file))


def make_folder(prefix: str) -> FilePath:
    """A folder that is there as long as this program runs."""
    folder = tempfile.mkdtemp(prefix=prefix)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return FilePath(folder)


def shown(path: FilePath) -> str:
    """A path as a user wants to read it: relative to where they are, if it is below."""
    try:
        return os.path.relpath(path) if path.resolve().is_relative_to(FilePath.cwd()) else str(path)
    except (OSError, ValueError, RuntimeError):  # of a link that leads to itself
        return str(path)
