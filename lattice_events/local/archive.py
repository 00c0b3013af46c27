"""Unpack a function's code as Lambda does."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
import zlib

from lattice_events.errors import ConfigurationError


def unpack(archive: str) -> str:
    """Unpack a deployment package into a new temporary folder; the caller deletes it.

    Permissions are kept; a member cannot leave the folder, and a symbolic link becomes a file.

    Raises:
        ConfigurationError: The archive is missing or broken.
    """
    folder = tempfile.mkdtemp(prefix="lattice-code-")
    try:
        with zipfile.ZipFile(archive) as package:
            for member in package.infolist():
                _extract(package, member, folder)
    except (OSError, zipfile.BadZipFile, zlib.error, RuntimeError) as error:  # RuntimeError: encrypted
        shutil.rmtree(folder, ignore_errors=True)
        raise ConfigurationError(f"The package {archive} cannot be unpacked: {error}.") from error
    return folder


def _extract(package: zipfile.ZipFile, member: zipfile.ZipInfo, folder: str) -> None:
    path = package.extract(member, folder)
    mode = member.external_attr >> 16
    if mode and not member.is_dir():
        os.chmod(path, stat.S_IMODE(mode) & 0o777 | stat.S_IRUSR | stat.S_IWUSR)
