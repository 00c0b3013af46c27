"""Lines are the bytes that rich writes for the same styles: it is the oracle of every kind of record."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from lattice_events.cli.lines import Lines, coloured, plain, plain_log
from lattice_events.local.output.records import InvokeRecord, LogRecord, RequestRecord

TERMINALS = {
    "no terminal": {},
    "a terminal": {"FORCE_COLOR": "1", "TERM": "xterm"},
    "true colours": {"FORCE_COLOR": "1", "TERM": "xterm-256color", "COLORTERM": "truecolor"},
    "no colours": {"FORCE_COLOR": "1", "TERM": "xterm", "NO_COLOR": "1"},
    "dumb": {"FORCE_COLOR": "1", "TERM": "dumb"},
}
TEXTS = st.text() | st.text("a é漢😀\t\r\n\x1b[3;1m\x07\u202e\xa0 ")
REQUEST = RequestRecord(
    method="GET", host="foo", path="/x", status=200, duration_ms=12.4, request_id="r", target="hello"
)
REQUESTS = st.builds(
    RequestRecord,
    method=TEXTS,
    host=TEXTS,
    path=TEXTS,
    status=st.sampled_from([200, 302, 404, 502]),
    duration_ms=st.floats(0, 1e6),
    request_id=st.just("r"),
    service=st.none() | TEXTS,
    rule=st.none() | TEXTS,
    target=st.none() | TEXTS,
    cold=st.booleans(),
    reason=st.none() | TEXTS,
)
INVOCATIONS = st.builds(
    InvokeRecord,
    function=TEXTS,
    invocation_id=st.just("i"),
    duration_ms=st.floats(0, 1e6),
    error_type=st.none() | TEXTS,
    cold=st.booleans(),
)


def console_of(variables: dict[str, str]) -> Console:
    return Console(file=io.StringIO(), highlight=False, soft_wrap=True, _environ=variables)


def by_rich(console: Console, text: Text) -> str:
    with console.capture() as written:
        console.print(text)
    return written.get()


def assembled(*parts: str | tuple[str, str]) -> Text:
    pairs = [(part, "") if isinstance(part, str) else part for part in parts]
    return Text.assemble(*((plain(text), style) for text, style in pairs))


def end_of(record: RequestRecord | InvokeRecord) -> list[tuple[str, str]]:
    return [(f"{record.duration_ms:.0f} ms", "dim"), (" cold" if record.cold else "", "blue")]


def request_text(record: RequestRecord) -> Text:
    style = "green" if record.status < 400 else "yellow" if record.status < 500 else "red"
    route = f"{record.rule} → {record.target} " if record.target else ""
    line = assembled(
        (f"{record.method:<6} ", "bold"),
        f"{record.service or record.host}{record.path} ",
        (f"{record.status} ", style),
        (route, "cyan"),
        *end_of(record),
    )
    for reason in (record.reason or "").splitlines():
        line.append(f"\n       {plain(reason)}", style=style)
    return line


def log_text(record: LogRecord) -> Text:
    lines = record.text.replace("\r", "\n").split("\n")
    return Text("\n").join(Text.assemble(("       │ ", "dim"), coloured(line)) for line in lines)


@pytest.mark.parametrize("variables", TERMINALS.values(), ids=TERMINALS)
@given(record=REQUESTS)
def test_a_request_is_written_as_by_rich(variables: dict[str, str], record: RequestRecord) -> None:
    console = console_of(variables)

    assert Lines(console).request(record) == by_rich(console, request_text(record))


@pytest.mark.parametrize("variables", TERMINALS.values(), ids=TERMINALS)
@given(record=INVOCATIONS)
def test_an_invocation_is_written_as_by_rich(variables: dict[str, str], record: InvokeRecord) -> None:
    console = console_of(variables)
    result = (f"{record.error_type or 'ok'} ", "red" if record.error_type else "green")
    text = assembled(("INVOKE ", "bold"), f"{record.function} ", result, *end_of(record))

    assert Lines(console).invocation(record) == by_rich(console, text)


@pytest.mark.parametrize("variables", TERMINALS.values(), ids=TERMINALS)
@given(text=TEXTS)
def test_a_function_s_line_is_written_as_by_rich(variables: dict[str, str], text: str) -> None:
    console = console_of(variables)
    record = LogRecord(source="f", text=text)

    assert Lines(console).log(record) == by_rich(console, log_text(record))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("no terminal", "GET    foo/x 200 None → hello 12 ms cold\n"),
        ("no colours", "\x1b[1mGET    \x1b[0mfoo/x 200 None → hello \x1b[2m12 ms\x1b[0m cold\n"),
    ],
)
def test_where_there_are_no_colours_there_is_no_code_of_one(name: str, line: str) -> None:
    assert Lines(console_of(TERMINALS[name])).request(replace(REQUEST, cold=True)) == line


def test_the_tabs_of_a_log_are_read_as_such_and_nothing_else_of_it_drives_the_terminal() -> None:
    assert (
        plain_log("REPORT RequestId: i\tDuration: 1 ms\t\x1b[2J")
        == "REPORT RequestId: i  Duration: 1 ms  ?[2J"
    )
