"""Read every source that was named and link them into one network."""

from __future__ import annotations

import gc
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path as FilePath

from lattice_events.definitions.accounts import MADE_UP_ACCOUNT
from lattice_events.definitions.collection import Definitions
from lattice_events.definitions.ignores import Ignore
from lattice_events.definitions.suggestions import did_you_mean
from lattice_events.errors import ConfigurationError, ManifestError, Problem, Question
from lattice_events.network.explanation import NO_NETWORK
from lattice_events.network.model import Network, make_id
from lattice_events.network.policy import find_unplayed_keys
from lattice_events.readers.common.advice import setting_advice
from lattice_events.readers.common.files import shown
from lattice_events.readers.common.fragment import Fragment, RunNote
from lattice_events.readers.common.noted import exists, is_file
from lattice_events.readers.common.sources import (
    DEFAULT_REGION,
    NOWHERE,
    Context,
    Found,
    Reader,
    ReadOptions,
    SettingsSource,
    Source,
)
from lattice_events.readers.finding import chart_note, entries, is_chart
from lattice_events.readers.linking.assemble import assemble, is_bearable
from lattice_events.readers.settings.callers import vpc_arn, with_callers
from lattice_events.readers.settings.file import NAMES, SETTINGS, SettingsFile, load_settings
from lattice_events.readers.settings.ignores import settings_ignores
from lattice_events.readers.settings.merge import AllSettings, settings_of_options, unused_targets
from lattice_events.readers.settings.settings import Settings, TargetSettings, parse_settings
from lattice_events.readers.table import READERS

Allocate = Callable[[str, TargetSettings], str]
_REGION = re.compile("[a-z0-9-]+")


@dataclass(frozen=True, kw_only=True)
class Project:
    """What was read: the network, the settings that run it, and what should be said once."""

    network: Network
    settings: Settings
    notes: tuple[str, ...]

    @property
    def default_vpc_arn(self) -> str:
        """Of the VPC that callers come from who have none: the chosen one, else the network's first."""
        ids = [vpc for each in self.network.service_networks for vpc in each.vpc_ids]
        vpc = self.settings.default_vpc or (ids[0] if ids else make_id("vpc", "local"))
        return vpc_arn(vpc, region=self.network.region, account=self.network.account)


