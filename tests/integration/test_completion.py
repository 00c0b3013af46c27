"""`lattice completion` in real shells: what they offer for a line that is half typed."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from click.shell_completion import BashComplete
from click.testing import CliRunner

from lattice_events.cli.commands import lattice
from tests.integration.running import BIN, PATIENCE_SECONDS, clean_environment, lattice_dev
from tests.integration.test_terminal import CODE, TEMPLATE

HOSTILE = "/$(touch${IFS}made)"
_BASH = """\
eval "$(lattice completion bash)"
COMP_WORDS=({words}) COMP_CWORD={last}
_lattice_completion lattice
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
# What compinit would bring prints what it is given.
_ZSH = """\
compdef() {{ }}
_describe() {{ print -l ${{(P)3}} }}
compadd() {{ print -l $completions }}
eval "$(lattice completion zsh)"
words=({words}) CURRENT={last}+1
_lattice_completion
"""
_FISH = """\
lattice completion fish | source
complete -C {line}
"""
SHELLS = {"bash": ("bash", "--norc", "-c"), "zsh": ("zsh", "-f", "-c"), "fish": ("fish", "--no-config", "-c")}


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where commands find a network that has had two requests, the second from somebody who knows shells."""
    folder = tmp_path_factory.mktemp("shop")
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(CODE)
    pod = "pod=arn:aws:iam::123456789012:role/pod"
    with lattice_dev(
        folder, f"--code=ShopFunction={folder}", f"--caller={pod}", XDG_RUNTIME_DIR=str(folder)
    ) as running:
        url = running.service("shop")["local_url"].rstrip("/")
        for path in ("/orders/7", HOSTILE):
            running.curl("--globoff", f"{url}{path}")
        yield folder


def offered(shell: str, line: str, runs: Path) -> list[str]:
    """What a shell offers, without the word on each."""
    words = line.split(" ")
    quoted = {
        "words": " ".join(shlex.quote(each) for each in words),
        "last": len(words) - 1,
        "line": shlex.quote(line),
    }
    script = {"bash": _BASH, "zsh": _ZSH, "fish": _FISH}[shell].format(**quoted)
    done = ran(*SHELLS[shell], script, variables={"XDG_RUNTIME_DIR": str(runs)})
    assert done.stderr == ""
    values = (each.partition("\t")[0] for each in done.stdout.splitlines())
    return [each.partition(":")[0] if shell == "zsh" else each for each in values if each]


def completed(line: str) -> list[str]:
    """What is given to a shell, in this process."""
    *before, last = line.split(" ")[1:]
    given = BashComplete(lattice, {}, "lattice", "_LATTICE_COMPLETE").get_completions(before, last)
    return [each.value for each in given]


def ran(*command: str | Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **variables}
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("lattice c", ["call", "check", "cloud", "completion", "credentials"]),
        ("lattice requests --service ", ["shop"]),
        ("lattice check --select LTC10", None),
    ],
)
def test_every_shell_offers_commands_and_values(
    shell: str, line: str, values: list[str] | None, runs: Path
) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    found = offered(shell, line, runs)

    assert found == values if values else found and all(each.startswith("LTC10") for each in found)


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("lattice requests --fo", ["--follow"]),
        ("lattice requests --caller ", ["shop", "pod"]),
        ("lattice requests ", ["2", "1"]),
        ("lattice replay ", ["2", "1"]),
        ("lattice replay 1 --as p", ["pod"]),
        ("lattice call sho", ["shop/", "shop/orders/7"]),
        ("lattice call POST shop/o", ["shop/orders/7"]),
        ("lattice explain --as ", ["shop", "pod"]),
        ("lattice graph --from p", ["pod"]),
        ("lattice invoke ", ["shop"]),
        ("lattice credentials s", ["shop"]),
        ("lattice fault add latency --service ", ["shop"]),
        ("lattice fault remove ", []),
        ("lattice completion ", ["bash", "zsh", "fish"]),
        ("lattice check --explain LTC101", ["LTC101"]),
        ("lattice explain POST shop/ temp", ["temp"]),  # a file: the shell's own
    ],
)
def test_what_is_known_is_offered(
    line: str, values: list[str], runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runs))

    assert completed(line) == values


def test_what_a_client_sent_is_no_command_in_the_user_s_shell(
    runs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runs))

    assert HOSTILE in CliRunner().invoke(lattice, ["requests"]).output
    assert completed("lattice call ") == ["shop/", "shop/orders/7"]


@pytest.mark.parametrize("line", ["lattice call ", "lattice invoke ", "lattice requests --service "])
def test_without_a_run_nothing_is_offered(line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    assert completed(line) == []


def test_without_a_run_nothing_is_printed(tmp_path: Path) -> None:
    assert offered("bash", "lattice requests ", tmp_path) == []


def test_the_help_says_how_to_install_it_for_each_shell() -> None:
    shown = ran(BIN / "lattice", "completion", "--help", variables={}).stdout

    for shell in SHELLS:
        assert f"lattice completion {shell}" in shown
