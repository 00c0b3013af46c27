"""``lattice cloud``: AWS on this machine, as far as a deploy to VPC Lattice needs it."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.loop import run_in_loop
from lattice_events.cli.options import function_options, run_options
from lattice_events.cli.printer import choose_printer
from lattice_events.errors import MissingExtraError

_PORT = click.IntRange(0, 65535)


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option(
    "--port",
    "endpoint_port",
    type=_PORT,
    default=9000,
    show_default=True,
    help="Port of the endpoint for AWS clients; 0 uses a free port.",
)
@click.option(
    "--gateway-port",
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
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what is deployed in DIR over restarts; without it, nothing is kept.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per line, for scripts.")
@click.option(
    "--quiet",
    "is_quiet",
    is_flag=True,
    help="Leave out what functions write, and requests and calls answered with less than 500; with --json too.",
)
@click.option(
    "--access-log",
    default="",
    metavar="FILE",
    help="Append VPC Lattice's access log records to FILE; with - they go to standard output, and everything else to standard error.",
)
@function_options
def cloud(
    paths: tuple[Path, ...],
    endpoint_port: int,
    gateway_port: int,
    state: Path | None,
    as_json: bool,
    is_quiet: bool,
    access_log: str,
    **options: Any,
) -> None:
    """Deploy to this machine: an endpoint for AWS clients, whose services answer at their URLs.

    AWS_ENDPOINT_URL=http://127.0.0.1:9000 npx osls deploy deploys to it; so do SAM, the CDK, boto3 and the AWS CLI.
    What PATHs define, as for lattice dev, is there before anything is deployed: pods of a cluster, say. Nothing is sent to AWS.
    Ctrl-C stops everything.
    """
    if as_json and access_log == "-":
        raise click.UsageError(
            "--json and --access-log - both write to standard output: give --access-log a file."
        )
    printer = choose_printer(as_json=as_json, to_stderr=access_log == "-", is_quiet=is_quiet)
    printer.starting("Starting AWS on this machine …")
    _import_moto()
    from lattice_events.cli.cloud_run import run_cloud
    from lattice_events.cli.run import end_at_once

    wanted = run_options(paths, port=gateway_port, access_log=access_log, **options)
    if not run_in_loop(run_cloud(wanted, printer, port=endpoint_port, state=state)):
        end_at_once(0)


def _import_moto() -> None:
    """Have moto's server, which takes half a second.

    Raises:
        MissingExtraError: It is not installed.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that moto is there without its server; the error says it
            import moto.moto_server.werkzeug_app  # noqa: F401
    except ImportError as error:
        raise MissingExtraError("cloud", needed_for="lattice cloud") from error
