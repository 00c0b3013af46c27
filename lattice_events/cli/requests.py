"""``lattice requests``: the requests of a running network."""

from __future__ import annotations

import json

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_caller, complete_request, complete_service
from lattice_events.cli.request_lines import print_line, print_whole
from lattice_events.cli.run_api import RunApi

_PAGE = 500


@click.command()
@click.argument("id_", required=False, metavar="[ID]", shell_complete=complete_request)
@click.option(
    "-q", "words", default="", metavar="WORDS", help="Words that must all be there; !WORD must not."
)
@click.option(
    "--service",
    default="",
    metavar="NAME",
    shell_complete=complete_service,
    help="Of this service; !NAME is of any other, also below.",
)
@click.option("--status", default="", metavar="STATUS", help="Such as 403, 5xx or !2xx.")
@click.option("--method", default="", metavar="METHOD", help="Such as POST.")
@click.option(
    "--rule", default="", metavar="NAME", help="That this rule matched; default is the default action."
)
@click.option("--caller", default="", metavar="NAME", shell_complete=complete_caller, help="Of this caller.")
@click.option(
    "--limit", type=click.IntRange(1, _PAGE), default=50, show_default=True, help="How many, the latest ones."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line, or the one of ID.")
@click.option("--follow", is_flag=True, help="Go on with those that come, until the run or you end it.")
def requests(
    id_: str | None,
    words: str,
    service: str,
    status: str,
    method: str,
    rule: str,
    caller: str,
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
    filters = {
        "q": words,
        "service": service,
        "status": status,
        "method": method,
        "rule": rule,
        "caller": caller,
    }
    given = {name: value for name, value in filters.items() if value}
    if id_ is not None:
        if given or follow:
            raise click.UsageError("ID shows one request: leave out the filters and --follow, or ID.")
        view = api.request(id_)
        click.echo(json.dumps(view)) if as_json else print_whole(view)
        return
    last = _print_page(api, {**given, "limit": limit}, as_json=as_json)
    if follow:
        for state in api.changes():
            if state["latest"] > last:
                last = _print_page(api, {**given, "after": last, "limit": _PAGE}, as_json=as_json)


def _print_page(api: RunApi, query: dict[str, str | int], *, as_json: bool) -> int:
    """Print lines, the newest last; the number of the newest request that there is."""
    found = api.requests(query)
    for line in reversed(found["requests"]):
        click.echo(json.dumps(line)) if as_json else print_line(line)
    latest: int = found["latest"]
    return latest
