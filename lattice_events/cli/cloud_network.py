"""The network of `lattice cloud`: what the sources define, and what was deployed beside it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TypeVar

from lattice_events.cli.cloud_report import Deployed
from lattice_events.cli.reading import loaded_of
from lattice_events.cloud.deployed.deployed import deployment
from lattice_events.cloud.deployed.permissions import permission_notes
from lattice_events.cloud.endpoint.cloud import Cloud
from lattice_events.control_plane.to_network import to_network
from lattice_events.local.run.ready import Ready, service_url
from lattice_events.local.run.settings import Loaded
from lattice_events.local.targets.commands import CommandTarget
from lattice_events.network.model import (
    Function,
    LambdaTarget,
    Principal,
    Service,
    TargetGroup,
    function_name,
    qualified_name,
)
from lattice_events.readers.project import Project

_Named = TypeVar("_Named", Function, Principal)


@dataclass(frozen=True, kw_only=True)
class Sources:
    """What is there before anything is deployed."""

    project: Project
    commands: Sequence[CommandTarget]


class CloudNetwork:
    """Builds the network anew whenever it is asked."""

    def __init__(self, sources: Sources, cloud: Cloud, *, code: Path) -> None:
        """Build from these; the code of functions is put into a folder."""
        self._sources = sources
        self._cloud = cloud
        self._code = code

    def load(self) -> Loaded:
        """The network as it is now.

        Raises:
            ConfigurationError: What is deployed is no network.
        """
        project = self._sources.project
        network, assumptions = project.network, project.settings.assumptions
        with self._cloud.at_rest():
            wiring = to_network(self._cloud.control_plane.snapshot(), assumptions)
            made = deployment(account=network.account, region=network.region, folder=self._code)
            permissions = permission_notes(wiring.target_groups)
        functions = _both(made.functions, network.functions)
        built = replace(
            network,
            service_networks=wiring.service_networks,
            services=wiring.services,
            target_groups=wiring.target_groups,
            functions=functions,
            principals=_both(made.principals, network.principals),
        )
        notes = (
            *project.notes,
            *wiring.notes,
            *made.notes,
            *permissions,
            *missing_notes(wiring.target_groups, functions),
        )
        return loaded_of(replace(project, network=built, notes=notes), self._sources.commands)


def missing_notes(groups: Iterable[TargetGroup], functions: Iterable[Function]) -> Iterator[str]:
    """A note for each target that is not there: requests to it fail."""
    known = {each.unqualified_name for each in functions}
    for group in groups:
        for target in group.targets:
            name = qualified_name(target.function_arn) if isinstance(target, LambdaTarget) else ""
            if name and function_name(name) not in known:
                yield f"Target group {group.name}: the function {name} is not deployed, so requests to it fail."


def _both(first: Iterable[_Named], second: Iterable[_Named]) -> tuple[_Named, ...]:
    """Those of both; of two with one name, the first."""
    found: dict[str, _Named] = {}
    for each in chain(first, second):
        found.setdefault(each.name, each)
    return tuple(found.values())


class Changes:
    """What is new since it was last asked."""

    def __init__(self, stacks: Callable[[], dict[tuple[str, str], str]]) -> None:
        """Know nothing yet."""
        self._stacks = stacks
        self._services: dict[str, Service] = {}
        self._statuses: dict[tuple[str, str], str] = {}
        self._notes: set[str] = set()

    def of(self, ready: Ready, notes: Sequence[str]) -> Deployed:
        """What is new; from now on it is known."""
        services = {each.arn: each for each in ready.network.services}
        statuses = self._stacks()
        told = Deployed(
            ready=ready,
            services=[
                each for arn, each in services.items() if not _looks_like(each, self._services.get(arn))
            ],
            gone=[each.name for arn, each in self._services.items() if arn not in services],
            stacks={
                name: each for (_, name), each in statuses.items() if self._statuses.get((_, name)) != each
            },
            notes=[each for each in notes if each not in self._notes],
        )
        self._services, self._statuses = services, statuses
        self._notes |= set(notes)
        return told


def _looks_like(service: Service, before: Service | None) -> bool:
    """Whether a service has the URL that it had."""
    return before is not None and service_url(service) == service_url(before)
