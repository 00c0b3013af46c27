"""``lattice requests``: the requests of a running network."""

from __future__ import annotations

import json
from collections.abc import Mapping

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_request
from lattice_events.cli.request_filters import filter_options
from lattice_events.cli.request_lines import print_line, print_whole
from lattice_events.cli.run_api import RunApi

_PAGE = 500


@click.command()
@click.argument("id_", required=False, metavar="[ID]", shell_complete=complete_request)
@filter_options
@click.option(
    "--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True, help="How many, the latest ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, or the one of ID.")
@click.option("--follow", is_flag=True, help="Go on with those that come, until the run or you end it.")
def requests(
    id_: str | None,
    filters: Mapping[str, str],
    limit: int,
    as_json: bool,
    follow: bool,
) -> None:
    """List the requests of a running lattice dev or lattice cloud, or show the one of ID.

    ID is the number in front of a line, or a request id. It is shown with the decision, as `lattice explain` prints it,
    both messages, and what the function wrote. Of several runs the newest is asked.

    The exit status is 2 when no network is running, or when there is no such request.
    """
    obey_no_color()
    api = RunApi.find()
    if id_ is not None:
        if filters or follow:
            raise click.UsageError("ID shows one request: leave out the filters and --follow, or ID.")
        view = api.request(id_)
        click.echo(json.dumps(view)) if as_json else print_whole(view)
        return
    last = _print_page(api, {**filters, "limit": limit}, as_json=as_json)
    if follow:
        for state in api.changes():
            if state["latest"] > last:
                last = _print_page(api, {**filters, "after": last, "limit": _PAGE}, as_json=as_json)


def _print_page(api: RunApi, query: dict[str, str | int], *, as_json: bool) -> int:
    """Print lines, the newest last; the number of the newest request that there is."""
    found = api.requests(query)
    for line in reversed(found["requests"]):
        click.echo(json.dumps(line)) if as_json else print_line(line)
    latest: int = found["latest"]
    return latest
