"""What ``sam deploy`` is told in the ``samconfig.toml`` beside a template.

Source:
    https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-sam-cli-config.html
"""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any

from lattice_events.errors import ManifestError, Problem
from lattice_events.readers.common.documents import mapping
from lattice_events.readers.common.files import read_text, read_yaml, shown
from lattice_events.readers.common.noted import is_file

_NAMES = ("samconfig.toml", "samconfig.yaml", "samconfig.yml")
_ENVIRONMENT = "default"
_COMMANDS = ("global", "deploy")  # the later one wins
_KEYWORDS = re.compile("ParameterKey=(?P<name>[^,]+),ParameterValue=(?P<value>.*)", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class SamConfig:
    """The default environment of a ``samconfig.toml``."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    stack_name: str = ""
    region: str = ""


def read_samconfig(folder: FilePath) -> SamConfig:
    """Read the file of a folder, or of the project whose ``.aws-sam/build`` it is.

    Raises:
        ManifestError: It is no TOML or YAML.
    """
    folders = [folder]
    if folder.parts[-2:] == (".aws-sam", "build"):
        folders.append(folder.parents[1])
    for file in (each / name for each in folders for name in _NAMES):
        if is_file(file):
            return _config(mapping(_parsed(file)))
    return SamConfig()


def _parsed(file: FilePath) -> Any:
    if file.suffix != ".toml":
        return read_yaml(file).value
    try:
        return tomllib.loads(read_text(file, shown(file)))
    except tomllib.TOMLDecodeError as error:
        raise ManifestError((Problem(f"This is not TOML: {error}.", shown(file)),)) from error
    except RecursionError:
        raise ManifestError((Problem("This TOML is nested too deeply.", shown(file)),)) from None


def _config(value: Mapping[str, Any]) -> SamConfig:
    said: dict[str, Any] = {}
    for command in _COMMANDS:
        said |= mapping(mapping(mapping(value.get(_ENVIRONMENT)).get(command)).get("parameters"))
    return SamConfig(
        parameters=dict(_overrides(said.get("parameter_overrides"))),
        stack_name=str(said.get("stack_name") or ""),
        region=str(said.get("region") or ""),
    )


def _overrides(given: Any) -> Iterator[tuple[str, str]]:
    """``parameter_overrides``: a mapping, or words in either form of the SAM CLI, in one text or in a list."""
    if isinstance(given, dict):
        yield from ((str(name), _text(value)) for name, value in given.items())
        return
    for text in given if isinstance(given, list) else [given or ""]:
        for word in _words(str(text)):
            keywords = _KEYWORDS.fullmatch(word)
            name, equals, value = word.partition("=")
            if keywords:
                yield keywords["name"], keywords["value"]
            elif equals:
                yield name, value


def _words(text: str) -> list[str]:
    """A text in words, as a shell takes it apart; one with an open quote has none."""
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _text(value: Any) -> str:
    """A parameter's value, as the CLI passes it on."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
