"""A run is the same on uvloop's event loop, which is used where it is installed, and on asyncio's own."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.integration.running import playground

URL = "https://play.example.com"


@pytest.fixture(params=["asyncio", "uvloop"])
def python_path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where a run finds modules; a uvloop that cannot be imported is one that is not installed."""
    pytest.importorskip("uvloop")
    if request.param == "asyncio":
        (tmp_path / "uvloop.py").write_text("raise ImportError")
    return str(tmp_path)


def test_both_loops_serve_and_stop(python_path: str, tmp_path: Path) -> None:
    (tmp_path / "body").write_bytes(b"x" * 1_000_000)
    with playground(python_path=python_path) as running:
        assert running.get(f"{URL}/other") == (404, "Not Found")
        assert running.get(URL.replace("https", "http") + "/other")[0] == 200
        assert running.get(f"{URL}/echo", "--data-binary", f"@{tmp_path / 'body'}")[0] == 200
        assert running.invoke("raiser", "--payload", '{"path": "/"}')["errorType"] == "ValueError"
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(120) == 0
