"""Runs of `lattice dev` announce themselves, so that other commands find them.

Each run has a file in a folder that only its user may enter: the file holds the run's proxy tokens, the token of its
API and its made-up credentials.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path

from lattice_events.local.run.ready import Ready, service_url
from lattice_events.sigv4 import Credentials

_DARWIN_USER_TEMP_DIR = 65537  # _CS_DARWIN_USER_TEMP_DIR of <unistd.h>: what TMPDIR is in a terminal of macOS


@dataclass(frozen=True, kw_only=True)
class RunningCaller:
    """A principal of a run: how it signs, and the proxy that knows it."""

    name: str
    arn: str
    proxy_url: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(repr=False)
    other_names: Sequence[str] = ()

    @property
    def credentials(self) -> Credentials:
        """Made up, and known to the run alone."""
        return Credentials(
            access_key_id=self.access_key_id,
            secret_access_key=self.secret_access_key,
            session_token=self.session_token,
        )


@dataclass(frozen=True, kw_only=True)
class Running:
    """A run of `lattice dev`.

    Attributes:
        pid: Of its process.
        proxy_url: Its proxy, with the user's token.
        control_url: Of its control port, where the inspector's API is.
        api_token: Of whoever acts through that.
        ca_file: The certificate to trust.
        region: Of its network.
        regions: Of each service, by host.
        urls: URL of each service, by name.
        callers: The principals that it knows.
    """

    pid: int
    proxy_url: str
    control_url: str
    api_token: str = field(repr=False)
    ca_file: str
    region: str
    regions: dict[str, str]
    urls: dict[str, str]
    callers: list[RunningCaller] = field(default_factory=list)

    def serves(self, host: str) -> bool:
        """Whether a host is one of its services."""
        return host in self.regions


Announce = Callable[[Ready, Sequence[RunningCaller]], None]
"""Says where everything is; what was said before no longer counts."""


@contextmanager
def announced() -> Iterator[Announce]:
    """Have a file while the run is up, once something is announced."""
    folder = _folder(next(_parents()))
    if folder is None:
        yield lambda *_: None
        return
    file = folder / f"{os.getpid()}.json"
    file.unlink(missing_ok=True)
    try:
        yield partial(_announce, file)
    finally:
        file.unlink(missing_ok=True)


def _announce(file: Path, ready: Ready, callers: Sequence[RunningCaller]) -> None:
    """Write the file; whoever reads it meanwhile has it as it was."""
    written = file.with_suffix(".new")
    written.unlink(missing_ok=True)
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
        json.dump(asdict(_running(ready, callers)), opened)
    written.replace(file)


def _running(ready: Ready, callers: Sequence[RunningCaller]) -> Running:
    services = ready.network.services
    hosts = [
        (host, each) for each in services for host in (each.domain_name, each.custom_domain_name) if host
    ]
    return Running(
        pid=os.getpid(),
        proxy_url=ready.proxy_url,
        control_url=ready.control_url,
        api_token=ready.api_token,
        ca_file=ready.ca_file,
        region=ready.network.region,
        regions={host.lower(): each.region for host, each in hosts},
        urls={each.name: service_url(each) for each in services}
        | {
            each.custom_domain_name: f"https://{each.custom_domain_name}"
            for each in services
            if each.custom_domain_name
        },
        callers=list(callers),
    )


def find_running() -> list[Running]:
    """The runs that are up, the newest first."""
    folders = dict.fromkeys(filter(None, map(_folder, _parents())))
    files = sorted((file for each in folders for file in each.glob("*.json")), key=_age, reverse=True)
    return [running for running in map(_read, files) if running is not None]


def _parents() -> Iterator[str]:
    """Where runs of this user may have left their files; the first is where one of this environment does.

    What starts a program for an agent may keep the variables from it that say where.
    """
    given = os.environ.get("XDG_RUNTIME_DIR")
    yield given or tempfile.gettempdir()
    if not given:
        yield f"/run/user/{os.getuid()}"
    if not given and sys.platform == "darwin":
        yield os.confstr(_DARWIN_USER_TEMP_DIR) or tempfile.gettempdir()


def _folder(parent: str) -> Path | None:
    """The folder of this user's runs; ``None`` if another user could have put something there."""
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
        said = json.loads(file.read_text())
        callers = [RunningCaller(**each) for each in said.pop("callers")]
        running = Running(**said, callers=callers)
        os.kill(running.pid, 0)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        file.unlink(missing_ok=True)
        return None
    return running
