"""Forget what Python has compiled of files that changed.

Python takes compiled code for a file's if the second of its last change and its length are the same, so an edit may
hide behind the one before: ``1`` after ``2`` within a second.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable
from contextlib import suppress


def forget_bytecode(files: Iterable[str]) -> None:
    """Remove the compiled code of Python files, by whatever version; Python makes it again."""
    for file in files:
        folder, name = os.path.split(file)
        stem, suffix = os.path.splitext(name)
        if suffix == ".py":
            for compiled in glob.glob(
                f"{glob.escape(stem)}.*.pyc", root_dir=os.path.join(folder, "__pycache__")
            ):
                with suppress(OSError):  # not ours to remove, or gone
                    os.unlink(os.path.join(folder, "__pycache__", compiled))
