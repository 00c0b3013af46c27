"""A baseline: findings that a project lives with, whatever lines move and wherever one stands."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lattice_events.errors import ConfigurationError
from tests.unit.cli.test_check_findings import refused, told

GROUP = (
    "  {}:\n    Type: AWS::VpcLattice::TargetGroup\n"
    "    Properties: {{Type: LAMBDA, Targets: [{{Id: 'arn:aws:lambda:us-east-1:123456789012:function:a'}}]}}\n"
)


def write(file: Path, *names: str, above: str = "") -> Path:
    """A template with a finding, LTC001, for each name."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"{above}Resources:\n{''.join(GROUP.format(name) for name in names)}")
    return file


def recorded(file: Path) -> list[tuple[str, str, str]]:
    value = json.loads(file.read_text())
    assert value["version"] == 1
    return [(each["code"], each["file"], each["resource"]) for each in value["findings"]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a template, in which the user stands."""
    write(tmp_path / "one" / "template.yaml", "Orders", "Beta")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_what_is_recorded_is_not_told_again(project: Path) -> None:
    assert told("--baseline", "b.json", "--write-baseline", "--fail-on", "note")[0] == 0

    assert recorded(project / "b.json") == [
        ("LTC001", "one/template.yaml", "Beta"),
        ("LTC001", "one/template.yaml", "Orders"),
    ]
    status, output = told("--baseline", "b.json", "--fail-on", "note")
    assert (status, "LTC001" in output) == (0, False)


def test_a_new_finding_is_told(project: Path) -> None:
    told("--baseline", "b.json", "--write-baseline")
    write(project / "one" / "template.yaml", "Gamma", "Orders", "Beta", above="# moved\n\n")

    status, output = told("--baseline", "b.json", "--fail-on", "warning", "--format", "json")

    assert status == 1
    assert output.count("LTC001") == 1
    assert "Gamma" in output


def test_it_does_not_matter_where_one_stands(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told("--baseline", "one/b.json", "--write-baseline")

    monkeypatch.chdir(project / "one")
    assert told("--baseline", "b.json", "--fail-on", "note")[0] == 0
    assert told(project / "one", "--baseline", "b.json", "--fail-on", "note")[0] == 0
    written = Path("b.json").read_text()
    told("--baseline", "b.json", "--write-baseline")
    assert Path("b.json").read_text() == written
    assert str(project) not in written


def test_what_is_gone_is_said_and_taken_out_when_it_is_written_again(project: Path) -> None:
    told("--baseline", "b.json", "--write-baseline")
    write(project / "one" / "template.yaml", "Beta")

    assert (
        "b.json records 1 finding that is no longer there: LTC001 of one/template.yaml (Orders). "
        "Write it again with --write-baseline."
    ) in told("--baseline", "b.json")[1]
    told("--baseline", "b.json", "--write-baseline")
    assert recorded(project / "b.json") == [("LTC001", "one/template.yaml", "Beta")]
    assert "no longer there" not in told("--baseline", "b.json")[1]


@pytest.mark.parametrize("arguments", [["two"], ["--select", "LTC9"], ["--ignore", "LTC001"]])
def test_what_a_run_does_not_look_for_stays_recorded(project: Path, arguments: list[str]) -> None:
    write(project / "two" / "template.yaml", "Other")
    told("one", "--baseline", "b.json", "--write-baseline")

    assert "no longer there" not in told(*arguments, "--baseline", "b.json")[1]
    told(*arguments, "--baseline", "b.json", "--write-baseline")
    assert ("LTC001", "one/template.yaml", "Orders") in recorded(project / "b.json")


def test_equal_findings_are_counted(project: Path) -> None:
    file = project / "one" / "template.yaml"
    file.write_text("Resources: {}\nMetadata: {lattice: {ignore: [LTC0: why, LTC0: too]}}\n")
    told("--baseline", "b.json", "--write-baseline")
    assert len(recorded(project / "b.json")) == 2

    file.write_text("Resources: {}\nMetadata: {lattice: {ignore: [LTC0: why, LTC0: too, LTC0: new]}}\n")
    assert told("--baseline", "b.json", "--fail-on", "warning")[0] == 1


def test_what_cannot_be_read_is_never_recorded(project: Path) -> None:
    project.joinpath("broken.yaml").write_text("Resources:\n  - [\n")

    status, output = told("--baseline", "b.json", "--write-baseline")

    assert status == 1
    assert "LTC901" in output
    assert "b.json is not written: first mend what cannot be read." in output
    assert not project.joinpath("b.json").exists()


FORM = 'A baseline is {"version": 1, "findings": […]}: let --write-baseline write it again.'
BROKEN: list[tuple[Any, str]] = [
    ("{", f"This is no baseline, as it is no JSON: Expecting property name enclosed in double quotes: line 1 column 2 (char 1). {FORM}"),
    ("[" * 100_000, f"This is no baseline, as it is no JSON: it is nested too deeply. {FORM}"),
    ([], f"This is no baseline. {FORM}"),
    ({"version": 1}, f"This is no baseline. {FORM}"),
    ({"version": "1", "findings": []}, f"This is no baseline. {FORM}"),
    ({"version": 2, "findings": []}, "This baseline has version 2, but this lattice reads version 1: let --write-baseline write it again."),
    ({"version": 1, "findings": [{"code": "LTC001"}]}, f"findings[0] must have the texts code, file, fingerprint, resource, and nothing else. {FORM}"),
]  # fmt: skip


@pytest.mark.parametrize(("value", "message"), BROKEN)
def test_a_file_that_is_no_baseline_is_refused_until_it_is_written_again(
    project: Path, value: Any, message: str
) -> None:
    file = project / "b.json"
    file.write_text(value if isinstance(value, str) else json.dumps(value))

    with pytest.raises(ConfigurationError) as caught:
        told("--baseline", "b.json")
    assert str(caught.value) == f"b.json: {message}"
    assert told("--baseline", "b.json", "--write-baseline")[0] == 0
    assert len(recorded(file)) == 2


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--baseline", "none.json"],
            "none.json: There is no such baseline. Write it with --write-baseline.",
        ),
        (["--write-baseline"], "--write-baseline needs --baseline FILE: the file to write."),
        (
            ["--baseline", "none/b.json", "--write-baseline"],
            "none/b.json: The baseline cannot be written: No such file or directory.",
        ),
    ],
)
def test_a_baseline_that_is_not_there_is_told(project: Path, arguments: list[str], message: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        told(*arguments)

    assert str(caught.value) == message


def test_a_file_that_is_no_text_is_no_baseline(project: Path) -> None:
    project.joinpath("b.json").write_bytes(b"\xff\xff")

    with pytest.raises(ConfigurationError, match="b.json: The file cannot be read: it is not UTF-8 text"):
        told("--baseline", "b.json")


def test_findings_that_a_baseline_has_are_counted(project: Path) -> None:
    said = "No new mistakes: 2 findings are in b.json.\n"
    assert said in told("--baseline", "b.json", "--write-baseline")[1]

    assert told("--baseline", "b.json") == (0, said)
    summary = json.loads(told("--baseline", "b.json", "--format", "json", "--quiet")[1])["summary"]
    assert summary == {"errors": 0, "warnings": 0, "notes": 0, "known": 2}
    assert told("--baseline", "b.json", "--select", "LTC0")[1] == (
        "No new mistakes found by the chosen rules: 2 findings are in b.json.\n"
    )


def test_what_explains_why_something_cannot_be_read_is_never_recorded(project: Path) -> None:
    (project / "one" / "template.yaml").write_text(refused(status=418))

    status, output = told("--baseline", "b.json", "--write-baseline")

    assert status == 1
    assert "b.json is not written: first mend what cannot be read." in output
    assert "error LTC112" in output
    assert not (project / "b.json").exists()


def test_what_a_baseline_has_is_told_again_where_no_network_can_be_made(project: Path) -> None:
    (project / "one" / "template.yaml").write_text(refused(name="Orders_v2"))
    told("--baseline", "b.json", "--write-baseline")
    assert ("LTC502", "one/template.yaml", "Orders") in recorded(project / "b.json")
    assert told("--baseline", "b.json")[0] == 0

    (project / "one" / "template.yaml").write_text(refused(name="Orders_v2", status=418))

    status, output = told("--baseline", "b.json")
    assert (status, "error LTC502" in output, "error LTC112" in output) == (1, True, True)
