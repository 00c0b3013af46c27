"""What a reader is: it claims what a user names, loads it, and what it loaded becomes a fragment.

A reader is a `Reader` of one module, and one line in the table of `lattice_events.readers.table`. Sources
are read when all of them are loaded: settings, exports and objects of one count for the others.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path as FilePath
from typing import Any

from lattice_events.assumptions import DEFAULTS, Assumptions
from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.errors import Problem
from lattice_events.readers.common.documents import Document, Locate, Path, parse_yaml_stream
from lattice_events.readers.common.files import read_text, shown
from lattice_events.readers.common.fragment import Fragment

DEFAULT_REGION = "us-east-1"
NOWHERE = "http://127.0.0.1:$PORT"


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the command line says about the sources; paths are relative to where the user stands.

    Attributes:
        stage: ``--stage`` of the Serverless CLI.
        region: Of every source, whatever it says itself; empty for what it says.
        params: ``--param`` values by name: parameters of templates and of the Serverless CLI.
        serverless_command: The Serverless CLI; found in ``node_modules/.bin`` or on ``PATH`` when empty.
        package: A finished package of the Serverless CLI to read instead of running it.
        cache: Whether the package of an earlier run of the Serverless CLI may be read, while it is current.
        packaged: Run the archives of the package instead of the service's folder.
        variables: What others would give, by ``KIND:NAME``: ``ssm:/path`` (also of dynamic references and of
            parameters from the Parameter Store), ``cf:stack.output``, ``import:export`` and the like.
        code: Folder of a function's code by logical id.
        layers: Folder of a layer by logical id, name or ARN.
        settings: A file of settings, beside those that are found.
        targets: URLs of local servers, by name of a Kubernetes Service or of a target group.
        callers: ARNs of callers by name.
        environment: Names of variables that every function is given, and that need not be known therefore.
        runs_functions: Whether the code of every function must be known.
        runs_targets: Whether a server must be known for every HTTP target.
        guesses_conditions: Whether the condition of a resource need not be known: one of the cases is read.
        is_cancelled: Asked while a program of others runs; true ends it.
        tell: Told what is done now, for a person who waits.
    """

    stage: str = ""
    region: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    serverless_command: str = ""
    package: FilePath | None = None
    cache: bool = True
    packaged: bool = False
    variables: Mapping[str, str] = field(default_factory=dict)
    code: Mapping[str, FilePath] = field(default_factory=dict)
    layers: Mapping[str, FilePath] = field(default_factory=dict)
    settings: FilePath | None = None
    targets: Mapping[str, Sequence[str]] = field(default_factory=dict)
    callers: Mapping[str, str] = field(default_factory=dict)
    environment: frozenset[str] = frozenset()
    runs_functions: bool = True
    runs_targets: bool = True
    guesses_conditions: bool = False
    is_cancelled: Callable[[], bool] = lambda: False
    tell: Callable[[str], None] = lambda _: None


@dataclass(frozen=True)
class Found:
    """A file or folder that a user named, or that lies in one; readers look at it to claim it."""

    path: FilePath

    @property
    def shown(self) -> str:
        """How to call it in messages."""
        return shown(self.path)

    @cached_property
    def documents(self) -> tuple[Document, ...]:
        """The YAML or JSON documents of a file, without empty ones.

        Raises:
            ManifestError: It cannot be read, or is neither.
        """
        documents = tuple(parse_yaml_stream(read_text(self.path, self.shown), self.shown))
        return tuple(each for each in documents if each.value is not None) or documents

    @property
    def notes(self) -> tuple[str, ...]:
        """What to say of its documents, if a reader has looked at them."""
        return tuple(note for document in self._seen for note in document.notes)

    @property
    def repetitions(self) -> tuple[Problem, ...]:
        """Keys in them that were there before."""
        return tuple(problem for document in self._seen for problem in document.repetitions)

    @property
    def _seen(self) -> tuple[Document, ...]:
        seen: tuple[Document, ...] = vars(self).get("documents", ())
        return seen


