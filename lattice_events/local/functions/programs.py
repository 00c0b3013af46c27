"""The program that a function's process runs, by its runtime.

Sources:
    https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
    https://docs.aws.amazon.com/lambda/latest/dg/nodejs-image.html#nodejs-image-clients
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from lattice_events.errors import ConfigurationError
from lattice_events.local.children.environment import SCRIPTS, Places
from lattice_events.network.model import Function

_BECOME = str(SCRIPTS / "become.py")
_CLIENT_OF_NODE = "aws-lambda-ric"
# The runtime client has a native module, which needs compilers; ours stands in for it, as it does in Python.
_INSTALL = f"npm install --save-dev --ignore-scripts {_CLIENT_OF_NODE}"
# https://www.sco.com/developers/gabi/latest/ch4.eheader.html: e_machine
_MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}


class Program(NamedTuple):
    """What to start.

    Attributes:
        before: The command up to the descriptors of its pipes.
        after: The rest.
        pipes: How many it has, of these: that closes with `lattice`; that has the Runtime API's address; that takes
            the names of modules. Without the second, the address is in ``AWS_LAMBDA_RUNTIME_API``.
        scheme: Before that address.
    """

    before: tuple[str, ...]
    after: tuple[str, ...]
    pipes: int
    scheme: str = ""

    def command(self, pipes: Sequence[int]) -> list[str]:
        """The command with the descriptors of its pipes."""
        return [*self.before, *map(str, pipes[: self.pipes]), *self.after]


def program_of(function: Function, places: Places) -> Program:
    """What runs a function.

    Raises:
        ConfigurationError: There is no such program on this machine; the message follows the function's name.
    """
    if function.runtime.startswith("nodejs"):
        node, client = node_of(), _client_of_node(places.task_root)
        script = str(SCRIPTS / "run_node.cjs")
        return Program((sys.executable, "-E", _BECOME, "node", node, script, client, function.handler), (), 2)
    if function.runtime.startswith("provided"):
        file = _bootstrap(places)
        return Program((sys.executable, "-E", _BECOME, "bootstrap", file), (), 1, _scheme_for(file))
    python = function.python or sys.executable
    return Program((python, str(SCRIPTS / "run.py")), (function.handler, places.layers), 3)


def node_of() -> str:
    """Node.js on this machine.

    Raises:
        ConfigurationError: There is none.
    """
    node = shutil.which("node")
    if node is None:
        raise ConfigurationError("its runtime is Node.js, and there is no node on PATH: install Node.js")
    return node


def _client_of_node(task_root: str) -> str:
    """The file of the runtime client, as Node.js finds packages: from the code, else from where we are."""
    for folder in _upwards(task_root, os.getcwd()):
        package = folder / "node_modules" / _CLIENT_OF_NODE
        try:
            main = json.loads((package / "package.json").read_text())["main"]
        except (OSError, ValueError, KeyError, TypeError):
            continue
        return str(package / main)
    raise ConfigurationError(
        f"its runtime is Node.js, whose runtime client is not in node_modules: {_INSTALL}"
    )


def _upwards(*starts: str) -> Iterator[Path]:
    for start in starts:
        folder = Path(start).resolve()
        yield from (folder, *folder.parents)


def _bootstrap(places: Places) -> str:
    """The executable in the code, else in a layer."""
    folders = [each for each in (places.task_root, places.layers) if each]
    found = next((file for each in folders if (file := Path(each) / "bootstrap").is_file()), None)
    if found is None:
        raise ConfigurationError(
            f"there is no file bootstrap in {places.task_root}, which its runtime starts: build it there"
        )
    if not os.access(found, os.X_OK):
        raise ConfigurationError(f"{found} is not executable: chmod +x {found}")
    _check_machine(found)
    return str(found)


def _scheme_for(program: str) -> str:
    """What a program wants before the address: Rust's runtime reads a URL, and takes no path without a scheme.

    Others put a scheme before it themselves. Rust's says its name to the Runtime API.
    """
    return "http://" if b"aws-lambda-rust/" in Path(program).read_bytes() else ""


def _check_machine(program: Path) -> None:
    """Refuse a program for another processor or system."""
    with program.open("rb") as file:
        head = file.read(20)
    if head[:4] != b"\x7fELF":
        return
    if sys.platform != "linux":
        raise ConfigurationError(
            f"{program} is a program for Linux: build it for this machine, to run it here"
        )
    machine = int.from_bytes(head[18:20], "big" if head[5:6] == b"\x02" else "little")
    own = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
    built_for = _MACHINES.get(machine, f"processor {machine} of ELF")
    if built_for != own:
        raise ConfigurationError(
            f"{program} is built for {built_for}, and this machine is {own}: build it for {own}, to run it here"
        )
