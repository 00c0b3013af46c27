"""What a run prints."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from lattice_events.cli.printer import HumanPrinter, JsonPrinter, choose_printer
from lattice_events.local.output.records import InvokeRecord, LogRecord, Notice, RequestRecord
from lattice_events.local.output.writer import LeftOut
from lattice_events.local.run.ready import Ready, service_url
from tests.networks import listener, network, service

READY = Ready(
    network=network(service("foo")),
    gateway_url="http://127.0.0.1:1",
    tls_url="https://127.0.0.1:2",
    control_url="http://127.0.0.1:3",
    proxy_url="",
    ca_file="ca.pem",
    ready_ms=1,
    notes=(),
)
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
    printer.write([LogRecord(source="hello", text="one\rtwo", invocation_id="i")])
    printer.write([LogRecord(source="hello", text="while importing")])
    printer.write([REQUEST])

    assert capsys.readouterr().out == (
        "       │ while importing\nGET    foo/ 200 default → hello 12 ms\n       │ one\n       │ two\n"
    )


def test_what_a_client_sends_cannot_drive_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    HumanPrinter().write(
        [
            RequestRecord(
                method="GET",
                host="a\x1b[2J",
                path="/[red]x",
                status=404,
                duration_ms=0,
                request_id="r",
                reason="why\x07",
            )
        ]
    )

    assert capsys.readouterr().out == "GET    a?[2J/[red]x 404 0 ms\n       why?\n"


def test_an_invocation_is_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    HumanPrinter().write(
        [InvokeRecord(function="hello", invocation_id="i", duration_ms=3, error_type="ValueError", cold=True)]
    )

    assert capsys.readouterr().out == "INVOKE hello ValueError 3 ms cold\n"


def test_nothing_that_a_handler_prints_breaks_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    printer = JsonPrinter()
    printer.write([LogRecord(source="hello", text='{"event": "ready"}\n\u2028"')])
    printer.write([REQUEST])

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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1bcgone", "gone"),
        ("\x1b]0;title\x07a", "a"),
        ("\x1b]52;c;AAAA\x1b\\a", "a"),
        ("\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x9d0;title\x9ca", "a"),
        ("\x1bPq#0\x1b\\a", "a"),
        ("\x1b_x\x1b\\\x1b^y\x1b\\\x1bXz\x1b\\a", "a"),
        ("\x1b]unfinished", ""),
        ("\x1b[2J\x1b[1;1Ha", "a"),
        ("\x9b2Ja", "a"),
        ("\x1b[?1049ha", "a"),
        ("\x1b(0a\x1b#8", "a"),
        ("a\x1b", "a"),
        ("a\x1b[", "a"),
        ("a\x00\x07\x08\x0b\x0c\x7f\x85b", "ab"),
        ("\x1b\x1b]0;x\x07[2Ja", "[2Ja"),
        ("\x1b[31mred\x1b[0m é", "red é"),
    ],
)
def test_what_a_function_writes_cannot_drive_the_terminal(
    text: str, shown: str, capsys: pytest.CaptureFixture[str]
) -> None:
    HumanPrinter().write([LogRecord(source="f", text=text)])

    assert capsys.readouterr().out == f"       │ {shown}\n"


def test_a_function_s_own_colours_are_shown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)

    HumanPrinter().write([LogRecord(source="f", text="\x1b[31mred\x1b[0m")])

    assert "\x1b[31mred\x1b[0m" in capsys.readouterr().out


def test_no_name_in_a_record_or_the_banner_drives_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    hostile = "a\x1bc\x1b]0;x\x07\n\u202eb"
    named = replace(service("foo"), name=hostile, domain_name=hostile)
    printer = HumanPrinter()
    printer.write([replace(READY, network=network(named), gateway_url=hostile, notes=(hostile,))])
    printer.write([InvokeRecord(function=hostile, invocation_id="i", duration_ms=1, error_type=hostile)])
    printer.write([replace(REQUEST, rule=hostile, target=hostile, method=hostile, path=hostile)])

    out = capsys.readouterr().out
    assert [char for char in out if not char.isprintable() and char != "\n"] == []
    assert out.count("a?c?]0;x???b") == out.count("]0;x") > 10


def test_a_quiet_printer_shows_what_fails_and_what_the_network_has_to_say(
    capsys: pytest.CaptureFixture[str],
) -> None:
    failed = replace(REQUEST, status=502, reason="why")
    lines = [LogRecord(source="hello", text="x"), LogRecord(source="hello", text="y", invocation_id="i")]
    choose_printer(as_json=False, is_quiet=True).write(
        [REQUEST, *lines, failed, Notice(source="health", text="the target is down"), LeftOut(3)]
    )

    assert capsys.readouterr().out == (
        "GET    foo/ 502 default → hello 12 ms\n       why\n       │ the target is down\n"
        "       │ 3 records are left out here: the output was not read.\n"
    )


def test_a_quiet_printer_for_scripts_prints_where_everything_is(capsys: pytest.CaptureFixture[str]) -> None:
    invoked = InvokeRecord(function="hello", invocation_id="i", duration_ms=3)
    failed = replace(invoked, error_type="ValueError")
    choose_printer(as_json=True, is_quiet=True).write([READY, REQUEST, invoked, failed])

    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["event"], each.get("error_type")) for each in events] == [
        ("ready", None),
        ("invoke", "ValueError"),
    ]


def test_lines_of_an_invocation_that_never_ends_do_not_wait_for_ever(
    capsys: pytest.CaptureFixture[str],
) -> None:
    HumanPrinter().write([LogRecord(source="f", text="x" * 1_000_000, invocation_id="i")] * 6)

    assert capsys.readouterr().out.count("│") == 5
