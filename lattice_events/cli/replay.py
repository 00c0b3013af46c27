"""``lattice replay``: send a recorded request of a running network again."""

from __future__ import annotations

import base64
import json
import sys

import click

from lattice_events.cli.colours import obey_no_color
from lattice_events.cli.completions import complete_caller, complete_request
from lattice_events.cli.event import parse_header, read_body
from lattice_events.cli.request_lines import print_line
from lattice_events.cli.run_api import RunApi


@click.command()
@click.argument("id_", metavar="ID", shell_complete=complete_request)
@click.option("--method", default=None, metavar="METHOD", help="Another method.")
@click.option("--path", default=None, metavar="PATH", help="Another path, with its query string: /orders?x=1")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="Another header, or another value of one; `NAME:` takes it out. Repeatable.",
)
@click.option("--body", default=None, help="Another body: text, or @FILE for the bytes of a file.")
@click.option(
    "--as",
    "caller",
    default=None,
    metavar="NAME",
    shell_complete=complete_caller,
    help="Another caller, who signs it; or anonymous.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replay(
    id_: str,
    method: str | None,
    path: str | None,
    headers: tuple[str, ...],
    body: str | None,
    caller: str | None,
    as_json: bool,
) -> None:
    """Send the request of ID again, through the running lattice dev or lattice cloud, with the edits that you name.

    ID is that of `lattice requests`. A request whose signature was accepted is signed anew as the same caller. One whose
    signature was refused is sent as it was, unless --as names who signs it.

    The exit status is 1 when the answer is a 4xx or 5xx, and 2 when the request could not be sent.
    """
    obey_no_color()
    edits = {"method": method, "path": path, "headers": _headers(headers), "caller": caller}
    if body is not None:
        edits |= _body(read_body(body))
    line = RunApi.find().replay(id_, {name: value for name, value in edits.items() if value is not None})
    for missing in line["missing"]:
        click.echo(f"note: the {missing}, which answered before, is not in the network any more", err=True)
    click.echo(json.dumps(line)) if as_json else print_line(line)
    sys.exit(line["status"] >= 400)


def _headers(texts: tuple[str, ...]) -> dict[str, list[str]]:
    """The values of each name; none for one that is to go."""
    found: dict[str, list[str]] = {}
    for name, value in map(parse_header, texts):
        found.setdefault(name, []).extend([value] if value else [])
    return found


def _body(data: bytes) -> dict[str, str]:
    """A body as JSON can have it."""
    try:
        return {"body": data.decode()}
    except UnicodeDecodeError:
        return {"body_base64": base64.b64encode(data).decode()}
