"""What scripts read: every field of a record, in its order."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest

from lattice_events.cli.json_lines import json_line
from lattice_events.cli.printer import told
from lattice_events.cloud.endpoint.calls import ApiCall
from lattice_events.local.output.records import InvokeRecord, LogRecord, Notice, RequestRecord
from lattice_events.local.output.writer import LeftOut
from lattice_events.network.exchange import Exchange
from tests.networks import network
from tests.unit.network.test_authentication import signed
from tests.unit.network.test_authorization import decide

RECORDS: list[tuple[str, Any]] = [
    ("request", RequestRecord(method="G", host="h", path="/", status=1, duration_ms=1.5, request_id="é")),
    ("invoke", InvokeRecord(function="f", invocation_id="i", duration_ms=2.0, error_type="E", cold=True)),
    ("log", LogRecord(source="f", text="\ud800\n", stream="stderr", invocation_id="i")),
    ("log", Notice(source="health", text="t")),
    ("api", ApiCall(service="s3", operation="PutObject", status=500, duration_ms=1.5, reason="why")),
]


@pytest.mark.parametrize(("event", "record"), RECORDS)
def test_a_record_is_its_fields_in_order(event: str, record: Any) -> None:
    assert json_line(record) == json.dumps({"event": event, **dataclasses.asdict(record)}) + "\n"


def test_an_exchange_is_told_with_the_names_of_what_it_went_through() -> None:
    sent = signed({"mode": "none"})
    exchange = Exchange(
        decision=decide(network(), None, sent),
        request=sent,
        started_us=0,
        source_address="127.0.0.1",
        source_port=1,
        status=200,
        bytes_received=1,
        bytes_sent=1,
        duration_ms=1.25,
        caller="hello",
        invocation_id="i",
        cold=True,
    )

    line = json_line(told(exchange))

    assert json.loads(line) == {
        "event": "request",
        "method": sent.method,
        "host": sent.headers["host"],
        "path": sent.path,
        "status": 200,
        "duration_ms": 1.25,
        "request_id": "fresh",
        "caller": "hello",
        "service": "foo",
        "rule": "default",
        "target": "hello",
        "invocation_id": "i",
        "cold": True,
        "reason": None,
        "faults": [],
    }


def test_records_that_were_left_out_are_a_line_of_the_network_itself() -> None:
    assert json.loads(json_line(told(LeftOut(1234)))) == {
        "event": "log",
        "source": "lattice dev",
        "text": "1,234 records are left out here: the output was not read.",
        "stream": "stderr",
        "invocation_id": None,
    }
