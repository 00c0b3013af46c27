"""Arguments and files that are meant to break a command: one line, never a traceback or a wait without end."""

from __future__ import annotations

from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from lattice_events.assumptions import Assumptions
from lattice_events.cli.commands import lattice
from lattice_events.cli.event import parse_header, read_body
from lattice_events.cli.explain_tree import print_tree
from lattice_events.cli.invoke import _read_event
from lattice_events.cli.items import parse_items
from lattice_events.cli.options import read_variable
from lattice_events.cli.printer import HumanPrinter
from lattice_events.errors import ConfigurationError
from lattice_events.local.run.ready import Ready
from lattice_events.network.explanation import describe
from lattice_events.network.model import FixedResponseAction, HeaderMatch, Match, Network, PathMatch, Rule
from tests.networks import ACCOUNT, REGION, listener, service
from tests.networks import network as network_of
from tests.unit.network.test_authorization import decide

MARKUP = Match(
    method="[/x]",
    path=PathMatch(kind="exact", value="/[/red]", case_sensitive=True),
    headers=(HeaderMatch(name="[bold]", kind="exact", value="[/bold]\x1b[2J", case_sensitive=True),),
)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"[" * 100_000, "--event is nested too deeply."),
        (b"{", "--event is not JSON: Expecting property name"),
        (b"\xff\xfe{", "--event is not JSON: "),
        (b"9" * 5000, "--event is not JSON: Exceeds the limit"),
        (b" " * (6 * 1024 * 1024 + 1), "--event has more than 6 MB, which is more than Lambda accepts."),
    ],
    ids=["deep", "broken", "no UTF-8", "digits", "endless"],
)
def test_an_event_that_cannot_be_read_is_named(content: bytes, said: str, tmp_path: Path) -> None:
    file = tmp_path / "event.json"
    file.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        _read_event(str(file))
    assert str(caught.value).startswith(f"{file}: {said}")


def test_what_has_no_end_is_not_read_to_it() -> None:
    with pytest.raises(ConfigurationError, match="more than 6 MB"):
        _read_event("/dev/zero")
    with pytest.raises(click.BadParameter, match="more than 6 MB"):
        read_body("@/dev/zero")


def test_a_body_of_bytes_that_are_no_text_stays_what_it_is() -> None:
    assert read_body("a\udcff") == b"a\xff"


@pytest.mark.parametrize("text", ["[" * 100_000, "{", "9" * 5000])
def test_an_item_that_is_no_json_is_named(text: str) -> None:
    with pytest.raises(click.BadParameter):
        parse_items((f"a:={text}",))


def test_the_banner_shows_what_looks_like_markup(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    rule = Rule(name="r", arn="r", priority=1, match=MARKUP, action=FixedResponseAction(status=404))
    given = service(listeners=(listener(FixedResponseAction(status=404), rule),))
    network = Network(region=REGION, account=ACCOUNT, services=(given,))
    urls = dict.fromkeys(("gateway_url", "tls_url", "control_url", "proxy_url", "ca_file"), "http://a:1")
    HumanPrinter().write([Ready(network=network, ready_ms=1, notes=("[/note]\x1b[2J",), **urls)])
    shown = capsys.readouterr().out

    assert "1  [/x] /[/red] [bold] exact [/bold]?[2J" in shown
    assert "note    [/note]?[2J\n" in shown


def test_explain_prints_the_note_of_a_service_on_no_network(capsys: pytest.CaptureFixture[str]) -> None:
    net = network_of(service(service_network_arns=()))
    print_tree("GET /", describe(decide(net, None), net, Assumptions()))

    assert (
        "note  it has no association with a service network, so no client could reach it on AWS"
        in capsys.readouterr().out
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x: a\nb", "the header x has the character U+000A, which no header can have"),
        ("x: a\r\ny: b", "the header x has the character U+000D, which no header can have"),
        ("x: \x1b[2J", "the header x has the character U+001B, which no header can have"),
        ("x y: a", "'x y' is not the name of a header"),
        ("x\n: a", "'x\\n' is not the name of a header"),
        ("é: a", "'é' is not the name of a header"),
        (": a", "a header must be NAME:VALUE, not ': a'"),
        ("x", "a header must be NAME:VALUE, not 'x'"),
    ],
)
@pytest.mark.parametrize(
    "command",
    [["event", "v2"], ["explain", "/"], ["invoke", "f", "--request", "GET /"], ["sign", "https://a"]],
)
def test_a_header_that_no_request_can_have_is_refused(text: str, said: str, command: list[str]) -> None:
    done = CliRunner().invoke(lattice, [*command, "--header", text])

    assert done.exit_code == 2
    assert said in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("text", ["x:a\r\ny: b", "x:\x1b[2J", "x y:a", "é:a"])
def test_an_item_that_is_a_header_that_no_request_can_have_is_refused(text: str) -> None:
    with pytest.raises(click.BadParameter, match="no header can have|is not the name of a header"):
        parse_items((text,))


def test_a_header_is_a_name_and_a_value() -> None:
    assert parse_header("X-a :  b:\tc é ") == ("X-a", "b:\tc é")
    assert parse_header("x:\udcff\x9b") == ("x", "\udcff\x9b")  # a byte of the shell that is no UTF-8


@pytest.mark.parametrize("options", [["--body", "x"], ["--header", "a: b"], ["--as", "role"]])
def test_what_describes_a_request_needs_one(options: list[str]) -> None:
    done = CliRunner().invoke(lattice, ["invoke", "f", *options])

    assert done.exit_code == 2
    assert "--header, --body and --as need --request" in " ".join(done.output.replace("│", " ").split())


@pytest.mark.parametrize("name", ["A B", "A-B", "1A", "_A", "A\x1b[2J", "é"])
def test_a_variable_that_lambda_would_refuse_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="--env: The name of a function's variable must be a letter"):
        read_variable(f"{name}=x")
