"""``lattice cloud``: AWS on this machine, as far as a deploy to VPC Lattice needs it."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import click

from lattice_events.cli.loop import run_in_loop
from lattice_events.cli.options import (
    function_options,
    gateway_option,
    run_options,
    serving_options,
)
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
@gateway_option("--gateway-port")
@serving_options
@click.option(
    "--state",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Keep what is deployed in DIR over restarts; without it, nothing is kept.",
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
    began = time.perf_counter()
    printer = choose_printer(as_json=as_json, is_quiet=is_quiet, access_log=access_log)
    with printer.progress as progress:
        progress.begin("Starting AWS on this machine")
        _import_moto()
        from lattice_events.cli.cloud_run import run_cloud
        from lattice_events.cli.stopping import end_at_once

        wanted = run_options(paths, port=gateway_port, access_log=access_log, **options)
        is_up = run_in_loop(
            run_cloud(wanted, printer, port=endpoint_port, state=state, began=began, has_keys=not as_json)
        )
    if not is_up:
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