@dataclass(frozen=True, kw_only=True)
class SettingsSource:
    """Settings as they were written: a mapping, and where its keys and its relative paths are.

    Attributes:
        value: The mapping; ``None`` when there is none.
        folder: Where relative paths start.
        locate: Gives the place of a key path below `root`.
        root: Of the mapping in its file, for messages: ``custom.lattice``, say.
        is_program: Whether its file may start programs. A template is data, from whoever wrote it.
    """

    value: Any
    folder: FilePath
    locate: Locate
    root: Path = ()
    is_program: bool = True


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """How the functions of one source run.

    Attributes:
        python: Their interpreter; empty for the one of ``lattice``.
        max_processes: How many processes each may have.
        prewarm: How many of them start before there is a request.
    """

    python: str = ""
    max_processes: int = 4
    prewarm: int = 1


def find_urls(target_urls: Mapping[str, Sequence[str]], names: Collection[str]) -> Sequence[str] | None:
    """URLs of a target that has several names: those that are said first, under any of its names."""
    return next((urls for name, urls in target_urls.items() if name in names), None)


@dataclass(frozen=True, kw_only=True)
class Context:
    """What all sources together say to each one.

    Attributes:
        options: The command line's.
        region: For sources that name none.
        account: Likewise.
        target_urls: URLs of HTTP targets, by name of a Kubernetes Service or of a target group; the last word first.
        assumptions: Where VPC Lattice is silent.
        run_settings: By origin of the source; the others have those of `RunSettings`.
        load: Loads a further file, one that a source names, with whichever reader claims it.
    """

    options: ReadOptions = field(default_factory=ReadOptions)
    region: str = DEFAULT_REGION
    account: str = MADE_UP_ACCOUNT
    target_urls: Mapping[str, Sequence[str]] = field(default_factory=dict)
    assumptions: Assumptions = DEFAULTS
    run_settings: Mapping[str, RunSettings] = field(default_factory=dict)
    load: Callable[[FilePath], Sequence[Source]] = lambda _: ()

    def urls(self, *names: str) -> Sequence[str] | None:
        """URLs of the servers that replace targets, by any of the names that they have.

        Where nothing runs, there need be none, and a made-up one stands for it; else ``None`` is to be asked about.
        """
        known = find_urls(self.target_urls, names)
        return (NOWHERE,) if known is None and not self.options.runs_targets else known


@dataclass(frozen=True, kw_only=True)
class Source(ABC):
    """Something loaded, of which a fragment can be made.

    Attributes:
        origin: How the user calls it: what it is known by, whatever the order in which sources are given.
        region: That it names for itself; empty for none.
        account: Likewise.
        settings: That were written in it.
    """

    origin: str
    region: str = ""
    account: str = ""
    settings: SettingsSource | None = None

    @classmethod
    @abstractmethod
    def read_all(cls, sources: Sequence[Any], context: Context) -> Fragment:
        """Read every source of this kind; what is wrong with them is in the fragment's problems."""


@dataclass(frozen=True, kw_only=True)
class Reader:
    """Reads one form in which people have definitions.

    Attributes:
        form: What it reads, for the message that nothing was found: ``a Serverless project``, say.
        claims: Gives the file that stands for what it can load, so that nothing is loaded twice; ``None`` where
            it can load nothing, which costs little. Raises `ManifestError` for a file that cannot be parsed.
        load: Loads what is claimed. Raises `ConfigurationError`, which carries every problem.
        keys: Of which a file must have one that is read because it lies in a named folder; a folder that holds
            much else is not parsed, nor refused, for it.
    """

    form: str
    claims: Callable[[Found], FilePath | None]
    load: Callable[[Found, ReadOptions], Sequence[Source]]
    keys: tuple[str, ...] = ()
