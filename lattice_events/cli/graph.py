"""``lattice graph``: the service network as a drawing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.completions import complete_caller, complete_service
from lattice_events.cli.known import find_principal, find_services
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.cli.printer import print_notes
from lattice_events.cli.progress import reading
from lattice_events.errors import ConfigurationError
from lattice_events.network.graph import (
    Graph,
    find_excess,
    foldings,
    make_graph,
    to_dot,
    to_json,
    to_mermaid,
)
from lattice_events.network.model import HttpTarget, Network
from lattice_events.readers.common.sources import NOWHERE
from lattice_events.readers.project import load_project

_MOST_BOXES = (60, 240, math.inf)  # of each folding; a drawing with more is not legible any more
_NARROW = "narrow it with --service NAME or --from CALLER"
_Excess = Callable[[str], str | None]
_DRAWN: dict[str, tuple[Callable[[Graph], str], _Excess]] = {
    "mermaid": (to_mermaid, find_excess),
    "dot": (to_dot, lambda _: None),
}


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--service",
    "services",
    multiple=True,
    metavar="NAME",
    shell_complete=complete_service,
    help="Only this service; repeatable.",
)
@click.option(
    "--from",
    "caller",
    default="",
    metavar="NAME|ARN",
    shell_complete=complete_caller,
    help="Only what this caller may reach: a function, a caller in lattice.yaml, an ARN, or anonymous.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice([*_DRAWN, "json"]),
    default="mermaid",
    show_default=True,
    help="Mermaid is what GitHub draws, DOT what Graphviz draws; JSON has everything, for programs.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to FILE instead of standard output.",
)
@source_options
def graph(
    paths: tuple[Path, ...],
    services: tuple[str, ...],
    caller: str,
    form: str,
    output: Path | None,
    config: Path | None,
    **sources: Any,
) -> None:
    """Draw the service network: callers, auth policies, services, listeners, rules, target groups and targets.

    Nothing runs and nothing is called. PATHs are those of `lattice dev`.

    A caller leads to a service with AuthType AWS_IAM if the auth policies and its own IAM policies let it call anything
    there. What a policy asks of a single request, such as a header, counts as met: `lattice explain` decides
    for one request. Services that authenticate nobody are open to whoever is on their service network, and
    callers lead there if their VPC is. With --from, rules that the caller cannot reach are left out too.

    A large network is drawn with less detail: rules that forward alike share a box, and above that services have
    one box each. --service and --from bring the detail back.
    """
    with reading(read_options(**sources)) as options:
        project = load_project(
            source_paths(paths, config),
            replace(options, runs_functions=False, runs_targets=False),
            allocate=lambda name, _settings: f"http://{name}",
        )
    print_notes(project.notes)
    text = _text(_graph(_known(project.network), services, caller), form)
    if output is None:
        click.echo(text, nl=False)
    else:
        _write(output, text)


def _known(network: Network) -> Network:
    """The network without the URLs that stand for servers of which nothing is known."""
    groups = (
        replace(each, targets=tuple(target for target in each.targets if target != HttpTarget(url=NOWHERE)))
        for each in network.target_groups
    )
    return replace(network, target_groups=tuple(groups))


def _graph(network: Network, names: tuple[str, ...], caller: str) -> Graph:
    """The graph, or the part of it that was asked for."""
    services = {service.name for name in names for service in find_services(network, name)}
    principal = find_principal(network, caller, option="--from") if caller else None
    made = make_graph(network, services=services if names else None, caller=principal)
    if principal and not made.edges:
        print_notes(
            [
                f"{caller} may reach nothing here; lattice explain --as {caller} SERVICE/PATH says what refuses it."
            ]
        )
    return made


def _text(made: Graph, form: str) -> str:
    """The text, with as much detail as can be drawn.

    Raises:
        ConfigurationError: It cannot be drawn at all.
    """
    if form == "json":
        return to_json(made)
    write, excess_of = _DRAWN[form]
    excess = None
    for level, (folded, most) in enumerate(zip(foldings(made), _MOST_BOXES, strict=True)):
        text = write(folded)
        excess = excess_of(text)
        if excess is None and len(folded.nodes) <= most:
            if level:
                print_notes(
                    [
                        f"Drawn with less detail, since it has {len(made.nodes):,} parts; to see all, {_NARROW}."
                    ]
                )
            return text
    raise ConfigurationError(f"The graph has {excess}: {_NARROW}, or write --format dot.")


def _write(output: Path, text: str) -> None:
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigurationError(f"--output {output}: {error.strerror}.") from error
