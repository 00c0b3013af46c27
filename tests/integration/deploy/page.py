"""What docs/deploy.md and docs/wire.md show: commands, run by the real AWS CLI in this process, and wiring."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO

from awscli.clidriver import create_clidriver  # type: ignore[import-untyped]

from tests.integration.running import ROOT

_PAGE = (ROOT / "docs" / "deploy.md").read_text()
_WIRE_PAGE = (ROOT / "docs" / "wire.md").read_text()
_ASSIGNMENT = re.compile(r"(\w+)=\$\((.*)\)")


def wiring() -> dict[str, str]:
    """The two blocks that say the same on docs/wire.md: ``explicit`` and ``plugin``."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", _WIRE_PAGE, re.MULTILINE | re.DOTALL)
    return dict(zip(("explicit", "plugin"), blocks, strict=True))


def commands() -> list[tuple[str, list[str]]]:
    """Each command of the page's console blocks with the lines that it is to print."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", _PAGE, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line.removeprefix("$ "), []))
            else:
                found[-1][1].append(line)
    return found


def outputs() -> Iterator[str]:
    """What each command prints, one after the other, as in one shell; an assignment prints nothing."""
    variables: dict[str, str] = {}
    for command, _ in commands():
        assignment = _ASSIGNMENT.fullmatch(command)
        printed = _run(assignment[2] if assignment else command, variables)
        if assignment:
            variables[assignment[1]] = printed.strip()
        yield "" if assignment else printed


def _run(command: str, variables: dict[str, str]) -> str:
    for name, value in variables.items():
        command = command.replace(f"${name}", value)
    program, *arguments = shlex.split(command)
    assert program == "aws", command
    with redirect_stdout(StringIO()) as printed:
        status = create_clidriver().main(arguments)
    assert status == 0, command
    return printed.getvalue()


def is_as_shown(line: str, shown: str) -> bool:
    """Whether a line that was printed is one of the page, where ``…`` is anything and blanks are equal."""
    pattern = ".*".join(map(re.escape, " ".join(shown.split()).split("…")))
    return re.fullmatch(pattern, " ".join(line.split())) is not None
