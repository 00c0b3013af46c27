"""Access log records in every form in which people have them: each form gives the same two records."""

from __future__ import annotations

import base64
import csv
import gzip
import io
import json
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lattice_events.readers.logs.access_logs import Entry, read_access_log
from lattice_events.readers.logs.json_texts import LIMIT
from tests.conftest import examples

DENIED = {"requestMethod": "GET", "requestPath": "/a,b", "responseCode": 403, "failureReason": "-", "userAgent": 'é "q" {[\\'}  # fmt: skip
SERVED = {"requestMethod": "PUT", "requestPath": "/b", "responseCode": 200, "failureReason": "-", "userAgent": "x"}  # fmt: skip
RECORDS = [DENIED, SERVED]
TEXTS = [json.dumps(record, ensure_ascii=False) for record in RECORDS]
STAMP, STREAM = "2026-01-31T12:00:00", "VpcLattice/[x]/svc-1"


def lines(*texts: str, end: str = "\n") -> str:
    return "".join(text + end for text in texts)


def table(*rows: list[Any]) -> str:
    file = io.StringIO()
    csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(rows)
    return file.getvalue()


def events(**more: Any) -> list[dict[str, Any]]:
    return [{"timestamp": 1769860800000, "message": text, "ingestionTime": 1769860801000, **more} for text in TEXTS]  # fmt: skip


SUBSCRIPTION = {"messageType": "DATA_MESSAGE", "owner": "123456789012", "logGroup": "g", "logStream": STREAM, "subscriptionFilters": ["f"], "logEvents": [{"id": "1", **event} for event in events()]}  # fmt: skip
CONTROL = {"messageType": "CONTROL_MESSAGE", "logEvents": [{"message": "CWL CONTROL MESSAGE: Checking health of destination Firehose."}]}  # fmt: skip
DATA = base64.b64encode(gzip.compress(json.dumps(SUBSCRIPTION).encode())).decode()
ROWS = [[{"field": "@timestamp", "value": STAMP}, {"field": "@message", "value": text}, {"field": "@ptr", "value": "p"}] for text in TEXTS]  # fmt: skip
NAMES = list(DENIED)
CELLS = [[{"field": name, "value": str(record[name])} for name in NAMES] for record in RECORDS]

FORMS: dict[str, str] = {
    "JSON lines": lines(*TEXTS),
    "JSON lines, no end": "\n".join(TEXTS),
    "JSON lines, CRLF": lines(*TEXTS, end="\r\n"),
    "JSON lines, blank ones between": "\n \n" + lines(*TEXTS, end="\n\n"),
    "Firehose to S3": "".join(TEXTS),
    "a list": json.dumps(RECORDS),
    "a list over lines": json.dumps(RECORDS, indent=4),
    "objects over lines": lines(*(json.dumps(record, indent=2) for record in RECORDS)),
    "aws logs tail --format short": lines(*(f"{STAMP} {text}" for text in TEXTS)),
    "aws logs tail": lines(*(f"{STAMP}.000000+00:00 {STREAM} {text}" for text in TEXTS)),
    "aws logs tail --color on": lines(*(f"\x1b[32m{STAMP}+00:00\x1b[0m \x1b[36m{STREAM}\x1b[0m {text}" for text in TEXTS)),
    "aws logs tail --format json": lines(*(f"{STAMP}+00:00 {STREAM} \n{json.dumps(record, indent=4)}" for record in RECORDS)),
    "aws logs tail --format none": lines(*map(json.dumps, TEXTS)),
    "aws logs get-log-events": json.dumps({"events": events(), "nextForwardToken": "f/1/s", "nextBackwardToken": "b/1/s"}, indent=4),
    "aws logs filter-log-events": json.dumps({"events": events(logStreamName=STREAM, eventId="1"), "searchedLogStreams": []}, indent=4),
    "… --output text": lines(*(f"EVENTS\t1769860801000\t{text}\t1769860800000" for text in TEXTS)),
    "… --query events": json.dumps(events(), indent=4),
    "… --query 'events[].message'": json.dumps(TEXTS, indent=4),
    "… --query 'events[].message' --output text": "\t".join(TEXTS) + "\n",
    "aws logs get-query-results": json.dumps({"results": ROWS, "statistics": {"recordsMatched": 2.0}, "status": "Complete"}, indent=4),
    "… of a query for fields": json.dumps({"results": CELLS, "status": "Complete"}),
    "… --query results": json.dumps(ROWS, indent=4),
    "Logs Insights, exported as JSON": json.dumps([{"@timestamp": STAMP, "@message": record} for record in RECORDS]),
    "Logs Insights, exported as CSV": table(["@timestamp", "@message", "@logStream"], *([STAMP, text, STREAM] for text in TEXTS)),
    "… with fields beside the message": table(["requestPath", "@message"], *(["/a", text] for text in TEXTS)),
    "… of a query for fields, CSV": table(NAMES, *([record[name] for name in NAMES] for record in RECORDS)),
    "a log group, exported as CSV": "\n" + table(["timestamp", "message"], *([1769860800000, text] for text in TEXTS)),
    "aws logs get-log-record": lines(*(json.dumps({"logRecord": {"@ptr": "p", "@message": text}}) for text in TEXTS)),
    "a subscription's document": json.dumps(SUBSCRIPTION),
    "such documents one after another": json.dumps(CONTROL) + json.dumps(SUBSCRIPTION),
    "the event of a subscribed function": json.dumps({"awslogs": {"data": DATA}}),
    "a Kinesis event": json.dumps({"Records": [{"kinesis": {"data": DATA}, "eventSource": "aws:kinesis"}]}),
    "aws kinesis get-records": json.dumps({"Records": [{"Data": DATA, "PartitionKey": "1"}]}),
    "a Firehose event": json.dumps({"invocationId": "1", "records": [{"recordId": "1", "data": DATA}]}),
}  # fmt: skip


