"""Settings: how the local network plays what no definition says; several places may say some."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any
from urllib.parse import urlsplit

from lattice_events.assumptions import Assumptions
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.faults import Fault, parse_fault
from lattice_events.readers.common.documents import Path, mapping
from lattice_events.readers.common.noted import exists
from lattice_events.readers.common.sources import RunSettings, SettingsSource
from lattice_events.readers.settings.callers import CallerReader, CallerSettings
from lattice_events.readers.settings.ignores import KEY
from lattice_events.readers.settings.schema import NAMED, find_mistakes

Key = tuple[str, ...]
_PROGRAMS = ("manifests", "python")  # a project among the manifests runs its CLI


@dataclass(frozen=True, kw_only=True)
class TargetSettings:
    """What stands for an HTTP target: a URL, or a command that listens on ``PORT``."""

    url: str | None = None
    command: tuple[str, ...] = ()
    cwd: str = ""
    origin: str = field(default="", compare=False)


@dataclass(frozen=True, kw_only=True)
class Said:
    """One setting as one place says it.

    Attributes:
        value: What it means.
        written: What it is there.
        origin: Where.
    """

    value: Any
    written: Any = field(default=None, compare=False)
    origin: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What one place says, or several; paths are absolute.

    Attributes:
        manifests: Files and folders to read.
        said: Every other setting, with each place that says it. Its key is its name; of what has a name of
            its own (a target, a caller, an assumption), also that one.
    """

    manifests: tuple[FilePath, ...] = ()
    said: Mapping[Key, tuple[Said, ...]] = field(default_factory=dict)

    @property
    def targets(self) -> dict[str, tuple[TargetSettings, ...]]:
        """By name of a Kubernetes Service or of a target group."""
        return self._named("targets")

    @property
    def callers(self) -> tuple[CallerSettings, ...]:
        """Who calls, beside the functions."""
        return tuple(self._named("callers").values())

    @property
    def faults(self) -> tuple[Fault, ...]:
        """On purpose, that requests meet."""
        return tuple(self._named("faults").values())

    @property
    def run_settings(self) -> RunSettings:
        """How functions run."""
        default = RunSettings()
        return RunSettings(
            python=self._value("python", default.python),
            max_processes=self._value("maxProcesses", default.max_processes),
            prewarm=self._value("prewarm", default.prewarm),
        )

    @property
    def service_network(self) -> str | None:
        """The defined service network that references mean."""
        network: str | None = self._value("serviceNetwork", None)
        return network

    @property
    def default_vpc(self) -> str | None:
        """Id or ARN of the VPC that others call from."""
        vpc: str | None = self._value("defaultVpc", None)
        return vpc

    @property
    def assumptions(self) -> Assumptions:
        """Where VPC Lattice is silent."""
        return Assumptions(**self._named("assumptions"))

    def only(self, names: Collection[str]) -> Settings:
        """Some of what is said."""
        return Settings(said={key: said for key, said in self.said.items() if key[0] in names})

    def without(self, names: Collection[str]) -> Settings:
        """All but some of what is said."""
        return self.only({key[0] for key in self.said} - set(names))

    def _value(self, name: str, default: Any) -> Any:
        said = self.said.get((name,))
        return said[0].value if said else default

    def _named(self, kind: str) -> dict[str, Any]:
        return {key[1]: said[0].value for key, said in self.said.items() if key[0] == kind}


def parse_settings(source: SettingsSource) -> tuple[Settings, tuple[Problem, ...]]:
    """Read settings: what is right of them, and what is wrong with the rest."""
    parser = _Parser(source)
    settings = parser.parse({} if source.value is None else source.value)
    return settings, tuple(parser.problems)


def _url_problem(url: str) -> str | None:
    """Say what the URL of a target must be, where that can be said better than by an example."""
    if not url.startswith(("http://", "https://")):
        return "must start with http:// or https://"
    try:
        parts = urlsplit(url)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        has_port, parts = False, urlsplit("")
    if parts.username is not None:
        return "must not have a user or a password"
    if not has_port or not parts.hostname:
        return f"must have a host and a port, not {url!r}"
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        return f"must end after the port, not {url!r}: a request keeps its own path"
    return None


