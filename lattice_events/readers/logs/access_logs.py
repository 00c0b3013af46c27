"""Access log records in whatever people have them: the service's files, and what the AWS CLI and console print.

Source:
    https://docs.aws.amazon.com/cli/latest/reference/logs/ (get-log-events, filter-log-events, tail,
    get-query-results, get-log-record)
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html
"""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, NamedTuple

from lattice_events.readers.logs.json_texts import LIMIT, find_values

_GZIP = b"\x1f\x8b"
_CHUNK = 65_536
_DEPTH = 6  # a message in an event in compressed data in a Kinesis record in a list
# A record has one of these; what any other program's log has (duration, protocol) does not count.
_OF_RECORDS = {
    "authDeniedReason",
    "callerPrincipal",
    "failureReason",
    "requestPath",
    "resolvedUser",
    "responseCode",
    "serviceArn",
    "serviceNetworkArn",
    "targetGroupArn",
}
_NUMBERS = (
    "responseCode",
    "bytesReceived",
    "bytesSent",
    "duration",
    "requestToTargetDuration",
    "responseFromTargetDuration",
)


class Entry(NamedTuple):
    """A record and its line, or what is none and why."""

    line: int
    record: Mapping[str, Any] | None
    problem: str = ""


def read_access_log(file: io.BufferedReader[Any]) -> Iterator[Entry]:
    """The records of a file, one at a time, and whatever is none.

    Raises:
        OSError: It cannot be read; likewise EOFError and zlib.error for a damaged archive.
    """
    text = _decoded(file)
    lines = iter(
        lambda: text.readline(_CHUNK), ""
    )  # by lines: what `aws logs tail --follow` prints is read at once
    blank, first = _first(lines)
    columns = _columns(first)
    if columns:
        yield from _from_csv(columns, iter(lambda: text.readline(LIMIT), ""), line=blank + 2)
        return
    for line, value, is_json in find_values(chain(["\n"] * blank, [first], lines)):
        if not is_json:
            yield Entry(line, None, "This line is not a JSON object")
            continue
        for record in _records(value):
            yield Entry(
                line, record, "" if record else "This is JSON, but has no field of an access log record"
            )


def _decoded(file: io.BufferedReader[Any]) -> io.TextIOWrapper:
    """The text, decompressed as often as it was compressed; PowerShell redirects to UTF-16."""
    opened: io.BufferedReader[Any] | gzip.GzipFile = file
    for _ in range(3):  # CloudWatch compresses for Firehose, which may do it again
        if opened.peek(2).startswith(_GZIP):
            opened = gzip.GzipFile(fileobj=opened, mode="rb")
    is_wide = opened.peek(2)[:2] in (b"\xff\xfe", b"\xfe\xff")
    return io.TextIOWrapper(opened, encoding="utf-16" if is_wide else "utf-8-sig", errors="replace")


def _first(lines: Iterator[str]) -> tuple[int, str]:
    """The number of blank lines at the beginning, and the first line that is none."""
    for blank, line in enumerate(lines):
        if line.strip():
            return blank, line
    return 0, ""


# ── CSV, as the console exports it ────────────────────────────────────────────────────────────────


def _columns(first: str) -> list[str]:
    """The names of the columns, if this is the first line of an export of Logs Insights or of a log group."""
    if first.lstrip()[:1] in ("{", "["):
        return []
    names = next(csv.reader([first]), [])
    return names if {"@message", "message", *_OF_RECORDS}.intersection(names) else []


def _from_csv(columns: list[str], lines: Iterator[str], *, line: int) -> Iterator[Entry]:
    """A record for each row: in its message, or in its columns."""
    rows, first = csv.reader(lines), line
    while True:
        line = first + rows.line_num
        try:
            row = next(rows, None)
        except csv.Error as error:
            yield Entry(line, None, f"This row is not CSV ({error})")
            continue
        if row is None:
            return
        for record in _records(dict(zip(columns, row, strict=False))) if row else ():
            yield Entry(line, record, "" if record else "This row has no access log record")


# ── what a value is ───────────────────────────────────────────────────────────────────────────────


