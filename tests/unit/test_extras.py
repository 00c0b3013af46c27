"""What is said where an optional package is not installed: the smallest extra that brings it."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from lattice_events.cli.commands import lattice
from lattice_events.client import DefaultCredentials, look_up_service
from lattice_events.errors import LatticeError
from lattice_events.local.run.profile import profile_credentials

ROOT = Path(__file__).parents[2]
EXTRAS = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]


def call_by_name() -> None:
    CliRunner().invoke(lattice, ["call", "nobody"], catch_exceptions=False, standalone_mode=False)


def start_a_cloud() -> None:
    CliRunner().invoke(lattice, ["cloud"], catch_exceptions=False, standalone_mode=False)


def serve_agents() -> None:
    CliRunner().invoke(lattice, ["mcp"], catch_exceptions=False, standalone_mode=False)


@pytest.mark.parametrize(
    ("package", "use", "extra"),
    [
        pytest.param("botocore.session", DefaultCredentials(profile="team"), "boto3", id="profile"),
        pytest.param("boto3", lambda: look_up_service("foo"), "boto3", id="look up a service"),
        pytest.param("boto3", call_by_name, "boto3", id="lattice call"),
        pytest.param("botocore.session", lambda: profile_credentials("team"), "boto3", id="--aws-profile"),
        pytest.param("moto.moto_server.werkzeug_app", start_a_cloud, "cloud", id="lattice cloud"),
        pytest.param("mcp.server", serve_agents, "mcp", id="lattice mcp"),
    ],
)
def test_a_missing_package_names_the_smallest_extra(
    package: str, use: Callable[[], object], extra: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(LatticeError, match=re.escape(f"pip install 'lattice-events[{extra}]'")):
        use()


def test_every_extra_that_a_message_names_exists_and_is_not_a_collection() -> None:
    named = {
        extra
        for module in (ROOT / "lattice_events").rglob("*.py")
        for extra in re.findall(r"(?:MissingExtraError\(\"|lattice-events\[)(\w+)", module.read_text())
    }

    assert "boto3" in named
    assert named <= {"cloud", *(name for name in EXTRAS if "lattice-events[" not in str(EXTRAS[name]))}
