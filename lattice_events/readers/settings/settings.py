"""``custom.lattice`` of a serverless.yml: how the local network plays what is not in the file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path as FilePath
from typing import Any, Literal, get_args, get_origin, get_type_hints
from urllib.parse import urlsplit

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.errors import Problem
from lattice_events.readers.common.documents import Path
from lattice_events.readers.common.fragment import did_you_mean
from lattice_events.readers.common.sources import SettingsSource
from lattice_events.readers.settings.callers import VPC, CallerReader, CallerSettings

_KEYS = (
    "assumptions", "callers", "defaultVpc", "manifests", "maxProcesses", "python", "serviceNetwork", "targets"
)  # fmt: skip
_TARGET_KEYS = ("command", "cwd", "url")


@dataclass(frozen=True, kw_only=True)
class TargetSettings:
    """What stands for an HTTP target: a URL, or a command that listens on ``PORT``."""

    url: str | None = None
    command: tuple[str, ...] = ()
    cwd: str = ""
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The settings of one serverless.yml; paths are absolute.

    Attributes:
        manifests: Files and folders of Kubernetes manifests.
        targets: By name of a Kubernetes Service or of a target group.
        python: The interpreter that runs the functions; empty for the one of ``lattice``.
        max_processes: How many processes a function may have.
        service_network: The defined service network that references mean.
        callers: Who calls, beside the functions.
        default_vpc: Id or ARN of the VPC that others call from.
        assumptions: Where VPC Lattice is silent.
    """

    manifests: tuple[FilePath, ...] = ()
    targets: Mapping[str, tuple[TargetSettings, ...]] = field(default_factory=dict)
    python: str = ""
    max_processes: int = 4
    service_network: str | None = None
    callers: tuple[CallerSettings, ...] = ()
    default_vpc: str | None = None
    assumptions: Assumptions = DEFAULTS


def parse_settings(source: SettingsSource) -> tuple[Settings, tuple[Problem, ...]]:
    """Read settings: what is right of them, and what is wrong with the rest."""
    parser = _Parser(source)
    settings = parser.parse({} if source.value is None else source.value)
    return settings, tuple(parser.problems)


def _url_problem(url: str) -> str | None:
    """Say what is wrong with the URL of a target, or ``None``."""
    if not url.startswith(("http://", "https://")):
        return "start with http:// or https://"
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        has_port, parts = False, urlsplit("")
    if not has_port or not parts.hostname:
        return f"have a host and a port, not {url!r}"
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        return f"end after the port, not {url!r}: a request keeps its own path"
    return None


