"""What was changed, kept in a folder: a line for each request, and bodies by what they hold.

Doing the same requests in the same order, each with its time and its seed, gives the same state with the same ids.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import stat
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lattice_events.cloud.endpoint.turns import Given
from lattice_events.cloud.endpoint.wsgi import ApiRequest
from lattice_events.errors import ConfigurationError

FORMAT = 1
_ANEW = "Start anew with another folder, or empty this one, and deploy again."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A request that was done, without its secrets, and how it was answered."""

    request: ApiRequest
    given: Given
    status: int


class Journal:
    """The journal of one folder, which nobody else uses meanwhile.

    Attributes:
        folder: Where it is.
        size: How many requests it has.
    """

    def __init__(self, folder: Path, *, versions: Mapping[str, str]) -> None:
        """Open a journal, or begin one.

        Args:
            folder: Made if it is not there.
            versions: Of everything that another state would come of.

        Raises:
            ConfigurationError: The folder is another's, in use, or of other versions.
        """
        self.folder = folder
        self.size = 0
        _make_private(folder)
        self._lock = _locked(folder)
        self._bodies = folder / "bodies"
        self._bodies.mkdir(mode=0o700, exist_ok=True)
        self._header = {"format": FORMAT, **versions}
        self._file = open(folder / "journal", "a+b", opener=_private)  # noqa: SIM115 - closed by `close`

    def entries(self) -> Iterator[Entry]:
        """What is in it; a line that was not written to its end is dropped.

        Raises:
            ConfigurationError: It is damaged, or of other versions.
        """
        self._file.seek(0)
        whole = 0
        for number, line in enumerate(self._file, 1):
            if not line.endswith(b"\n"):
                break
            document = self._read_line(line, number)
            whole += len(line)
            if number == 1:
                self._check_header(document)
                continue
            self.size += 1
            yield self._entry(document, number)
        self._file.truncate(whole)
        if not whole:
            self._write(self._header)

    def keep(self, entry: Entry) -> None:
        """Add a request; it is in the file when this returns."""
        self._write(
            {
                "environ": _plain(entry.request.environ),
                "body": self._keep_body(entry.request.body),
                "given": asdict(entry.given),
                "status": entry.status,
            }
        )
        self.size += 1

    def close(self) -> None:
        """Let others use the folder."""
        self._file.close()
        os.close(self._lock)

    def _write(self, document: Any) -> None:
        text = json.dumps(document).encode()
        self._file.write(b"%08x %s\n" % (zlib.crc32(text), text))
        self._file.flush()

    def _read_line(self, line: bytes, number: int) -> Any:
        checksum, _, text = line.rstrip(b"\n").partition(b" ")
        if checksum != b"%08x" % zlib.crc32(text):
            raise self._damaged(f"line {number} of {self.folder / 'journal'} is not as it was written")
        return json.loads(text)

    def _check_header(self, header: Mapping[str, Any]) -> None:
        for name, ours in self._header.items():
            if header.get(name) != ours:
                raise ConfigurationError(
                    f"--state {self.folder} was made with {name} {header.get(name)}, and this is {name} {ours}, "
                    f"by which the same deploys give another state. {_ANEW}"
                )

    def _entry(self, document: Mapping[str, Any], number: int) -> Entry:
        body = self._body(document["body"], number)
        return Entry(
            request=ApiRequest(environ=document["environ"], body=body),
            given=Given(**document["given"]),
            status=document["status"],
        )

    def _keep_body(self, body: bytes) -> str:
        """The name of the file that has a body; empty for none."""
        if not body:
            return ""
        name = hashlib.sha256(body).hexdigest()
        file = self._bodies / name
        if not file.exists():
            written = file.with_suffix(".new")
            with open(written, "wb", opener=_private) as opened:
                opened.write(body)
            written.replace(file)
        return name

    def _body(self, name: str, number: int) -> bytes:
        if not name:
            return b""
        try:
            body = (self._bodies / name).read_bytes()
        except OSError as error:
            raise self._damaged(
                f"the body of line {number}, {self._bodies / name}, cannot be read: {error.strerror}"
            ) from error
        if hashlib.sha256(body).hexdigest() != name:
            raise self._damaged(f"the body of line {number}, {self._bodies / name}, is not as it was written")
        return body

    def _damaged(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"--state {self.folder} is damaged: {what}. {_ANEW}")


def _plain(environ: Mapping[str, Any]) -> dict[str, Any]:
    """What of WSGI's variables is text; and the headers whose spelling moto minds."""
    return {name: value for name, value in environ.items() if isinstance(value, str | dict)}


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _make_private(folder: Path) -> None:
    """Make a folder that only its user may enter.

    Raises:
        ConfigurationError: It is there, and others may, or it has something else in it.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
        names = set(os.listdir(folder))
    except OSError as error:
        raise ConfigurationError(f"--state {folder} cannot be used: {error.strerror}.") from error
    if found.st_uid != os.getuid() or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigurationError(
            f"--state {folder} must be a folder that only you may enter, since what is deployed may hold secrets: "
            f"chmod 700 {folder}"
        )
    if names and not names & {"journal", "lock"}:
        raise ConfigurationError(
            f"--state {folder} has other files in it: name an empty folder, or one that is not there."
        )


def _locked(folder: Path) -> int:
    """A lock on a folder; it goes with the process, however that ends.

    Raises:
        ConfigurationError: Another process has it.
    """
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise ConfigurationError(
            f"--state {folder} is in use by another lattice cloud: stop it, or name another folder."
        ) from error
    return lock
