"""Read the sources, and give the commands among them a port."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from lattice_events.cli.options import RunOptions
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.settings import Loaded
from lattice_events.local.targets.commands import CommandTarget
from lattice_events.network.faults import find_strangers
from lattice_events.readers.common.noted import Noted, noting
from lattice_events.readers.project import Project, load_project
from lattice_events.readers.settings.settings import TargetSettings


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What came of reading the sources again.

    Attributes:
        loaded: What to run; ``None`` where it cannot be read.
        problems: Why not.
        noted: What was looked at.
    """

    loaded: Loaded | None = None
    problems: Sequence[str] = ()
    noted: Noted


def read_again(options: RunOptions, running: Sequence[CommandTarget]) -> Reading:
    """Read the sources of a run that is up; see `read_sources`."""
    noted = Noted()
    with noting(noted):
        try:
            return Reading(loaded=loaded_of(*read_sources(options, running)), noted=noted)
        except ConfigurationError as error:
            return Reading(problems=list(map(str, error.problems)), noted=noted)


def read_sources(
    options: RunOptions, running: Sequence[CommandTarget] = ()
) -> tuple[Project, Sequence[CommandTarget]]:
    """What the sources say, and the commands that serve targets of it.

    Args:
        options: What to read.
        running: Commands that run already: one that is as before keeps its port.

    Raises:
        ConfigurationError: Carries every problem of every source.
    """
    commands: list[CommandTarget] = []
    left = list(running)

    def allocate(name: str, settings: TargetSettings) -> str:
        """Choose a port, and keep what is to be started there."""
        wanted = CommandTarget(
            name=name, command=settings.command, cwd=settings.cwd, port=0, origin=settings.origin
        )
        known = next((each for each in left if each.is_like(wanted)), None)
        if known is not None:
            left.remove(known)
        commands.append(known or wanted.at(_free_port()))
        return f"http://127.0.0.1:{commands[-1].port}"

    return load_project(options.paths, options.read, allocate=allocate), commands


def loaded_of(project: Project, commands: Sequence[CommandTarget]) -> Loaded:
    """What to run."""
    return Loaded(
        network=project.network,
        assumptions=project.settings.assumptions,
        vpc_arn=project.default_vpc_arn,
        commands=commands,
        faults=project.settings.faults,
        notes=(*project.notes, *_about_faults(project)),
    )


def _about_faults(project: Project) -> Iterator[str]:
    """What to say of faults in settings, so that nobody looks for another cause of what they do."""
    faults = project.settings.faults
    if faults:
        names = ", ".join(fault.id for fault in faults)
        yield f"Requests meet faults on purpose, as settings say (lattice fault list): {names}."
    for fault in faults:
        yield from (f"{fault.origin}: {text}" for text in find_strangers(fault, project.network))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
