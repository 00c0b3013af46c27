"""``lattice dev``: the service network on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from lattice_events.cli.loop import run_in_loop
from lattice_events.cli.options import function_options, profile_option, run_options
from lattice_events.cli.printer import choose_printer

_PORT = click.IntRange(0, 65535)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--port",
    type=_PORT,
    default=8480,
    show_default=True,
    help="Port of the gateway and proxy; 0 uses a free port.",
)
@click.option(
    "--tls-port", type=_PORT, default=8443, show_default=True, help="Port for direct TLS; 0 uses a free port."
)
@click.option(
    "--control-port",
    type=_PORT,
    default=9001,
    show_default=True,
    help="Port of Lambda's Invoke API; 0 uses a free port.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line, for scripts.")
@click.option(
    "--quiet",
    "is_quiet",
    is_flag=True,
    help="Leave out what functions write, and requests answered with less than 500; with --json too.",
)
@click.option(
    "--access-log",
    default="",
    metavar="FILE",
    help="Append VPC Lattice's access log records to FILE; with - they go to standard output, and everything else to standard error.",
)
@function_options
@profile_option
def dev(paths: tuple[Path, ...], as_json: bool, is_quiet: bool, access_log: str, **options: Any) -> None:
    """Emulate the service network of PATHs on this machine, without AWS and without Docker.

    A PATH is a Serverless project, a CloudFormation or SAM template, a CDK app, the JSON of a Terraform plan
    or state, or Kubernetes manifests: a file or a folder. The default is the current folder. Ctrl-C stops everything.
    """
    if as_json and access_log == "-":
        raise click.UsageError(
            "--json and --access-log - both write to standard output: give --access-log a file."
        )
    from lattice_events.cli.run import end_at_once, run  # with what only a run needs: sockets, certificates

    printer = choose_printer(as_json=as_json, to_stderr=access_log == "-", is_quiet=is_quiet)
    if not run_in_loop(run(run_options(paths, access_log=access_log, **options), printer)):
        end_at_once(0)
