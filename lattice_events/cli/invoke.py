"""``lattice invoke``: run one function once."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from lattice_events.cli import INTERRUPTED
from lattice_events.cli.completions import complete_function
from lattice_events.cli.event import parse_header, read_body
from lattice_events.cli.function_lines import print_function_lines
from lattice_events.cli.loop import run_in_loop
from lattice_events.cli.names import find_name, suggestion
from lattice_events.cli.options import RunOptions, function_options, profile_option, run_options
from lattice_events.cli.printer import print_notes
from lattice_events.cli.progress import Progress
from lattice_events.codec.limits import MAX_LAMBDA_BYTES
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.local.output.writer import writing
from lattice_events.network.examples import CALLERS, make_event
from lattice_events.network.model import EventVersion, Function, LambdaTarget, Network

_ANONYMOUS = "anonymous"


@click.command()
@click.argument("function", shell_complete=complete_function)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), metavar="[PATH]...")
@click.option("--event", "event_file", metavar="FILE", help="The event, a JSON file; - reads standard input.")
@click.option(
    "--request", metavar="'GET /x'", help="Invoke with the event of this request, as VPC Lattice does."
)
@click.option(
    "--header", "headers", multiple=True, metavar="NAME:VALUE", help="Header of the request; repeatable."
)
@click.option("--body", default="", help="Body of the request: text, or @FILE.")
@click.option(
    "--as",
    "caller",
    type=click.Choice(list(CALLERS)),
    default=_ANONYMOUS,
    show_default=True,
    help="The caller of the request.",
)
@function_options
@profile_option
def invoke(
    function: str,
    paths: tuple[Path, ...],
    event_file: str | None,
    request: str | None,
    headers: tuple[str, ...],
    body: str,
    caller: str,
    **options: Any,
) -> None:
    """Run FUNCTION of PATHs once, under the real runtime client, and print what it returns.

    The network runs on free ports during the call, so that the function can call its services. What the
    function writes goes to standard error, and so do notes about the PATHs. The exit status is 1 when the function fails.
    """
    if event_file and request:
        raise click.UsageError("--event and --request cannot be used together.")
    if not request and (headers or body or caller != _ANONYMOUS):
        raise click.UsageError("--header, --body and --as need --request, such as --request 'POST /orders'.")
    wanted = run_options(paths, **options)
    parts = {"headers": [parse_header(each) for each in headers], "body": read_body(body), "caller": caller}

    def payload(network: Network, invoked: Function) -> bytes:
        if request:
            try:
                event = make_event(request, version=_version_of(network, invoked), **parts)
            except ValueError as error:
                raise ConfigurationError(str(error)) from error
            return json.dumps(event).encode()
        return _read_event(event_file) if event_file else b"{}"

    from lattice_events.cli.stopping import end_at_once

    status = run_in_loop(_invoke(function, wanted, payload))
    if status == INTERRUPTED:
        end_at_once(status)
    sys.exit(status)


def _read_event(file: str) -> bytes:
    """An event of a file or standard input."""
    try:
        with click.open_file(file, "rb") as opened:
            text: bytes = opened.read(MAX_LAMBDA_BYTES + 1)
    except OSError as error:
        raise ConfigurationError((Problem(f"--event cannot be read: {error.strerror}.", file),)) from error
    if len(text) > MAX_LAMBDA_BYTES:
        raise ConfigurationError(
            (Problem("--event has more than 6 MB, which is more than Lambda accepts.", file),)
        )
    try:
        json.loads(text)
    except ValueError as error:
        raise ConfigurationError((Problem(f"--event is not JSON: {error}.", file),)) from error
    except RecursionError as error:
        raise ConfigurationError((Problem("--event is nested too deeply.", file),)) from error
    return text


def _version_of(network: Network, function: Function) -> EventVersion:
    """The event structure version of the target group that the function is in; V2 outside of one."""
    target = LambdaTarget(function_arn=function.arn)
    groups = (group for group in network.target_groups if target in group.targets)
    return next((group.event_version for group in groups), "V2")


async def _invoke(name: str, options: RunOptions, payload: Any) -> int:
    """Start the network, invoke, print, stop; the exit status."""
    # With what only a run needs: sockets, certificates.
    from lattice_events.cli.run import network_up
    from lattice_events.cli.stopping import stop_on_signals

    stop = stop_on_signals()
    with writing(print_function_lines) as report, Progress() as progress:
        shown = replace(options, read=replace(options.read, tell=progress.say))
        async with network_up(shown, report, stop) as started:
            progress.end()
            if started is None:
                return INTERRUPTED
            print_notes(started.ready.notes)
            function = _find(started.ready.network, name)
            result = await started.functions.invoke(function.name, payload(started.ready.network, function))
    click.echo(result.payload.decode(errors="replace"))
    return 0 if result.error_type is None else 1


def _find(network: Network, typed: str) -> Function:
    """The function of a name, an ARN, a logical id, or a key in serverless.yml."""
    names = {each.name: each.other_names for each in network.functions}
    name = find_name(typed, names)
    if name is None:
        known = ", ".join(names) or "none"
        raise ConfigurationError(
            f"There is no function {typed}.{suggestion(typed, names)} The functions are: {known}."
        )
    return next(each for each in network.functions if each.name == name)
