"""``lattice logs``: what access log records mean."""

from __future__ import annotations

import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from lattice_events.cli.lines import plain
from lattice_events.errors import ConfigurationError, Problem
from lattice_events.network.access_log import Explanation, explain_record
from lattice_events.readers.logs.access_logs import Entry, read_access_log

_NO_RECORD = (
    "Nothing here is an access log record: it is JSON with fields such as requestMethod and responseCode. Give the "
    "file that VPC Lattice delivered, or what `aws logs tail LOG-GROUP` or `aws logs filter-log-events` prints."
)


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
    """Read VPC Lattice access log records and explain each denied or failed request.

    FILE is what `lattice dev --access-log FILE` wrote, what the service delivered to S3 or Firehose (.gz
    too), or what the AWS CLI or the console gives for CloudWatch Logs: `aws logs tail`,
    filter-log-events, get-log-events, get-query-results, a CSV of Logs Insights. Without FILE, standard
    input is read. The exit status is 2 when the input has no access log record.
    """
    console = Console(highlight=False, soft_wrap=True)
    counts: Counter[str] = Counter()
    strange: list[Problem] = []
    for place, entry in _entries(file):
        if entry.record is None:
            counts["strange"] += 1
            strange = strange or [Problem(entry.problem, place)]
            continue
        explanation = explain_record(entry.record)
        left_out = _why_left_out(entry.record, explanation, denied=denied, prefix=prefix)
        counts[left_out or "shown"] += 1
        if left_out or explanation is None:
            continue
        if as_json:
            parts = {"denied": explanation.is_denied, "what": explanation.what, "advice": explanation.advice}
            click.echo(json.dumps({"record": entry.record, **parts}))
        else:
            console.print(_lines(entry.record, explanation))
    _sum_up(counts, strange)


def _why_left_out(
    record: Mapping[str, Any], explanation: Explanation | None, *, denied: bool, prefix: str
) -> str:
    """Why a record is not shown; nothing if it is."""
    if explanation is None:
        return "did not fail"
    if not str(record.get("requestPath", "")).startswith(prefix):
        return f"failed, but the path does not start with {prefix} (--path)"
    return "failed, but was not denied (--denied)" if denied and not explanation.is_denied else ""


def _sum_up(counts: Counter[str], strange: list[Problem]) -> None:
    """Say how much was read and shown, and why not all of it."""
    odd, shown = counts.pop("strange", 0), counts.pop("shown", 0)
    total = shown + counts.total()
    if odd and not total:
        raise ConfigurationError((Problem(f"{strange[0].message}. {_NO_RECORD}", strange[0].origin),))
    lines = [f"{_counted(total, 'record')}, {shown} shown"]
    lines += [f"{count} {reason}" for reason, count in counts.items()]
    if not total:
        lines.append(
            "The input has no log event. Access logs come some minutes late; a query must be Complete."
        )
    if odd:
        lines.append(f"{_counted(odd, 'entry')} without a record; the first: {strange[0]}.")
    Console(stderr=True, highlight=False, soft_wrap=True).print(
        Text("\n".join(map(plain, lines)), style="dim")
    )


def _counted(count: int, noun: str) -> str:
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{count} {noun if count == 1 else plural}"


def _entries(file: str) -> Iterator[tuple[str, Entry]]:
    """The entries of a file one at a time, and the place of each."""
    place = "standard input" if file == "-" else file
    try:
        with open(0 if file == "-" else file, "rb") as opened:
            for entry in read_access_log(opened):
                yield f"{place}:{entry.line}", entry
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ConfigurationError((Problem(f"The access log cannot be read: {reason}.", place),)) from error


def _lines(record: Mapping[str, Any], explanation: Explanation) -> Text:
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
