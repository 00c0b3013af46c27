"""``lattice check``: mistakes in definitions, found before AWS finds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.checks.selection import Threshold
from lattice_events.cli.check_findings import choice_options, find_mistakes, read_choice
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.readers.project import survey


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@choice_options
@source_options
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Threshold,
    config: Path | None,
    **sources: Any,
) -> None:
    """Find mistakes in what PATHs define that VPC Lattice answers with silence or a bare 403.

    PATHs are those of `lattice dev`. Nothing runs and nothing is called. The exit status is 1 where a finding
    is as severe as --fail-on says, and 2 where an option is wrong.
    """
    choice = read_choice(select=select, ignore=ignore, fail_on=fail_on)
    found = survey(source_paths(paths, config), replace(read_options(**sources), runs_functions=False))
    findings = find_mistakes(found, choice)
    for each in findings:
        click.echo(f"{each.place}: {each.severity} {each.code} {found.hidden(each.message)}")
    if choice.is_failure(findings):
        raise SystemExit(1)