def read(data: bytes) -> list[Entry]:
    return list(read_access_log(io.BufferedReader(io.BytesIO(data))))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "encode",
    [
        str.encode,
        lambda text: text.encode("utf-8-sig"),
        lambda text: text.encode("utf-16"),
        lambda text: gzip.compress(text.encode()),
        lambda text: gzip.compress(gzip.compress(text.encode())),
        lambda text: gzip.compress(text[:9].encode()) + gzip.compress(text[9:].encode()),
    ],
    ids=["UTF-8", "with a BOM", "UTF-16 of PowerShell", "gzip", "gzip twice", "gzip in two parts"],
)
def test_every_form_gives_the_records(form: str, encode: Any) -> None:
    assert [entry.record for entry in read(encode(FORMS[form]))] == RECORDS


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("no json\n", [1]),
        ("[1]", [1]),
        ('{"a": 1}\n\n{"b": 2}', [1, 3]),
        ('{"requestPath": "/cut', [1]),
        (f'{{"requestPath": "/cut\n{TEXTS[0]}\n', [1]),
        (f'{TEXTS[0]}\n{{"requestPath": \n{TEXTS[1]}\n{{"x"\n', [2, 4]),
        (f"{STAMP} START RequestId: 1\n{STAMP} {TEXTS[0]}\n{STAMP} done {{\n", [1, 3]),
        ('{"events": 1}', [1]),
        ('{"events": [{"message": "text"}, {"message": 1}, 2]}', [1, 1, 1]),
        ('{"results": [1], "field": 2}', [1]),
        ('{"awslogs": {"data": "nonsense"}}\n{"awslogs": 1}', [1, 2]),
        ('{"Records": [{"kinesis": 1}, 2, {"s3": {}}]}', [1, 1, 1]),
        ('{"message": ' * 5000 + "1" + "}" * 5000, [1]),
        ('{"message": ' * 20 + "1" + "}" * 20, [1]),
        (f"message,x\nnothing\n{'x' * 200_000}\n", [2, 3]),
        ('@message\n"{}"\n\n"a\nb"\n{', [2, 4, 6]),
    ],
)  # fmt: skip
def test_what_is_no_record_is_told_with_its_line(text: str, places: list[int]) -> None:
    odd = [entry for entry in read(text.encode()) if entry.record is None]

    assert [entry.line for entry in odd] == places
    assert all(entry.problem for entry in odd)


def test_a_query_result_or_event_without_records_is_nothing() -> None:
    for text in (
        "",
        "\n\n",
        '{"events": []}',
        '{"results": [], "status": "Running"}',
        "[]",
        json.dumps(CONTROL),
    ):
        assert read(text.encode()) == []


def test_compressed_data_that_grows_without_end_is_no_record() -> None:
    data = base64.b64encode(gzip.compress(b" " * (LIMIT + 1))).decode()

    ((line, record, _),) = read(json.dumps({"awslogs": {"data": data}}).encode())

    assert (line, record) == (1, None)


@pytest.mark.parametrize("indent", [None, 1])
def test_memory_is_bounded(indent: int | None) -> None:
    event = {"message": TEXTS[0], "padding": "x" * 100_000}
    text = json.dumps({"events": [event] * 400}, indent=indent).encode()
    file = io.BufferedReader(io.BytesIO(text))

    tracemalloc.start()
    count = sum(entry.record == DENIED for entry in read_access_log(file))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert count == (400 if indent else 0)
    assert peak < 6 * LIMIT


@examples(1000)
@given(
    st.lists(
        st.sampled_from([*FORMS.values(), "{", '"', "[", "}", "\n", "x", "\\", STAMP, "EVENTS\t"]), max_size=6
    ),
    st.data(),
)
def test_whatever_is_read_ends_and_lines_only_grow(parts: list[str], data: st.DataObject) -> None:
    text = "".join(parts)
    cut = data.draw(st.integers(0, len(text)))

    found = [entry.line for entry in read(text[cut:].encode())]

    assert found == sorted(found)
