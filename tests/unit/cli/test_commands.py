"""What `lattice` itself knows of its commands, without loading them."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from lattice_events.cli.commands import lattice

NAMES = sorted(lattice.commands)


@pytest.mark.parametrize("name", NAMES)
def test_a_command_is_loaded_by_its_name(name: str) -> None:
    done = CliRunner().invoke(lattice, [name, "--help"])

    assert done.output.startswith(f"Usage: lattice {name} ")
    assert done.exit_code == 0


def test_the_help_shows_each_summary_whole() -> None:
    shown = CliRunner().invoke(lattice, ["--help"], terminal_width=80).output.partition("Commands:")[2]

    assert [line.split()[0] for line in shown.splitlines() if line] == NAMES
    assert "..." not in shown


def test_an_unknown_command_is_compared_with_all() -> None:
    assert "'check'" in CliRunner().invoke(lattice, ["chek"]).output


def test_the_help_loads_no_command() -> None:
    asked = (
        "import sys, atexit; sys.argv = ['lattice', '--help']; atexit.register(lambda: print(*sys.modules))"
    )
    ran = [sys.executable, "-c", f"{asked}; from lattice_events.cli import main; main()"]
    loaded = subprocess.run(ran, capture_output=True, text=True).stdout.split("Commands:")[1].split()

    assert "lattice_events.cli.commands" in loaded
    assert not {"asyncio", "rich", "yaml", "lattice_events.network", "lattice_events.cli.dev"} & {*loaded}


def test_ctrl_c_ends_a_command_as_a_shell_expects(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command()
    def event() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("lattice_events.cli.event.event", event)
    done = CliRunner().invoke(lattice, ["event"])

    assert (done.exit_code, done.output) == (130, "")
