"""``lattice explain``: what would happen to a request, and why, without running anything."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.completions import complete_caller, complete_words
from lattice_events.cli.event import parse_header
from lattice_events.cli.explain_tree import print_tree
from lattice_events.cli.explaining import Asked, explained, read_definitions
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.cli.printer import print_notes
from lattice_events.cli.progress import reading
from lattice_events.errors import ConfigurationError
from lattice_events.network.graph import ANONYMOUS
from lattice_events.readers.settings.callers import VPC

_METHOD = re.compile(r"[A-Z]+")  # services have no capitals
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


@click.command()
@click.argument(
    "words",
    nargs=-1,
    required=True,
    metavar="[METHOD] URL|SERVICE/PATH [PATH]...",
    shell_complete=complete_words,
)
@click.option(
    "--as",
    "caller",
    default=ANONYMOUS.name,
    show_default=True,
    metavar="NAME|ARN",
    shell_complete=complete_caller,
    help="The caller, who signs the request.",
)
@click.option(
    "--header", "headers", multiple=True, metavar="NAME:VALUE", help="Header of the request; repeatable."
)
@click.option("--from-vpc", default="", metavar="VPC", help="The caller's VPC: its id or ARN.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@source_options
def explain(
    words: tuple[str, ...],
    caller: str,
    headers: tuple[str, ...],
    from_vpc: str,
    as_json: bool,
    config: Path | None,
    **sources: Any,
) -> None:
    """Explain what VPC Lattice would do with a request to URL: which rule, which policy, which target, and why.

    Nothing runs and nothing is called. PATHs are those of `lattice dev`.
    NAME is a function or one of the callers in lattice.yaml. The exit status is 0 for a request that
    reaches a target and 1 for one that does not.
    """
    method, url, paths = _read_words(words)
    if from_vpc and not VPC.fullmatch(from_vpc):
        raise click.UsageError(f"--from-vpc takes the id or the ARN of a VPC, not {from_vpc!r}.")
    asked = Asked(method, url, [parse_header(each) for each in headers], caller, from_vpc)
    with reading(read_options(**sources)) as options:
        project = read_definitions(source_paths(paths, config), options)
    try:
        described = explained(project, asked, caller_option="--as")
    except ConfigurationError:
        print_notes(project.notes)  # they say what was left out: the service that was asked for, say
        raise
    if as_json:
        click.echo(json.dumps(described | {"notes": [*described["notes"], *project.notes]}, indent=2))
    else:
        print_notes(project.notes)
        print_tree(described["request"], described)
    if described["reply"]:
        raise SystemExit(1)


def _read_words(words: tuple[str, ...]) -> tuple[str, str, tuple[Path, ...]]:
    """Method, URL and the sources."""
    rest = list(words)
    if rest[0].upper() in _METHODS and not _METHOD.fullmatch(rest[0]):
        raise click.UsageError(f"Methods must be in capitals: {rest[0].upper()}, not {rest[0]}.")
    method = rest.pop(0) if _METHOD.fullmatch(rest[0]) else "GET"
    if not rest or not rest[0]:
        raise click.UsageError(f"What URL, or which SERVICE/PATH, is the {method} for?")
    url, *paths = rest
    return method, url, tuple(map(Path, paths))
