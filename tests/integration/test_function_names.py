"""A function by its name, its logical id and its ARN, wherever a command takes one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.bare_functions import code_of, make_service
from tests.integration.running import BIN, clean_environment, lattice_dev

CODE = "def handler(event, context):\n    return context.function_name\n"
ARN = "arn:aws:lambda:us-east-1:123456789012:function:first"


def lattice(*arguments: str | Path, **variables: str) -> str:
    environment = clean_environment() | variables
    done = subprocess.run([BIN / "lattice", *arguments], capture_output=True, text=True, env=environment)
    return done.stdout or done.stderr


@pytest.mark.parametrize("name", ["first", "First", ARN, f"{ARN}:live", "123456789012:function:first"])
def test_invoke_takes_every_name_of_a_function(tmp_path: Path, name: str) -> None:
    file = make_service(tmp_path, CODE, "first")

    assert json.loads(lattice("invoke", name, file, *code_of(tmp_path, "first"))) == "first"


def test_a_slip_in_a_logical_id_is_told(tmp_path: Path) -> None:
    file = make_service(tmp_path, CODE, "first")

    said = lattice("invoke", "Frist", file, *code_of(tmp_path, "first"))

    assert "There is no function Frist. Did you mean First? The functions are: first." in said


def test_a_caller_of_a_run_has_every_name_of_its_function(tmp_path: Path) -> None:
    file = make_service(tmp_path, CODE, "first")
    alone = str(tmp_path)  # no other test's run is seen

    with lattice_dev(file, *code_of(tmp_path, "first"), XDG_RUNTIME_DIR=alone):
        told = [
            json.loads(lattice("credentials", name, "--json", XDG_RUNTIME_DIR=alone))
            for name in ("first", "First", ARN)
        ]

    assert told[0] == told[1] == told[2]