@dataclass(frozen=True, kw_only=True)
class Survey:
    """What was read, whether or not it makes a network.

    Attributes:
        definitions: Everything that could be read.
        network: ``None`` where a problem, or a question about everything, keeps it from being linked; without the
            services about which there is a question.
        settings: That run it.
        lost_handlers: Functions whose handler is not in their code.
        problems: What is wrong; a `Question` is what cannot be known.
        notes: What should be said once of what was read.
        hidden: Takes the values of secrets out of a text.
        ignores: What settings ignore of what `lattice check` finds.
        repetitions: Keys that were in their mapping before.
    """

    definitions: Definitions
    network: Network | None
    settings: Settings
    lost_handlers: tuple[Problem, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    hidden: Callable[[str], str]
    ignores: tuple[Ignore, ...] = ()
    repetitions: tuple[Problem, ...] = ()


def survey(paths: Sequence[FilePath], options: ReadOptions) -> Survey:
    """Read what the paths hold, as `load_project` does, and keep what can be read of it whatever is wrong with the rest.

    Args:
        paths: Files and folders, in any order; the current folder where there are none.
        options: What the command line says.
    """
    with _growing():
        return _Loader(options, lambda _name, _settings: NOWHERE).survey(paths)


def survey_source(source: Source, options: ReadOptions) -> Survey:
    """What a source defines that somebody else has loaded: a template that an editor holds, say; see `survey`."""
    with _growing():
        return _Loader(options, lambda _name, _settings: NOWHERE).survey_source(source)


def load_project(paths: Sequence[FilePath], options: ReadOptions, *, allocate: Allocate) -> Project:
    """Read what the paths hold, in every form of `READERS`, and link it.

    Args:
        paths: Files and folders, in any order; the current folder where there are none.
        options: What the command line says.
        allocate: Gives the URL at which a command target will listen.

    Raises:
        ConfigurationError: Carries every problem of every source.
    """
    with _growing():
        return _Loader(options, allocate).load(paths)


@contextmanager
def _growing() -> Iterator[None]:
    """Look for no garbage meanwhile: nearly all that is made is kept, and looking at it again and again takes a third of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Loader:
    """Loads the sources, then reads them with what all of them together say."""

    def __init__(self, options: ReadOptions, allocate: Allocate) -> None:
        self._options = options
        self._allocate = allocate
        self._loaded: list[tuple[int, Source]] = []  # with the place of its reader in the table
        self._settings_of: dict[str, Settings] = {}  # by origin of the source
        self._settings_files: dict[FilePath, Settings] = {}
        self._chosen_settings = Settings()
        self._seen: set[FilePath] = set()
        self._nothing: list[FilePath] = []  # named, and nothing is in them
        self._problems: list[Problem] = []
        self._notes: list[str] = []
        self._ignores: list[Ignore] = []
        self._repetitions: list[Problem] = []

    def load(self, paths: Sequence[FilePath]) -> Project:
        """Read everything, and link it."""
        self._collect_all(paths)
        fragment, context, settings = self._gather()
        if self._problems:  # whatever a source that was not read would have defined is not missing
            raise ConfigurationError(dict.fromkeys((*self._problems, *fragment.problems)))
        return self._link(fragment, context, settings.merged())

    def survey(self, paths: Sequence[FilePath]) -> Survey:
        """Read everything, and link it if that can be done."""
        self._collect_all(paths)
        return self._survey()

    def survey_source(self, source: Source) -> Survey:
        """Read one source, likewise."""
        self._add(0, source)
        return self._survey()

    def _survey(self) -> Survey:
        """What is loaded, linked if that can be done."""
        fragment, project = Fragment(), None
        settings = Settings()
        try:
            fragment, context, all_settings = self._gather()
            settings = all_settings.merged()
            self._problems += fragment.problems
            if all(map(self._is_bearable, self._problems)):
                project = self._link(fragment, context, settings, is_partial=True)
        except ConfigurationError as error:
            self._problems += error.problems
        return Survey(
            definitions=Definitions(resources=tuple(fragment.resources), objects=tuple(fragment.objects)),
            network=_without_doubts(project.network, self._problems) if project else None,
            settings=settings,
            lost_handlers=tuple(fragment.lost_handlers),
            problems=tuple(dict.fromkeys(self._problems)),
            notes=self._surveyed(project.notes if project else (*self._notes, *fragment.notes)),
            hidden=fragment.hidden,
            ignores=tuple(self._ignores),
            repetitions=tuple(dict.fromkeys(self._repetitions)),
        )

    def _surveyed(self, notes: Iterable[str]) -> tuple[str, ...]:
        """Each note once, without those about a run where no function runs."""
        runs = self._options.runs_functions
        return tuple(dict.fromkeys(each for each in notes if runs or not isinstance(each, RunNote)))

    def _collect_all(self, paths: Sequence[FilePath]) -> None:
        """Load every source."""
        for name, folder in self._options.code.items():
            if not os.path.isdir(folder):
                self._problems.append(Problem(f"--code {name}={folder}: there is no such folder."))
        if self._options.settings:
            self._collecting(self._choose_settings, self._options.settings)
        self._collecting(self._collect_settings, FilePath())
        for path in paths or [FilePath()]:
            self._collecting(self._collect, path)
        self._refuse_nothing(paths)

    def _gather(self) -> tuple[Fragment, Context, AllSettings]:
        """What every source contributes, with what all of them say."""
        # In an order of their own, whatever the order in which they were named.
        self._loaded.sort(key=lambda each: (each[0], each[1].origin))
        settings = self._all_settings()
        context = self._context(settings)
        fragment = self._read(context)
        self._refuse_unknown_code(fragment)
        self._problems += settings.target_clashes(fragment.target_names)
        return fragment, context, settings

    def _is_bearable(self, problem: Problem) -> bool:
        """Whether the other services can be told all the same, where no function runs."""
        return not self._options.runs_functions and is_bearable(problem)

    def _link(
        self, fragment: Fragment, context: Context, settings: Settings, *, is_partial: bool = False
    ) -> Project:
        """One network of everything, with what should be said about it."""
        where = {"region": context.region, "account": context.account}
        known = [name for names in fragment.target_names for name in names]

        def urls(name: str) -> Sequence[str] | None:
            known.append(name)
            return context.urls(name)

        try:
            network, notes = assemble(
                [fragment],
                **where,
                chosen_network=settings.service_network,
                urls=urls,
                replaced=frozenset(context.target_urls),
                is_partial=is_partial,
            )
        except ConfigurationError as error:  # a name that nothing has may be what is missing
            raise ConfigurationError((*error.problems, *unused_targets(settings, known))) from error
        principals = with_callers(network.principals, settings.callers, **where)
        network = replace(network, principals=principals)
        unused = map(str, unused_targets(settings, known))
        notes = (
            *dict.fromkeys(self._notes),
            *notes,
            *unused,
            *(() if notes else self._said_of_nothing(network)),
            *(() if is_partial else _about_run(network)),
        )
        return Project(network=network, settings=settings, notes=notes)

    def _said_of_nothing(self, network: Network) -> Iterator[str]:
        """What to say where all that was read defines nothing, and no note says why: it may have been meant to."""
        if not (network.services or network.service_networks or network.target_groups or network.functions):
            origins = ", ".join(source.origin for _, source in self._loaded)
            yield f"{origins}: No service, service network, target group or function is defined here."

    def _read(self, context: Context) -> Fragment:
        """The fragments of every kind of source, in one."""
        merged = Fragment()
        by_kind: dict[type[Source], list[Source]] = {}
        for _, source in self._loaded:
            by_kind.setdefault(type(source), []).append(source)
        for kind, sources in by_kind.items():
            merged.add(kind.read_all(sources, context))
        return merged

    def _context(self, settings: AllSettings) -> Context:
        """What all sources together say to each one."""
        region = self._region()
        if not _REGION.fullmatch(region):
            raise ConfigurationError(f"The Region must be like us-east-1, not {region!r}.")
        return Context(
            options=self._options,
            region=region,
            account=self._account(),
            target_urls=self._target_urls(settings.targets()),
            assumptions=settings.merged().assumptions,
            run_settings={
                source.origin: settings.of_source(source.origin).run_settings for _, source in self._loaded
            },
            load=self._load_further,
        )

    def _region(self) -> str:
        """The Region of what names none: the given one, else the one of all that name one."""
        named = {source.region: source.origin for _, source in self._loaded if source.region}
        silent = [source.origin for _, source in self._loaded if not source.region]
        if not self._options.region and len(named) > 1 and silent:
            places = " and ".join(f"{region} ({origin})" for region, origin in named.items())
            message = (
                f"In which Region is this? Others are in {places}. Name one for all of them with --region."
            )
            self._problems.append(Problem(message, silent[0]))
        return self._options.region or next(iter(named), DEFAULT_REGION)

    def _account(self) -> str:
        """The account: the given one, else the one of all that name one, else a made-up one."""
        named = {source.account for _, source in self._loaded if source.account}
        only = next(iter(named)) if len(named) == 1 else MADE_UP_ACCOUNT
        return self._options.variables.get("aws:accountId", only)

    def _all_settings(self) -> AllSettings:
        """The settings of every place."""
        settings = AllSettings(
            sources=self._settings_of,
            files=self._settings_files,
            chosen=self._chosen_settings,
            options=self._parsed(settings_of_options(self._options)),
        )
        self._problems += settings.problems(source.origin for _, source in self._loaded)
        return settings

    def _refuse_unknown_code(self, fragment: Fragment) -> None:
        """A ``--code`` for a function that no template has."""
        known = [name for names in fragment.declared_functions for name in names]
        for name in self._options.code:
            if name not in known:
                message = f"--code {name}: no template has a function of this logical id.{did_you_mean(name, known)}"
                self._problems.append(Problem(message))

    # ── finding ───────────────────────────────────────────────────────────────────────────────

    def _collecting(self, collect: Callable[[FilePath], None], path: FilePath) -> None:
        """Collect one source; what is wrong with it does not hide what is wrong with others."""
        try:
            collect(path)
        except ConfigurationError as error:
            self._problems += error.problems

    def _collect(self, path: FilePath) -> None:
        """Load a path that the user named: what a reader claims, else every file in it that one claims."""
        if not exists(path):  # which a name that no file can have is not, either
            raise ManifestError((Problem("There is no such file or folder.", shown(path)),))
        before = len(self._problems)
        self._collect_settings(path if path.is_dir() else path.parent)
        claimed = self._load(Found(path)) or (path.is_dir() and self._load_inside(path))
        if not claimed and len(self._problems) == before:
            self._nothing.append(path)

    def _refuse_nothing(self, paths: Sequence[FilePath]) -> None:
        """Paths that were named and hold nothing, or a run without any definition."""
        forms = ", ".join(reader.form for reader in READERS)
        for path in self._nothing:
            if paths or not self._loaded:  # the folder where the user stands need not hold any
                message = f"Nothing to read here. What can be read: {forms}."
                self._problems.append(Problem(message, shown(path)))
        if not self._problems and not self._loaded and not self._settings_files:
            self._problems.append(Problem("Nothing is defined here.", shown(paths[0])))
        if not self._problems and not self._loaded:
            message = "Nothing to read: these are settings only. Name files and folders under manifests, or as PATHs."
            self._problems.append(Problem(message, shown(min(self._settings_files))))

    def _choose_settings(self, path: FilePath) -> None:
        """Read the settings of ``--settings``."""
        self._seen.add(path.resolve())
        self._chosen_settings = self._parsed(load_settings(Found(path)), is_chosen=True)

    def _collect_settings(self, folder: FilePath) -> None:
        """Load the settings that lie in a folder."""
        for file in (Found(folder / name) for name in NAMES):
            if is_file(file.path) and _claim(file)[0] is SETTINGS:
                self._load(file)

    def _parsed(self, source: SettingsSource, *, is_chosen: bool = False) -> Settings:
        """Settings; what they name is loaded."""
        self._ignores += settings_ignores(source, is_chosen=is_chosen)
        settings, problems = parse_settings(source)
        self._problems += problems
        for path in settings.manifests:
            self._collecting(self._collect, path)
        return settings

    def _load_inside(self, folder: FilePath) -> bool:
        """Load everything in a folder that a reader claims, a folder in it as a whole if it can; whether there was any."""
        claimed = [False]

        def load(entry: FilePath) -> None:
            if entry.is_dir():
                self._collect_settings(entry)
            claimed.append(self._load(Found(entry)) or (entry.is_dir() and self._load_inside(entry)))

        for entry in entries(folder):
            self._collecting(load, entry)
        if is_chart(folder):
            self._notes.append(chart_note(folder))
        return any(claimed)

    def _load_further(self, file: FilePath) -> Sequence[Source]:
        """Load a file that a source names, and no settings of it."""
        found = Found(file)
        for reader in READERS:
            if reader.claims(found) is not None:
                self._say(found)
                return reader.load(found, self._options)
        return ()

    def _load(self, found: Found) -> bool:
        """Load what a reader claims, once; whether one does."""
        reader, file = _claim(found)
        if reader is None or file is None:
            return False
        if file.resolve() not in self._seen:
            self._seen.add(file.resolve())
            self._options.tell(f"Reading {found.shown}")
            for source in reader.load(found, self._options):
                self._add(READERS.index(reader), source)
            self._say(found)
        return True

    def _say(self, found: Found) -> None:
        """Keep what should be said of a file that was loaded."""
        self._notes += found.notes
        self._repetitions += found.repetitions

    def _add(self, index: int, source: Source) -> None:
        """Keep a source that is not here yet, with what its settings name."""
        if isinstance(source, SettingsFile):
            self._settings_files[FilePath(source.origin).absolute()] = self._parsed(source.settings)
            return
        if (index, source.origin) in ((at, each.origin) for at, each in self._loaded):
            return
        self._loaded.append((index, source))
        if source.settings is not None:
            self._settings_of[source.origin] = self._parsed(source.settings)

    def _target_urls(self, targets: Mapping[str, Sequence[TargetSettings]]) -> dict[str, list[str]]:
        """URLs by target name; commands are given theirs now, before they start."""
        return {
            name: [each.url if each.url is not None else self._allocate(name, each) for each in several]
            for name, several in targets.items()
        }


def _claim(found: Found) -> tuple[Reader, FilePath] | tuple[None, None]:
    """The first reader that can load something, and the file that stands for it."""
    for reader in READERS:
        file = reader.claims(found)
        if file is not None:
            return reader, file
    return None, None


def _without_doubts(network: Network, problems: Sequence[Problem]) -> Network:
    """A network without the services that have an answer to come."""
    doubtful = {arn for each in problems if isinstance(each, Question) for arn in each.doubtful or ()}
    return replace(network, services=tuple(each for each in network.services if each.arn not in doubtful))


def _about_run(network: Network) -> Iterator[str]:
    """What to say where the network runs."""
    yield from _unreachable(network)
    yield from _unknown_policies(network)
    yield from _unplayed_keys(network)


def _unreachable(network: Network) -> Iterator[str]:
    """What to say of services that are on no service network."""
    for service in network.services:
        if not service.service_network_arns:
            yield f"{service.origin}: Service {service.name} answers here, but {NO_NETWORK}."


def _unknown_policies(network: Network) -> Iterator[str]:
    """What to say of callers whose own policies would count and are not known."""
    if not network.uses_auth:
        return
    for principal in network.principals:
        if principal.identity_policy is None:
            yield (
                f"The IAM policies of {principal.name} are unknown and count as allowing every call; define them with {setting_advice(f'callers: {{{principal.name}: {{policies: […]}}}}')}."
            )


def _unplayed_keys(network: Network) -> Iterator[str]:
    """What to say of policies that ask for something that no request has here."""
    policies = [
        *((f"the service network {each.name}", each.auth_policy) for each in network.service_networks),
        *((f"the service {each.name}", each.auth_policy) for each in network.services),
        *((each.name, each.identity_policy) for each in network.principals),
    ]
    for owner, policy in policies:
        keys = find_unplayed_keys(policy) if policy else ()
        if keys:
            yield f"A policy of {owner} uses {', '.join(keys)}, which lattice dev never sets; it is treated as absent."
