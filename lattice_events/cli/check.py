"""``lattice check``: mistakes in definitions, found before AWS finds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.checks.finding import Finding
from lattice_events.checks.rule import DryRun
from lattice_events.checks.selection import Threshold
from lattice_events.cli.check_baseline import baseline_options, read_baseline
from lattice_events.cli.check_findings import choice_options, find_mistakes, read_choice
from lattice_events.cli.check_report import Output, reading, report_options, tell
from lattice_events.cli.check_rules import explain_rule, list_rules, rules_options
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.readers.project import Project, Survey, survey


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@report_options
@choice_options
@baseline_options
@rules_options
@click.option(
    "--run-handlers",
    is_flag=True,
    help="Run each function behind a target group once, as lattice dev would, and look at its answer.",
)
@source_options
def check(
    paths: tuple[Path, ...],
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Threshold,
    baseline: Path | None,
    is_written: bool,
    run_handlers: bool,
    format_: str,
    output: Path | None,
    is_quiet: bool,
    explained: str | None,
    is_list: bool,
    config: Path | None,
    **sources: Any,
) -> None:
    """Find mistakes in what PATHs define that VPC Lattice answers with silence or a bare 403.

    PATHs are those of `lattice dev`. Nothing runs and nothing is called, unless you say --run-handlers. The exit
    status is 1 where a finding is as severe as --fail-on says, and 2 where an option is wrong.
    """
    if explained is not None:
        explain_rule(explained)
        return
    if is_list:
        list_rules(format_)
        return
    choice = read_choice(select=select, ignore=ignore, fail_on=fail_on)
    known = read_baseline(baseline, is_written=is_written)
    options = replace(read_options(**sources), runs_functions=run_handlers, runs_targets=False)
    told = Output(format_=format_, file=output, is_quiet=is_quiet)
    with reading(told):
        found = survey(given := source_paths(paths, config), options)
    findings: Sequence[Finding] = find_mistakes(
        found, choice, dry_runs=_dry_runs(found) if run_handlers else ()
    )
    said: Sequence[str] = ()
    if known is not None:
        findings, said = known.apply(findings, paths=given or (Path(),), codes=choice.codes)
    tell(findings, found, choice, told, said)
    if choice.is_failure(findings):
        raise SystemExit(1)


def _dry_runs(found: Survey) -> tuple[DryRun, ...]:
    """What functions answer; nothing where no network can be made of what was read."""
    if found.network is None:
        click.echo("No function has run, because of what cannot be read or is not known.", err=True)
        return ()
    # With what only a run needs: sockets, certificates.
    from lattice_events.cli.check_handlers import dry_runs
    from lattice_events.cli.loop import run_in_loop

    project = Project(network=found.network, settings=found.settings, notes=())
    return run_in_loop(dry_runs(project))
