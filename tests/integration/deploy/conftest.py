"""A local cloud with what an account has before the sample is deployed: the cluster's side of the stories."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.integration.cloud.running import Cloud, lattice_cloud
from tests.integration.deploy.project import copy_sample
from tests.integration.deploy.samples import REGION
from tests.integration.running import ROOT, children_of, left_of


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pods of k8s/ run, and what reads it."""
    file = tmp_path_factory.mktemp("settings") / "lattice.yaml"
    command = {"command": [sys.executable, str(ROOT / "k8s" / "server.py")]}
    file.write_text(yaml.safe_dump({"targets": {"app": command}}))
    return file


@pytest.fixture(scope="module")
def cloud(settings: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """`lattice cloud` with the cluster's side, in a temporary folder of its own; it leaves no process and no file."""
    temporary = tmp_path_factory.mktemp("tmp")
    paths = (ROOT / "k8s", "--settings", settings, "--region", REGION)
    with lattice_cloud(*paths, TMPDIR=str(temporary)) as cloud:
        yield cloud
        started = children_of(cloud.process.pid)
    assert left_of(started) == []
    assert list(temporary.iterdir()) == []


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample's files, without what tests edit."""
    subprocess.run([ROOT / "scripts" / "setup", "none", "--node"], check=True)
    return copy_sample(tmp_path_factory.mktemp("checkout"))
