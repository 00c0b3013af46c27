"""A Serverless project in a folder of its own, deployed by the real Serverless CLI."""

from __future__ import annotations

import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from tests.integration.running import PATIENCE_SECONDS, ROOT, alone, clean_environment

_SAMPLE = (
    "serverless.yml",
    "package.json",
    "package-lock.json",
    "requirements.txt",
    "handlers",
    "lattice_events",
    "scripts/deploy",
    "scripts/setup",
    "scripts/placeholders.js",
    "examples",
    "plugin",
)


class Project:
    """A project that can be edited and deployed.

    Attributes:
        folder: Where its serverless.yml is.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        self._environment = {
            **clean_environment(),
            "CI": "1",
            "SLS_AWS_MONITORING_FREQUENCY": "200",
            **environment,
        }
        self._environment.pop("XDG_CACHE_HOME", None)  # pip and npm keep their own

    def run(self, *command: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command in the folder or another, alone of those that use the Serverless CLI's caches."""
        with alone():
            return subprocess.run(
                command,
                cwd=cwd or self.folder,
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=3 * PATIENCE_SECONDS,
            )

    def osls(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """The Serverless CLI."""
        return self.run(ROOT / "node_modules" / ".bin" / "osls", *arguments)


def copy_sample(target: Path) -> Path:
    """The checkout's sample, with wheels for this machine, so that its zip runs here."""
    for name in _SAMPLE:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(
                source, target / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
            )
        elif source.exists():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / name)
    (target / "node_modules").symlink_to(ROOT / "node_modules")
    for file in target.rglob("serverless.yml"):
        file.write_text(_for_this_machine(file.read_text()))
    return target


def _for_this_machine(text: str) -> str:
    machine = platform.machine().replace("arm64", "aarch64")
    version = "{}.{}".format(*sys.version_info)
    architecture = "arm64" if machine == "aarch64" else "x86_64"
    return (
        text.replace("aarch64", machine)
        .replace("architecture: arm64", f"architecture: {architecture}")
        .replace("--python-version=3.12", f"--python-version={version}")
        .replace("pythonBin: python3\n", f"pythonBin: {sys.executable}\n")
    )


def edited(folder: Path, changes: tuple[tuple[str, str], ...]) -> None:
    """Replace texts of the folder's serverless.yml, each of which must be there once."""
    file = folder / "serverless.yml"
    text = file.read_text()
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    file.write_text(text)
