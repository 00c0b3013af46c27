"""How the functions of each source run: their interpreter."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from tests.integration.bare_functions import code_of, make_service
from tests.integration.running import lattice_dev, refused

WHERE = "import sys\ndef handler(event, context):\n    return sys.prefix\n"


def make_interpreter(folder: Path) -> Path:
    """A virtual environment of its own that has the packages of this one."""
    venv.create(folder, symlinks=True, with_pip=False)
    paths = {"base": str(folder), "platbase": str(folder)}
    packages = Path(sysconfig.get_path("purelib", vars=paths))
    (packages / "ours.pth").write_text(sysconfig.get_path("purelib"))
    return folder / "bin" / "python"


def test_functions_of_each_source_have_its_interpreter(tmp_path: Path) -> None:
    other = make_interpreter(tmp_path / "venv")
    first = make_service(tmp_path, WHERE, "first", settings={"python": str(other)})
    second = make_service(tmp_path, WHERE, "second", settings={"python": sys.executable})

    with lattice_dev(second, first, *code_of(tmp_path, "first", "second")) as running:
        found = {name: running.invoke(name) for name in ("first", "second")}

    assert found == {"first": str(tmp_path / "venv"), "second": sys.prefix}


def test_a_shim_stands_for_the_interpreter_that_it_runs(tmp_path: Path) -> None:
    """A version manager's shim looks into the home folder, which functions have none of."""
    shim = tmp_path / "shims" / "python3"
    shim.parent.mkdir()
    shim.write_text(f'#!/bin/sh\n[ "$HOME" = {tmp_path} ] && exec {sys.executable} "$@"\n')
    shim.chmod(0o755)
    file = make_service(tmp_path, WHERE, "first", settings={"python": "../shims/python3"})

    with lattice_dev(file, *code_of(tmp_path, "first"), HOME=str(tmp_path)) as running:
        assert running.invoke("first") == sys.prefix


@pytest.mark.parametrize(
    ("interpreter", "problem"),
    [
        ("no-such-python", "no-such-python cannot be run"),
        ("/bin/false", "/bin/false cannot be run as Python: exit status 1"),
        ("../bare/bin/python", "bare/bin/python has no awslambdaric, which runs the functions. Install it: "),
    ],
)
def test_an_interpreter_that_cannot_run_functions_is_named(
    tmp_path: Path, interpreter: str, problem: str
) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "bare"], check=True)
    file = make_service(tmp_path, WHERE, "first", settings={"python": interpreter})

    said = refused(file, *code_of(tmp_path, "first"))

    assert problem in said
    assert "the setting python, for first" in said


def test_every_interpreter_that_cannot_run_functions_is_named_at_once(tmp_path: Path) -> None:
    files = [make_service(tmp_path, WHERE, name, settings={"python": f"no-{name}"}) for name in ("a", "b")]

    said = refused(*files, *code_of(tmp_path, "a", "b"))

    assert ("no-a cannot be run" in said, "no-b cannot be run" in said) == (True, True)


def test_a_runtime_of_another_version_is_noted_for_each_interpreter(tmp_path: Path) -> None:
    other = make_interpreter(tmp_path / "venv")
    first = make_service(tmp_path, WHERE, "first", settings={"python": str(other)}, Runtime="python3.9")
    own = {"python": sys.executable}
    second = make_service(tmp_path, WHERE, "second", settings=own, Runtime="python3.8")

    with lattice_dev(first, second, *code_of(tmp_path, "first", "second")) as running:
        notes = [note for note in running.ready["notes"] if "Functions of" in note]

    version = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    advice = "here; the setting python names another interpreter."
    assert notes == [
        f"Functions of python3.9 run on {version} ({other}) {advice}",
        f"Functions of python3.8 run on {version} ({sys.executable}) {advice}",
    ]
