from __future__ import annotations

from collections.abc import Sequence

import pytest

from lattice_events.checks.reports.text import ending, text
from lattice_events.checks.rule import Found
from tests.reporting import HOSTILE, found, report

SOURCE = [
    "# Lines before it are shown, as many as tell where it is.",
    "Resources:",
    "  Orders:",
    "    Type: AWS::VpcLattice::TargetGroup",
    "    Properties:",
    "      Type: LAMBDA",
    "      Name: orders",
]


def shown(*each: Found, lines: Sequence[str] = SOURCE, width: int | None = None, code: str = "LTC001") -> str:
    """The text, with colours as ``<style …>``."""
    parts = text(
        report(*found(code, *each)),
        read_lines=lambda _: lines,
        paint=lambda text, style: f"<{style} {text}>" if width else text,
        width=width,
    )
    return "".join(parts)


def test_a_finding_shows_where_it_is_what_it_is_and_what_to_do() -> None:
    said = "Orders does not say its LambdaEventStructureVersion."

    assert (
        shown(Found(place="template.yaml:5:5 (App/Orders)", message=said))
        == f"""\
template.yaml:5:5 (App/Orders): warning LTC001 event-version-unstated
  {said}

  3 │   Orders:
  4 │     Type: AWS::VpcLattice::TargetGroup
  5 │     Properties:
    │     ^^^^^^^^^^
  6 │       Type: LAMBDA

  State LambdaEventStructureVersion: V2 in the Config of the target group, or V1 if the function is written for it.

"""
    )


def test_on_a_terminal_there_are_colours_and_paragraphs_wrap() -> None:
    assert (
        shown(Found(place="template.yaml:7:7", message="one two three " * 3), width=30)
        == """\
<bold template.yaml:7:7>: <yellow warning LTC001> event-version-unstated
  one two three one two three
  one two three

  <dim 5 │>     Properties:
  <dim 6 │>       Type: LAMBDA
  <dim 7 │>       Name: orders
  <dim   │>       <yellow ^^^^>

  State
  LambdaEventStructureVersion:
  V2 in the Config of the
  target group, or V1 if the
  function is written for it.

"""
    )


@pytest.mark.parametrize(
    ("line", "column", "carets"),
    [
        pytest.param("Name: orders", 7, "      ^^^^^^", id="a value"),
        pytest.param("aws:SourceArn: x", 1, "^^^^^^^^^^^^^", id="a key with a colon"),
        pytest.param("{Type: LAMBDA}", 2, " ^^^^", id="a key of a flow mapping"),
        pytest.param("{Type: LAMBDA}", 8, "       ^^^^^^", id="a value of a flow mapping"),
        pytest.param("[a]", 1, "^", id="a bracket"),
        pytest.param('"a key": 1', 1, "^^^^^^^", id="a quoted key"),
        pytest.param("語: {Name: x}", 5, "     ^^^^", id="wide characters before it"),
        pytest.param("\t- 語", 4, "   ^^", id="a tab before it, a wide word"),
        pytest.param("Name:", 6, "     ^", id="the end of the line"),
        pytest.param("Name:", 99, "     ^", id="past the end of the line"),
    ],
)
def test_carets_stand_below_the_word(line: str, column: int, carets: str) -> None:
    written = shown(Found(place=f"t.yaml:1:{column}", message="No."), lines=[line])

    assert written.split("\n")[4] == f"    │ {carets}"


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        pytest.param("t.json:1:1", [], id="a file that cannot be read"),
        pytest.param("t.json:1:600", ["{" + '"a": 1, ' * 100 + "}"], id="a file that a machine wrote"),
        pytest.param("t.json:2:1", ["one line"], id="a file that has changed"),
        pytest.param("t.json: aws_vpclattice_service.orders", ["{"], id="a plan of Terraform"),
    ],
)
def test_no_line_is_shown_that_says_nothing(place: str, lines: list[str]) -> None:
    assert "│" not in shown(Found(place=place, message="No."), lines=lines)


def test_empty_lines_before_it_are_left_out() -> None:
    written = shown(Found(place="t.yaml:4:1", message="No."), lines=["Far before:", "", "", "Name: x", ""])

    assert written.split("\n")[3:6] == ["  4 │ Name: x", "    │ ^^^^", "  5 │"]


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("width", [None, 40])
def test_text_from_anywhere_does_not_drive_the_terminal(hostile: str, width: int | None) -> None:
    lines = hostile.split("\n")
    written = shown(
        Found(place=f"a{hostile}b.yaml:1:1 ({hostile})", message=hostile), lines=lines, width=width
    )

    assert all(line.isprintable() for line in written.split("\n"))


def test_the_end_says_how_many_there_are() -> None:
    findings = found(
        "LTC901", *(Found(place=f"{name}.yaml:{line}:1", message="No.") for name in "ab" for line in (1, 2))
    )

    more = found("LTC001", Found(place="a.yaml:9:1", message="No."))

    assert ending(report(*findings)) == "4 errors in 2 files. lattice check --explain LTC901 tells more."
    assert ending(report(*findings[:1], *more)) == (
        "1 error, 1 warning in 1 file. lattice check --explain LTC901 tells more about the first."
    )


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ((), "No mistakes found."),
        (("a.yaml",), "No mistakes found in a.yaml."),
        (("a.yaml", "b.yaml", "c.yaml"), "No mistakes found in a.yaml, b.yaml and c.yaml."),
        (("a", "b", "c", "d"), "No mistakes found in 4 files."),
    ],
)
def test_a_clean_run_says_what_was_checked(files: tuple[str, ...], said: str) -> None:
    assert ending(report(files=files)) == said
