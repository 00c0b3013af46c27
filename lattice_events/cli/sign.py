"""``lattice sign``: headers for a client of your own, such as curl."""

from __future__ import annotations

import json
import shlex
from typing import Literal

import click

from lattice_events.cli.event import parse_header
from lattice_events.cli.names import find_region, host_of
from lattice_events.client.credentials import DefaultCredentials
from lattice_events.client.discovery import environment_region
from lattice_events.client.signing import sign_request


@click.command()
@click.argument("url")
@click.option("--method", default="GET", show_default=True)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="Header of the request; signed if its name starts with x-amz-.",
)
@click.option("--profile", default=None, metavar="NAME", help="Sign as this profile of ~/.aws.")
@click.option("--region", default=None, help="Region of the service, if its name does not contain it.")
@click.option("--query", "in_query", is_flag=True, help="Sign in the query string.")
@click.option("--path-encoding", type=click.Choice(["double", "single"]), default="double", show_default=True)
@click.option("--curl", "as_curl", is_flag=True, help="Print a whole curl command.")
@click.option("--json", "as_json", is_flag=True, help="Print URL, headers and the stages of the signature.")
def sign(
    url: str,
    method: str,
    headers: tuple[str, ...],
    profile: str | None,
    region: str | None,
    in_query: bool,
    path_encoding: str,
    as_curl: bool,
    as_json: bool,
) -> None:
    """Sign a request to URL and print the headers to send, one per line: `lattice sign URL | curl -H @- URL`.

    With --query, print a curl configuration with the signed URL: `lattice sign URL --query | curl -K -`.

    Both contain a session token: anyone who reads it can make this call for five minutes.
    """
    mode: Literal["header", "query"] = "query" if in_query else "header"
    encoding: Literal["double", "single"] = "single" if path_encoding == "single" else "double"
    signed = sign_request(
        method,
        url,
        headers=[parse_header(header) for header in headers],
        region=find_region(host_of(url), region, environment_region()),
        credentials=DefaultCredentials(profile=profile),
        mode=mode,
        path_encoding=encoding,
    )
    lines = [f"{name}: {value}" for name, value in signed.headers if name.lower() != "host"]
    if as_json:
        stages = {
            "method": method,
            "url": signed.url,
            "headers": [list(pair) for pair in signed.headers],
            "canonical_request": signed.canonical_request,
            "string_to_sign": signed.string_to_sign,
            "signature": signed.signature,
        }
        click.echo(json.dumps(stages, indent=2))
    elif as_curl:
        arguments = ["curl", "-X", method, *(part for line in lines for part in ("-H", line)), signed.url]
        click.echo(shlex.join(arguments))
    elif in_query:
        click.echo(f"request = {_quote(method)}")
        click.echo(f"url = {_quote(signed.url)}")
        for line in lines:
            click.echo(f"header = {_quote(line)}")
    else:
        for line in lines:
            click.echo(line)
        if signed.url != url:
            click.echo(f"The signed URL, which you must call, is: {shlex.quote(signed.url)}", err=True)


def _quote(text: str) -> str:
    """A value of curl's configuration."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