def _records(value: Any, depth: int = 0) -> Iterator[Mapping[str, Any] | None]:
    """The records in a value; ``None`` for each part that is none."""
    if depth > _DEPTH:
        yield None
    elif isinstance(value, str):
        yield from _in_text(value, depth)
    elif isinstance(value, list):
        for each in value:
            yield from _records(each, depth + 1)
    elif isinstance(value, dict):
        yield from _in_object(value, depth)
    else:
        yield None


def _in_text(text: str, depth: int) -> Iterator[Mapping[str, Any] | None]:
    """A message is a record as JSON."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    yield from _records(value if isinstance(value, dict) else None, depth + 1)


def _in_object(value: Mapping[str, Any], depth: int) -> Iterator[Mapping[str, Any] | None]:
    """A record itself, or one of the forms."""
    unfold = next((form for key, form in _FORMS.items() if key in value), None)
    if "@message" not in value and not _OF_RECORDS.isdisjoint(value):
        yield {name: _number(each) if name in _NUMBERS else each for name, each in value.items()}
    elif unfold is None:
        yield None
    else:
        for each in unfold(value):
            yield from _records(each, depth + 1)


def _number(value: Any) -> Any:
    """Logs Insights and CSV have numbers as text."""
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value


def _events(value: Mapping[str, Any]) -> Iterator[Any]:
    """``aws logs get-log-events`` and ``filter-log-events``."""
    yield from _list(value, "events")


def _subscription(value: Mapping[str, Any]) -> Iterator[Any]:
    """What CloudWatch Logs sends to a subscriber; its check of the destination has no record."""
    if value.get("messageType") != "CONTROL_MESSAGE":
        yield from _list(value, "logEvents")


def _lambda_event(value: Mapping[str, Any]) -> Iterator[Any]:
    """The same as a Lambda function gets it."""
    yield from _unpack(value["awslogs"].get("data") if isinstance(value["awslogs"], dict) else None)


def _stream(value: Mapping[str, Any]) -> Iterator[Any]:
    """Records of Kinesis (``aws kinesis get-records``, a Lambda event) or of Firehose."""
    for each in _list(value, "Records") + _list(value, "records"):
        inner = each.get("kinesis", each) if isinstance(each, dict) else {}
        yield from _unpack((inner.get("data") or inner.get("Data")) if isinstance(inner, dict) else None)


def _insights(value: Mapping[str, Any]) -> Iterator[Any]:
    """``aws logs get-query-results``: a list of fields for each row."""
    for row in _list(value, "results"):
        cells = [cell for cell in row if isinstance(cell, dict)] if isinstance(row, list) else []
        yield {str(cell.get("field")): cell.get("value") for cell in cells}


def _cell(value: Mapping[str, Any]) -> Iterator[Any]:
    """One field of such a row, where ``--query`` took the rows apart; the others are about the record."""
    if value["field"] == "@message":
        yield value.get("value")


def _inside(key: str) -> Callable[[Mapping[str, Any]], Iterator[Any]]:
    """An object around the record, or around its text."""

    def unfold(value: Mapping[str, Any]) -> Iterator[Any]:
        yield value[key]

    return unfold


_FORMS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[Any]]] = {
    "@message": _inside("@message"),  # a row of Logs Insights, which has all of the record there
    "events": _events,
    "logEvents": _subscription,
    "awslogs": _lambda_event,
    "Records": _stream,
    "records": _stream,
    "results": _insights,
    "field": _cell,
    "logRecord": _inside("logRecord"),  # aws logs get-log-record
    "message": _inside("message"),  # an event
}


def _list(value: Mapping[str, Any], key: str) -> list[Any]:
    found = value.get(key, [])
    return found if isinstance(found, list) else [None]


def _unpack(data: Any) -> Iterator[Any]:
    """What is in Base64, and mostly compressed."""
    try:
        packed = base64.b64decode(data, validate=True)
        if packed.startswith(_GZIP):
            stream = zlib.decompressobj(wbits=31)
            packed = stream.decompress(packed, LIMIT)
            if not stream.eof:
                raise ValueError("cut, or too large")
    except (TypeError, ValueError, zlib.error):
        yield None
        return
    for found in find_values([packed.decode(errors="replace")]):
        yield found.value
