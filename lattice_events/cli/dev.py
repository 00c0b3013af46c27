"""``lattice dev``: the service network on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lattice_events.cli.loop import run_in_loop
from lattice_events.cli.options import (
    function_options,
    gateway_option,
    profile_option,
    run_options,
    serving_options,
)
from lattice_events.cli.printer import choose_printer


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@gateway_option("--port")
@serving_options
@function_options
@profile_option
@click.option(
    "--no-reload",
    "watches",
    is_flag=True,
    default=True,
    flag_value=False,
    help="Do not serve what changes while it runs.",
)
def dev(
    paths: tuple[Path, ...], as_json: bool, is_quiet: bool, access_log: str, watches: bool, **options: Any
) -> None:
    """Emulate the service network of PATHs on this machine, without AWS and without Docker.

    A PATH is a Serverless project, a CloudFormation or SAM template, a CDK app, the JSON of a Terraform plan
    or state, or Kubernetes manifests: a file or a folder. The default is the current folder. What you change is served
    at once. Ctrl-C stops everything.
    """
    from lattice_events.cli.run import run  # with what only a run needs: sockets, certificates
    from lattice_events.cli.stopping import end_at_once

    printer = choose_printer(as_json=as_json, is_quiet=is_quiet, access_log=access_log)
    wanted = run_options(paths, access_log=access_log, **options)
    with printer.progress:
        is_up = run_in_loop(run(wanted, printer, has_keys=not as_json, watches=watches))
    if not is_up:
        end_at_once(0)
