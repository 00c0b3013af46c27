"""``lattice check``: mistakes in definitions, found before AWS finds them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.checks.rule import DryRun
from lattice_events.checks.selection import Threshold
from lattice_events.cli.check_baseline import baseline_options, read_baseline
from lattice_events.cli.check_findings import Looked, choice_options, find_mistakes, read_choice
from lattice_events.cli.check_fixing import fix_files, fixing_options, show_fixes
from lattice_events.cli.check_report import Output, report_options, tell
from lattice_events.cli.check_rules import explain_rule, list_rules, rules_options
from lattice_events.cli.options import read_options, source_options, source_paths
from lattice_events.cli.progress import reading
from lattice_events.readers.project import Project, Survey, survey


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@report_options
@choice_options
@baseline_options
@fixing_options
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
    is_fixed: bool,
    is_shown: bool,
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
    status is 1 where a finding is as severe as --fail-on says, and 2 where an option is wrong. With --fix, it is
    what remains that counts.
    """
    if explained is not None:
        explain_rule(explained)
        return
    if is_list:
        list_rules(format_)
        return
    choice = read_choice(select=select, ignore=ignore, fail_on=fail_on)
    known = read_baseline(baseline, is_written=is_written)
    options = replace(
        read_options(**sources), runs_functions=run_handlers, runs_targets=False, guesses_conditions=True
    )
    told = Output(format_=format_, file=output, is_quiet=is_quiet)
    given = source_paths(paths, config)

    def look() -> Looked:
        with reading(options, is_quiet=is_quiet) as shown:
            found = survey(given, shown)
        findings = find_mistakes(found, choice, dry_runs=_dry_runs(found) if run_handlers else ())
        looked = Looked(found=found, findings=findings)
        return looked if is_written else without_known(looked)

    def without_known(looked: Looked) -> Looked:
        if known is None:
            return looked
        findings, said = known.apply(looked.findings, paths=given or (Path(),), codes=choice.codes)
        return replace(
            looked,
            findings=findings,
            said=(*looked.said, *said),
            known=len(looked.findings) - len(findings),
            baseline=known.name,
        )

    looked = look()
    if is_shown:
        raise SystemExit(show_fixes(looked, told))
    if is_fixed:
        looked = fix_files(looked, look, told)
    if is_written:
        looked = without_known(looked)
    tell(looked, choice, told)
    if choice.is_failure(looked.findings):
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
