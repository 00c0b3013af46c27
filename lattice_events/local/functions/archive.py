"""Unpack a function's code as Lambda does.

Source:
    https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
"""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile

from lattice_events.errors import ConfigurationError

MAX_UNPACKED_BYTES = 250 * 1024 * 1024
_MAX_DEPTH = 200  # of folders; making and removing them recurses


def unpack(archive: str) -> str:
    """Unpack a deployment package into a new temporary folder; the caller deletes it.

    Permissions are kept; a member cannot leave the folder, and a symbolic link becomes a file.

    Raises:
        ConfigurationError: The archive is missing, broken, or larger than Lambda takes; no folder is left.
    """
    folder = tempfile.mkdtemp(prefix="lattice-code-")
    try:
        with zipfile.ZipFile(archive) as package:
            members = package.infolist()
            _check(members)
            for member in members:
                _extract(package, member, folder)
    except Exception as error:
        shutil.rmtree(folder, ignore_errors=True)
        reason = str(error) or type(error).__name__
        raise ConfigurationError(f"The package {archive} cannot be unpacked: {reason}.") from error
    return folder


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Refuse what would fill the disk; no member has more bytes than it says."""
    size = sum(member.file_size for member in members)
    if size > MAX_UNPACKED_BYTES:
        raise ValueError(
            f"it has {size:,} bytes unpacked, and Lambda accepts {MAX_UNPACKED_BYTES:,}; remove what the function does not need"
        )
    for member in members:
        if member.filename.count("/") > _MAX_DEPTH:
            raise ValueError(f"{member.filename[:40]!r}… has more than {_MAX_DEPTH} nested folders")


def _extract(package: zipfile.ZipFile, member: zipfile.ZipInfo, folder: str) -> None:
    path = package.extract(member, folder)
    mode = member.external_attr >> 16
    if mode and not member.is_dir():
        os.chmod(path, stat.S_IMODE(mode) & 0o777 | stat.S_IRUSR | stat.S_IWUSR)
