"""Read every source that was named and link them into one network."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path as FilePath

from lattice_events.errors import ConfigurationError, ManifestError, Problem
from lattice_events.network.explanation import NO_NETWORK
from lattice_events.network.model import Network, make_id
from lattice_events.network.policy import find_unplayed_keys
from lattice_events.readers.cloudformation.reader import read_template
from lattice_events.readers.cloudformation.template import TemplateOptions
from lattice_events.readers.common.documents import Document, parse_yaml_stream
from lattice_events.readers.common.files import read_text, shown
from lattice_events.readers.common.fragment import Fragment, did_you_mean
from lattice_events.readers.kubernetes.reader import read_manifests
from lattice_events.readers.linking.assemble import assemble
from lattice_events.readers.serverless.cli import (
    FILE_NAMES,
    ServerlessOptions,
    ServerlessService,
    find_file,
    load_serverless,
)
from lattice_events.readers.settings.callers import vpc_arn, with_callers
from lattice_events.readers.settings.settings import Settings, TargetSettings, parse_settings

MADE_UP_ACCOUNT = "123456789012"
_REGION = re.compile("[a-z0-9-]+")
_MANIFEST_SUFFIXES = (".yaml", ".yml", ".json")
_NOT_MANIFESTS = ("kustomization.yaml", "kustomization.yml")


@dataclass(frozen=True, kw_only=True)
class ReadOptions:
    """What the command line says about the sources.

    Attributes:
        serverless: Passed to the Serverless CLI.
        code: Folder of a function's code by logical id, for bare templates.
        packaged: Run the archive that the CLI made instead of the service's folder.
        runs_functions: Whether the code of every function must be known.
        region: For sources that name none.
        allocate: Gives the URL at which a command target will listen.
    """

    allocate: Callable[[str, TargetSettings], str]
    serverless: ServerlessOptions = field(default_factory=ServerlessOptions)
    code: Mapping[str, FilePath] = field(default_factory=dict)
    packaged: bool = False
    runs_functions: bool = True
    region: str = ""


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


def load_project(paths: Sequence[FilePath], options: ReadOptions) -> Project:
    """Read folders with a serverless.yml, CloudFormation templates and manifests.

    Args:
        paths: Files and folders.
        options: What the command line says.

    Raises:
        ConfigurationError: Carries every problem of every source.
    """
    return _Loader(options).load(paths)


class _Loader:
    """Collects the sources, then reads them with what all of them together say."""

    def __init__(self, options: ReadOptions) -> None:
        self._options = options
        self._services: list[ServerlessService] = []
        self._templates: list[Document] = []
        self._manifests: list[Document] = []
        self._settings: list[Settings] = []
        self._seen: set[FilePath] = set()
        self._problems: list[Problem] = []
        # Absolute: a function runs in its folder.
        self._code = {name: str(folder.absolute()) for name, folder in options.code.items()}

    def load(self, paths: Sequence[FilePath]) -> Project:
        """Read everything."""
        for name, folder in self._options.code.items():
            if not os.path.isdir(folder):
                self._problems.append(Problem(f"--code {name}={folder}: there is no such folder."))
        for path in paths:
            self._collecting(self._collect, path)
        for settings in list(self._settings):
            for manifest in settings.manifests:
                self._collecting(self._collect_manifests, manifest)
        settings = self._settings[0] if self._settings else Settings()
        urls = self._target_urls()
        region = self._options.region or self._options.serverless.region
        region = region or next((service.region for service in self._services), "us-east-1")
        if not _REGION.fullmatch(region):
            raise ConfigurationError(f"The Region must be like us-east-1, not {region!r}.")
        fragments = [*self._read_services(region, urls), *self._read_templates(region, urls, settings)]
        fragments.append(
            read_manifests(
                self._manifests,
                region=region,
                account=MADE_UP_ACCOUNT,
                target_urls=urls,
                assumptions=settings.assumptions,
            )
        )
        self._refuse_unknown_code(fragments)
        if self._problems:  # whatever a source that was not read would have defined is not missing
            found = [problem for fragment in fragments for problem in fragment.problems]
            raise ConfigurationError(dict.fromkeys((*self._problems, *found)))
        network, notes = assemble(
            fragments, region=region, account=MADE_UP_ACCOUNT, chosen_network=settings.service_network
        )
        callers = [caller for each in self._settings for caller in each.callers]
        principals = with_callers(network.principals, callers, region=region, account=MADE_UP_ACCOUNT)
        network = replace(network, principals=principals)
        notes = (*notes, *_unreachable(network), *_unknown_policies(network), *_unplayed_keys(network))
        return Project(network=network, settings=settings, notes=notes)

    def _refuse_unknown_code(self, fragments: Sequence[Fragment]) -> None:
        """A ``--code`` for a function that no template has."""
        known = [name for fragment in fragments for name, _ in fragment.declared_functions]
        for name in self._options.code:
            if name not in known:
                message = f"--code {name}: no template has a function of this logical id.{did_you_mean(name, known)}"
                self._problems.append(Problem(message))

    def _collecting(self, collect: Callable[[FilePath], None], path: FilePath) -> None:
        """Collect one source; what is wrong with it does not hide what is wrong with others."""
        try:
            collect(path)
        except ConfigurationError as error:
            self._problems += error.problems

    def _collect(self, path: FilePath) -> None:
        """Find out what a path is."""
        if not os.path.exists(path):  # which a name that no file can have is not, either
            raise ManifestError((Problem("There is no such file or folder.", shown(path)),))
        file = find_file(path) if path.is_dir() else path
        if file is not None and not self._is_new(file):
            return
        if file is not None and file.name in FILE_NAMES:
            self._collect_serverless(file)
        elif path.is_dir():
            self._collect_manifests(path)
        else:
            documents = list(parse_yaml_stream(read_text(path, shown(path)), shown(path)))
            if len(documents) == 1 and _is_template(documents[0]):
                self._templates += documents
            else:
                self._add_manifests(path, documents)

    def _is_new(self, file: FilePath) -> bool:
        """Whether a file is seen for the first time: it may be named twice, and lie in a named folder."""
        resolved = file.resolve()
        if resolved in self._seen:
            return False
        self._seen.add(resolved)
        return True

    def _collect_serverless(self, file: FilePath) -> None:
        service = load_serverless(file.resolve(), self._options.serverless, shown=shown(file))
        self._services.append(service)
        value = service.custom.get("lattice")
        settings, problems = parse_settings(value, folder=service.folder, locate=service.source.locate)
        self._settings.append(settings)
        self._problems += problems

    def _collect_manifests(self, path: FilePath) -> None:
        """Every YAML file of a folder, below it too; kustomizations are skipped, what they list is there."""
        documents: list[Document] = []
        files = [path] if path.is_file() else _manifest_files(path)
        new = [file for file in files if self._is_new(file)]
        before = len(self._problems)
        for file in new:
            self._collecting(lambda file: documents.extend(_parse(file)), file)
        if new or not files:
            self._add_manifests(path, documents, is_whole=len(self._problems) == before)

    def _add_manifests(self, path: FilePath, documents: Sequence[Document], *, is_whole: bool = True) -> None:
        """Keep the Kubernetes objects among documents; there must be one, unless a file could not be read."""
        objects = [each for each in documents if isinstance(each.value, dict) and "kind" in each.value]
        self._manifests += objects
        if not objects and is_whole:
            message = "Nothing to read here: a folder needs a serverless.yml or Kubernetes manifests; a file must be a CloudFormation template (with Resources) or manifests (with kind)."
            raise ManifestError((Problem(message, shown(path)),))

    def _target_urls(self) -> dict[str, list[str]]:
        """URLs by target name; commands are given theirs now, before they start."""
        chosen: dict[str, tuple[TargetSettings, ...]] = {}
        for settings in self._settings:
            for name, targets in settings.targets.items():
                if chosen.setdefault(name, targets) != targets:
                    places = [each[0].origin if each else "" for each in (chosen[name], targets)]
                    message = f"Two serverless.yml define the target {name}; the other is at {places[0]}."
                    self._problems.append(Problem(message, places[1]))
        return {
            name: [
                target.url if target.url is not None else self._options.allocate(name, target)
                for target in targets
            ]
            for name, targets in chosen.items()
        }

    def _read_services(self, region: str, urls: Mapping[str, Sequence[str]]) -> Iterator[Fragment]:
        for service, settings in zip(self._services, self._settings, strict=True):
            yield read_template(
                service.template,
                locate=service.locate,
                options=TemplateOptions(
                    region=region,
                    account=MADE_UP_ACCOUNT,
                    stack_name=service.stack_name,
                    parameters=_parameters(self._options.serverless.params),
                    code=self._code_of(service),
                    runs_functions=self._options.runs_functions,
                    is_own_python=not settings.python,
                    target_urls=urls,
                    assumptions=settings.assumptions,
                ),
            )

    def _code_of(self, service: ServerlessService) -> Callable[[str], str | None]:
        """Where the code of a service's functions is."""

        def code(logical_id: str) -> str | None:
            if logical_id in self._code:
                return self._code[logical_id]
            if self._options.packaged:
                archive = service.archives.get(logical_id)
                return str(archive.absolute()) if archive else None
            return str(service.folder)

        return code

    def _read_templates(
        self, region: str, urls: Mapping[str, Sequence[str]], settings: Settings
    ) -> Iterator[Fragment]:
        unknown = None if self._options.runs_functions else "."
        stacks: list[str] = []
        for document in self._templates:
            stem = FilePath(document.file).stem
            stacks.append(stem if stem not in stacks else f"{stem}-{len(stacks)}")
            yield read_template(
                document.value,
                locate=document.locate,
                options=TemplateOptions(
                    region=region,
                    account=MADE_UP_ACCOUNT,
                    stack_name=stacks[-1],
                    parameters=_parameters(self._options.serverless.params),
                    code=lambda name: self._code.get(name, unknown),
                    runs_functions=self._options.runs_functions,
                    is_own_python=not settings.python,
                    target_urls=urls,
                    assumptions=settings.assumptions,
                ),
            )


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
                f"The IAM policies of {principal.name} are unknown and count as allowing every call; define them with custom.lattice.callers.{principal.name}.policies."
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


def _parse(file: FilePath) -> Iterator[Document]:
    """The documents of a file."""
    return parse_yaml_stream(read_text(file, shown(file)), shown(file))


def _manifest_files(folder: FilePath) -> list[FilePath]:
    """The YAML and JSON files of a folder and below, without hidden folders and packages."""
    return [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix in _MANIFEST_SUFFIXES
        and file.name not in _NOT_MANIFESTS
        and not any(part.startswith(".") or part == "node_modules" for part in file.relative_to(folder).parts)
        and file.is_file()
    ]


def _is_template(document: Document) -> bool:
    return isinstance(document.value, dict) and "Resources" in document.value


def _parameters(params: Sequence[str]) -> dict[str, str]:
    """``NAME=VALUE`` as template parameters too."""
    return {name: value for name, _, value in (param.partition("=") for param in params)}
