"""Runs of `lattice dev` announce themselves, so that other commands find them.

Each run has a file in a folder that only its user may enter: the file holds the run's proxy token.
"""

from __future__ import annotations

import json
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlsplit

from lattice_events.cli.printer import Ready, service_url


@dataclass(frozen=True, kw_only=True)
class Running:
    """A run of `lattice dev`.

    Attributes:
        pid: Of its process.
        proxy_url: Its proxy, with the user's token.
        ca_file: The certificate to trust.
        region: Of its network.
        urls: URL of each service, by name.
    """

    pid: int
    proxy_url: str
    ca_file: str
    region: str
    urls: dict[str, str]

    def serves(self, host: str) -> bool:
        """Whether a host is one of its services."""
        return host in {urlsplit(url).hostname for url in self.urls.values()}


@contextmanager
def announced(ready: Ready) -> Iterator[None]:
    """Have a file while the run is up."""
    running = Running(
        pid=os.getpid(),
        proxy_url=ready.proxy_url,
        ca_file=ready.ca_file,
        region=ready.network.region,
        urls={service.name: service_url(service) for service in ready.network.services}
        | {
            each.custom_domain_name: f"https://{each.custom_domain_name}"
            for each in ready.network.services
            if each.custom_domain_name
        },
    )
    folder = _folder()
    if folder is None:
        yield
        return
    file = folder / f"{running.pid}.json"
    file.unlink(missing_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(asdict(running), opened)
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def find_running() -> list[Running]:
    """The runs that are up, the newest first."""
    folder = _folder()
    files = sorted(folder.glob("*.json"), key=_age, reverse=True) if folder else []
    return [running for running in map(_read, files) if running is not None]


def _folder() -> Path | None:
    """The folder of this user's runs; ``None`` if another user could have put something there."""
    parent = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(parent, f"lattice-runs-{os.getuid()}")
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return None
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return folder if is_ours else None


def _age(file: Path) -> float:
    """When a file was written; 0 for one that has gone."""
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _read(file: Path) -> Running | None:
    """A run that is still there; the file of one that is not is removed."""
    try:
        running = Running(**json.loads(file.read_text()))
        os.kill(running.pid, 0)
    except (OSError, ValueError, TypeError):
        file.unlink(missing_ok=True)
        return None
    return running
