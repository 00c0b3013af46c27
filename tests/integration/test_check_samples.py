"""Nothing is wrong with the samples: not one finding, of any severity, in what the real Serverless CLI makes of them."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.running import BIN, PATIENCE_SECONDS, PLUGIN_SAMPLE, ROOT, clean_environment


@pytest.mark.parametrize("sample", [ROOT, PLUGIN_SAMPLE], ids=["resources", "plugin"])
def test_nothing_is_found_in_a_sample(sample: Path) -> None:
    done = subprocess.run(
        [BIN / "lattice", "check", "--format", "json"],
        cwd=sample,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["findings"] == []
