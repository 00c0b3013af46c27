"""Functions of bare templates, each in a file of its own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from textwrap import dedent


def make_service(
    folder: Path, code: str, name: str, *, settings: object = None, **properties: object
) -> Path:
    """A template with one function of this name, and a lattice.yaml beside it; its code is in the folder above."""
    described = {
        "FunctionName": name,
        "Runtime": f"python{sys.version_info.major}.{sys.version_info.minor}",
        "Handler": f"{name}.handler",
        **properties,
    }
    template = {
        "Resources": {name.capitalize(): {"Type": "AWS::Lambda::Function", "Properties": described}},
    }
    (folder / f"{name}.py").write_text(dedent(code))
    file = folder / name / f"{name}.json"
    file.parent.mkdir()
    if settings:
        (file.parent / "lattice.yaml").write_text(json.dumps(settings))
    file.write_text(json.dumps(template))
    return file


def code_of(folder: Path, *names: str) -> list[str]:
    return [f"--code={name.capitalize()}={folder}" for name in names]
