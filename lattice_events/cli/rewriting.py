"""Files of users that get another text: their encoding, rights and place stay, and all of them change or none."""

from __future__ import annotations

import codecs
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from lattice_events.errors import ConfigurationError, Problem
from lattice_events.readers.common.files import encoding_of

_MARKS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_ENCODINGS = {codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}


@dataclass(frozen=True, kw_only=True)
class TextFile:
    """A file and its text.

    Attributes:
        path: Of the file itself, where a link leads to it.
        text: As it is, with its own line breaks.
        mark: The byte order mark; empty without one.
    """

    path: str
    text: str
    mark: bytes

    def encoded(self, text: str) -> bytes:
        """Another text, in the encoding of this one."""
        return self.mark + text.encode(_ENCODINGS.get(self.mark, "utf-8"))


def read_files(names: Iterable[str]) -> dict[str, TextFile]:
    """The files that can be read and written back as they are, by the names that the user has for them."""
    found = {}
    for name in names:
        with suppress(OSError, UnicodeError):
            found[name] = _read(name)
    return found


def _read(name: str) -> TextFile:
    with open(name, "rb") as opened:
        data = opened.read()
    mark = next((each for each in _MARKS if data.startswith(each)), b"")
    text = data.decode(encoding_of(data))
    file = TextFile(path=os.path.realpath(name), text=text, mark=mark)
    if file.encoded(text) != data:
        raise UnicodeError
    return file


def rewrite(files: Mapping[str, TextFile], texts: Mapping[str, str]) -> None:
    """Give files other texts: each as a whole, and none of them if one cannot be written.

    Raises:
        ConfigurationError: Names the one that cannot be written.
    """
    staged: dict[str, str] = {}  # where each of them is written, beside the one whose place it takes
    try:
        for name, text in texts.items():
            file = files[name]
            try:
                number, new = tempfile.mkstemp(prefix=".", dir=os.path.dirname(file.path))
                staged[new] = file.path
                _fill(number, new, file, text)
            except OSError as error:
                message = f"The file cannot be written: {error.strerror}. Nothing is fixed."
                raise ConfigurationError([Problem(message, name)]) from error
        for new, path in staged.items():
            os.replace(new, path)
    finally:
        for new in staged:
            with suppress(FileNotFoundError):
                os.unlink(new)


def _fill(number: int, new: str, file: TextFile, text: str) -> None:
    """Write a text to an open file, with the rights of another one."""
    with open(number, "wb") as opened:
        opened.write(file.encoded(text))
    if not os.access(file.path, os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    shutil.copymode(file.path, new)
    owned = os.stat(file.path)
    with suppress(PermissionError):
        os.chown(new, owned.st_uid, owned.st_gid)
