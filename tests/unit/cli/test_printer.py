"""What a run prints."""

from __future__ import annotations

import json

import pytest

from lattice_events.cli.printer import HumanPrinter, JsonPrinter, service_url
from lattice_events.local.records import InvokeRecord, LogRecord, RequestRecord
from tests.networks import listener, service

REQUEST = RequestRecord(
    method="GET",
    host="foo",
    path="/",
    status=200,
    duration_ms=12.4,
    request_id="r",
    service="foo",
    rule="default",
    target="hello",
    invocation_id="i",
)


def test_a_function_s_lines_come_below_its_request(capsys: pytest.CaptureFixture[str]) -> None:
    printer = HumanPrinter()
    printer.report(LogRecord(source="hello", text="one\rtwo", invocation_id="i"))
    printer.report(LogRecord(source="hello", text="while importing"))
    printer.report(REQUEST)

    assert capsys.readouterr().out == (
        "       │ while importing\nGET    foo/ 200 default → hello 12 ms\n       │ one\n       │ two\n"
    )


def test_what_a_client_sends_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    HumanPrinter().report(
        RequestRecord(
            method="GET",
            host="a\x1b[2J",
            path="/[red]x",
            status=404,
            duration_ms=0,
            request_id="r",
            reason="why\x07",
        )
    )

    assert capsys.readouterr().out == "GET    a?[2J/[red]x 404 0 ms\n       why?\n"


def test_an_invocation_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    HumanPrinter().report(
        InvokeRecord(function="hello", invocation_id="i", duration_ms=3, error_type="ValueError", cold=True)
    )

    assert capsys.readouterr().out == "INVOKE hello ValueError 3 ms cold\n"


def test_nothing_that_a_handler_prints_breaks_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    printer = JsonPrinter()
    printer.report(LogRecord(source="hello", text='{"event": "ready"}\n\u2028"'))
    printer.report(REQUEST)

    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["event"], first["text"]) == ("log", '{"event": "ready"}\n\u2028"')
    assert (second["event"], second["status"]) == ("request", 200)


@pytest.mark.parametrize(
    ("listeners", "start"),
    [
        ((listener(),), "https://foo-"),
        ((listener(port=80, protocol="HTTP"),), "http://foo-"),
        ((listener(port=80, protocol="HTTP"), listener()), "https://foo-"),
        ((), "https://foo-"),
    ],
)
def test_a_service_s_url_prefers_https(listeners: tuple[object, ...], start: str) -> None:
    url = service_url(service("foo", listeners=listeners))

    assert url.startswith(start)
    assert url.endswith(".on.aws")


def test_an_unusual_port_stands_in_the_url() -> None:
    assert service_url(service("foo", listeners=(listener(port=8443),))).endswith(".on.aws:8443")
