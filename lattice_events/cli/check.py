"""``lattice check``: mistakes in definitions, found before AWS finds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.checks.engine import run_rules
from lattice_events.checks.rule import Material
from lattice_events.checks.table import RULES
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.readers.project import survey


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@source_options
def check(paths: tuple[Path, ...], config: Path | None, **sources: Any) -> None:
    """Find mistakes in what PATHs define that VPC Lattice answers with silence or a bare 403.

    PATHs are those of `lattice dev`. Nothing runs and nothing is called.
    """
    found = survey(source_paths(paths, config), replace(read_options(**sources), runs_functions=False))
    material = Material(
        definitions=found.definitions,
        network=found.network,
        problems=found.problems,
        assumptions=found.settings.assumptions,
    )
    findings = run_rules(material, RULES)
    for each in findings:
        click.echo(f"{each.place}: {each.severity} {each.code} {found.hidden(each.message)}")
    if any(each.severity == "error" for each in findings):
        raise SystemExit(1)