class _Parser:
    """Reads the mapping and collects what is wrong with it."""

    def __init__(self, source: SettingsSource) -> None:
        self._folder = source.folder
        self._locate = source.locate
        self._root = source.root
        self.problems: list[Problem] = []

    def _wrong(self, path: Path, message: str) -> None:
        self.problems.append(Problem(message, self._locate((*self._root, *path))))

    def parse(self, value: Any) -> Settings:
        if not isinstance(value, dict):
            self._wrong((), "custom.lattice must be a mapping.")
            return Settings()
        for key in value:
            if key not in _KEYS:
                self._wrong((key,), f"custom.lattice has no setting {key}.{did_you_mean(str(key), _KEYS)}")
        python = value.get("python", "")
        network = value.get("serviceNetwork")
        callers = CallerReader(self._locate, (*self._root, "callers"))
        read = callers.read(value.get("callers", {}))
        self.problems += callers.problems
        return Settings(
            manifests=tuple(self._manifests(value.get("manifests", []))),
            targets=self._targets(value.get("targets", {})),
            python=self._interpreter(python) if python else "",
            max_processes=self._max_processes(value.get("maxProcesses", 4)),
            service_network=None if network is None else str(network),
            callers=read,
            default_vpc=self._default_vpc(value.get("defaultVpc")),
            assumptions=self._assumptions(value.get("assumptions", {})),
        )

    def _manifests(self, value: Any) -> list[FilePath]:
        items = [value] if isinstance(value, str) else value
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            self._wrong(("manifests",), "manifests must be a list of files or folders.")
            return []
        paths = []
        for index, item in enumerate(items):
            path = self._folder / item
            if os.path.exists(path):  # which a name that no file can have is not, either
                paths.append(path)
            else:
                self._wrong(("manifests", index), f"There is no file or folder {item}.")
        return paths

    def _interpreter(self, value: Any) -> str:
        """An interpreter: a path from the file's folder, or a program on PATH."""
        text = str(value)
        return str(self._folder / text) if "/" in text else text

    def _max_processes(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 1000:
            self._wrong(
                ("maxProcesses",), f"maxProcesses must be a whole number from 1 to 1000, not {value!r}."
            )
            return 4
        return value

    def _default_vpc(self, value: Any) -> str | None:
        if value is None or (isinstance(value, str) and VPC.fullmatch(value)):
            return value
        self._wrong(("defaultVpc",), f"defaultVpc must be the id or the ARN of a VPC, not {value!r}.")
        return None

    def _targets(self, value: Any) -> dict[str, tuple[TargetSettings, ...]]:
        if not isinstance(value, dict):
            self._wrong(("targets",), "targets must be a mapping from a name to {url: …} or {command: […]}.")
            return {}
        targets = {}
        for name, item in value.items():
            items = item if isinstance(item, list) and item else [item]
            read = [self._target(("targets", name), each) for each in items]
            targets[str(name)] = tuple(each for each in read if each is not None)
        return targets

    def _target(self, path: Path, value: Any) -> TargetSettings | None:
        """One ``{url: …}`` or ``{command: […]}``."""
        name = path[-1]
        if not isinstance(value, dict) or ("url" in value) == ("command" in value):
            self._wrong(path, f"The target {name} must have one of url and command.")
            return None
        for key in value:
            if key not in _TARGET_KEYS:
                self._wrong(
                    (*path, key), f"A target has no setting {key}.{did_you_mean(str(key), _TARGET_KEYS)}"
                )
        origin = self._locate((*self._root, *path))
        if "url" in value:
            problem = _url_problem(str(value["url"]))
            if problem:
                self._wrong((*path, "url"), f"The url of the target {name} must {problem}.")
            return TargetSettings(url=str(value["url"]).rstrip("/"), origin=origin)
        command = value["command"]
        if (
            not isinstance(command, list)
            or not command
            or not all(isinstance(word, (str, int)) for word in command)
        ):
            self._wrong(
                (*path, "command"), f"The command of the target {name} must be a list: [python3, app.py]."
            )
            return None
        cwd = str(self._folder / str(value.get("cwd", ".")))
        return TargetSettings(command=tuple(map(str, command)), cwd=cwd, origin=origin)

    def _assumptions(self, value: Any) -> Assumptions:
        """Switches by name; each must have the type of its default."""
        if not isinstance(value, dict):
            self._wrong(("assumptions",), "assumptions must be a mapping from a name to a value.")
            return DEFAULTS
        known = {each.name: each for each in fields(Assumptions)}
        changes: dict[str, Any] = {}
        for name, given in value.items():
            if name not in known:
                self._wrong(
                    ("assumptions", name), f"There is no assumption {name}.{did_you_mean(str(name), known)}"
                )
            elif (problem := _switch_problem(known[name], given)) is not None:
                self._wrong(("assumptions", name), f"{name} must be {problem}.")
            else:
                changes[name] = given
        return Assumptions(**changes)


def _switch_problem(switch: Field[Any], given: Any) -> str | None:
    """Say what a switch must be that is not of its type, or not one of its values; else ``None``."""
    kind, limits = get_type_hints(Assumptions)[switch.name], switch.metadata["limits"]
    if get_origin(kind) is Literal:
        choices = " or ".join(map(repr, get_args(kind)))
        return None if given in get_args(kind) else f"{choices}, not {given!r}"
    if type(given) is not kind:
        return f"a {kind.__name__}, like {switch.default!r}; not {given!r}"
    if limits and not limits[0] <= given <= limits[1]:
        return f"from {limits[0]} to {limits[1]}, not {given!r}"
    return None
