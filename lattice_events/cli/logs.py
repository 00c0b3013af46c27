"""``lattice logs``: what access log records mean."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from lattice_events.cli.printer import plain
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.access_log import Explanation, explain_record

_GZIP = b"\x1f\x8b"


@click.command()
@click.argument("file", default="-", metavar="[FILE|-]")
@click.option("--denied", is_flag=True, help="Only denied requests.")
@click.option(
    "--path", "prefix", default="", metavar="PREFIX", help="Only requests whose path starts with this."
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object per line: the record and its explanation."
)
def logs(file: str, denied: bool, prefix: str, as_json: bool) -> None:
    """Read VPC Lattice access log records, a JSON object a line, and explain each denied or failed one.

    FILE is what `lattice dev --access-log FILE` wrote, or what the service delivered to S3 (.gz too),
    CloudWatch Logs or Firehose; without one, standard input is read.
    """
    console = Console(highlight=False, soft_wrap=True)
    count = shown = 0
    for record in _records(file):
        count += 1
        explanation = explain_record(record)
        if explanation is None or not str(record.get("requestPath", "")).startswith(prefix):
            continue
        if denied and not explanation.is_denied:
            continue
        shown += 1
        if as_json:
            parts = {"denied": explanation.is_denied, "what": explanation.what, "advice": explanation.advice}
            click.echo(json.dumps({"record": record, **parts}))
        else:
            console.print(_lines(record, explanation))
    if not as_json:
        Console(stderr=True, highlight=False).print(
            Text(f"{count} record{'s' * (count != 1)}, {shown} shown", style="dim")
        )


def _records(file: str) -> Iterator[dict[str, Any]]:
    """The records of a file, plain or compressed as S3 has it, one at a time; empty lines are skipped."""
    place = "standard input" if file == "-" else file
    try:
        with open(0 if file == "-" else file, "rb") as opened:
            lines = gzip.GzipFile(fileobj=opened) if opened.peek(2).startswith(_GZIP) else opened
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    yield _record(line, f"{place}:{number}")
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError((Problem(f"The access log cannot be read: {reason}.", place),)) from error


def _record(line: bytes, place: str) -> dict[str, Any]:
    """One record."""
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        message = "This line is not a JSON object; an access log has one object for each request."
        raise ConfigurationError((Problem(message, place),)) from error
    if not isinstance(record, dict):
        raise ConfigurationError(
            (Problem("This line is JSON, but not an object, so it is not a record.", place),)
        )
    return record


def _lines(record: dict[str, Any], explanation: Explanation) -> Text:
    """Three lines a record: the request, what happened, what to look at."""
    parts = (
        str(record.get(name, "-")) for name in ("startTime", "requestMethod", "hostHeader", "requestPath")
    )
    start, method, host, path = map(plain, parts)
    request_id = plain(str(record.get("requestId", "-")))
    return Text.assemble(
        (f"{start} ", "dim"),
        (f"{method} ", "bold"),
        f"{host}{path} ",
        (f"{plain(str(record.get('responseCode', '-')))} ", "yellow" if explanation.is_denied else "red"),
        (f"{request_id}\n", "dim"),
        f"    {plain(explanation.what)}\n",
        (f"    {plain(explanation.advice)}", "green"),
    )