class _Parser:
    """Reads the mapping and collects what is wrong with it."""

    def __init__(self, source: SettingsSource) -> None:
        self._folder = source.folder
        self._locate = source.locate
        self._root = source.root
        self._is_program = source.is_program
        self._bad: list[Path] = []
        self.problems: list[Problem] = []

    def _wrong(self, path: Path, message: str) -> None:
        self.problems.append(Problem(message, self._locate((*self._root, *path))))

    def parse(self, value: Any) -> Settings:
        """Read what the schema allows of it."""
        mistakes = find_mistakes(value, name=".".join(map(str, self._root)), finer={"url": _url_problem})
        for each in mistakes:
            self._wrong(each.path, each.message)
            self._bad.append(each.path)
        if not isinstance(value, dict):
            return Settings()
        if not self._is_program:
            self._refuse_programs(value)
        manifests = value.get("manifests", []) if self._is_good(("manifests",)) else []
        said = {
            tuple(map(str, path)): (self._said(path, written),)
            for path, written in self._entries(value)
            if written is not None
        }
        return Settings(manifests=tuple(self._manifests(manifests)), said=said)

    def _refuse_programs(self, value: Mapping[str, Any]) -> None:
        """A stranger's template may say what its network is, but not what runs on this machine."""
        named = [(key,) for key in _PROGRAMS if value.get(key) is not None]
        commands = [
            ("targets", name)
            for name, written in mapping(value.get("targets")).items()
            for each in (written if isinstance(written, list) else [written])
            if "command" in mapping(each)
        ]
        for path in dict.fromkeys((*named, *commands)):
            what = f"The command of the target {path[1]}" if path in commands else path[0]
            self._wrong(
                path,
                f"{what} may start a program, so it is not taken from a template: say it in lattice.yaml.",
            )
            self._bad.append(path)

    def _entries(self, value: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
        """Every setting that can be read, by key, and by name where it has one."""
        for key, written in value.items():
            if key in NAMED and isinstance(written, dict):
                # A target that is wrong is still one: that it is missing would be a second problem.
                names = (name for name in written if key == "targets" or self._is_good((key, name)))
                yield from (((key, name), written[name]) for name in names)
            elif key not in ("manifests", "$schema", KEY) and self._is_good((key,)):
                yield (key,), written

    def _is_good(self, path: Path) -> bool:
        """Whether the schema has nothing against what stands at a path."""
        return not any(each[: len(path)] == path for each in self._bad)

    def _said(self, path: Path, written: Any) -> Said:
        """What a setting means."""
        origin = self._locate((*self._root, *path))
        return Said(value=self._read(path, written, origin), written=written, origin=origin)

    def _read(self, path: Path, written: Any, origin: str) -> Any:
        if path[0] == "targets":
            return self._targets(written, origin) if self._is_good(path) else ()
        if path[0] == "callers":
            reader = CallerReader(self._locate, (*self._root, "callers"))
            caller = reader.read(str(path[1]), written)
            self.problems += reader.problems
            return caller
        if path[0] == "faults":
            return self._fault(str(path[1]), written, origin)
        if path[0] == "python":
            return str(self._folder / written) if "/" in written else written
        return int(written) if isinstance(written, float) else written  # 502.0 is a whole number

    def _fault(self, name: str, written: Mapping[str, Any], origin: str) -> Fault | None:
        """One fault; of what is wrong, a schema has no word for a ``.nan``."""
        try:
            return parse_fault(name, written, origin=origin)
        except ConfigurationError as error:
            self.problems += error.problems
            return None

    def _manifests(self, value: Any) -> Iterator[FilePath]:
        for index, item in enumerate([value] if isinstance(value, str) else value):
            path = self._folder / item
            if exists(path):  # which a name that no file can have is not, either
                yield path
            else:
                self._wrong(("manifests", index), f"There is no file or folder {item}.")

    def _targets(self, written: Any, origin: str) -> tuple[TargetSettings, ...]:
        """One ``{url: …}`` or ``{command: […]}``, or several."""
        targets = written if isinstance(written, list) else [written]
        return tuple(self._target(each, origin) for each in targets)

    def _target(self, written: Mapping[str, Any], origin: str) -> TargetSettings:
        if "url" in written:
            return TargetSettings(url=written["url"].rstrip("/"), origin=origin)
        command = tuple(map(str, written["command"]))
        return TargetSettings(command=command, cwd=str(self._folder / written.get("cwd", ".")), origin=origin)
