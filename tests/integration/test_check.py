"""`lattice check` as a user or a CI system runs it."""

from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.integration.running import BIN, PATIENCE_SECONDS, ROOT, clean_environment
from tests.mistakes import DEFINITIONS, MISTAKES

ORDERS = DEFINITIONS / "orders"
SAID = """\
template.yaml:129:3: warning LTC001 event-version-unstated
  OrdersGroup does not say its LambdaEventStructureVersion, so its function gets V1 events, which keep only one value of a repeated query parameter.

  128 │   # ── the functions behind it ─────────────────────────────────
  129 │   OrdersGroup:
      │   ^^^^^^^^^^^
  130 │     Type: AWS::VpcLattice::TargetGroup

  State LambdaEventStructureVersion: V2 in the Config of the target group, or V1 if the function is written for it.

"""
HOSTILE = """\
Resources:
  "Gr\\u001b[31moup\\n::error file=x::%0A":
    Type: AWS::VpcLattice::TargetGroup
    Properties: {Type: LAMBDA}
"""


@pytest.fixture
def wrong(tmp_path: Path) -> Path:
    """A definition with one mistake, a warning."""
    return made("group-without-event-version", tmp_path)


def made(name: str, folder: Path) -> Path:
    """A definition with a mistake."""
    (mistake,) = (each for each in MISTAKES if str(each) == name)
    return mistake.made_in(folder)


def check(
    *arguments: str | Path, cwd: Path, status: int = 0, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run it; nothing that it writes to a pipe may drive a terminal."""
    done = subprocess.run(
        [BIN / "lattice", "check", *arguments],
        cwd=cwd,
        env=clean_environment() | variables,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=PATIENCE_SECONDS,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    return done


def on_a_terminal(*arguments: str | Path, cwd: Path, **variables: str) -> str:
    """What a person sees."""
    ours, theirs = pty.openpty()
    environment = {**clean_environment(), "TERM": "xterm-256color", "COLUMNS": "80", **variables}
    command = [BIN / "lattice", "check", *arguments]
    process = subprocess.Popen(command, cwd=cwd, env=environment, stdout=theirs, stderr=theirs)
    os.close(theirs)
    seen = b""
    try:
        while piece := os.read(ours, 65536):
            seen += piece
    except OSError:  # EIO: the other end is closed
        pass
    finally:
        os.close(ours)
        process.wait(PATIENCE_SECONDS)
    return seen.decode().replace("\r\n", "\n")


def test_a_mistake_is_told_with_its_lines_and_what_to_do(wrong: Path) -> None:
    done = check(cwd=wrong)

    assert done.stdout == f"{SAID}1 warning in 1 file. lattice check --explain LTC001 tells more.\n"
    assert done.stderr == ""


def test_the_readme_shows_what_is_printed(tmp_path: Path) -> None:
    block = (
        (ROOT / "README.md").read_text().partition("```console\n$ lattice check\n")[2].partition("```\n")[0]
    )

    assert block == check(cwd=made("policies-bare-service-arn", tmp_path), status=1).stdout


def test_a_quiet_run_prints_findings_only(wrong: Path) -> None:
    done = check("--quiet", cwd=wrong)

    assert (done.stdout, done.stderr) == (SAID, "")


def test_places_are_seen_from_where_the_user_is(wrong: Path) -> None:
    assert check("orders", cwd=wrong.parent).stdout.startswith("orders/template.yaml:129:3: ")
    elsewhere = wrong.parent / "elsewhere"
    elsewhere.mkdir()
    assert check(wrong, cwd=elsewhere).stdout.startswith(f"{wrong}/template.yaml:129:3: ")


@pytest.mark.parametrize(("threshold", "status"), [("error", 0), ("warning", 1), ("note", 1), ("never", 0)])
def test_the_exit_status_is_what_fail_on_says(wrong: Path, threshold: str, status: int) -> None:
    check("--fail-on", threshold, cwd=wrong, status=status)


def test_what_cannot_be_read_fails_and_hides_nothing_else(wrong: Path) -> None:
    (wrong / "other.yaml").write_text("Resources: {Orders: [")

    done = check("template.yaml", "other.yaml", cwd=wrong, status=1)

    assert "other.yaml:1:22: error LTC901 unreadable\n" in done.stdout
    assert "template.yaml:129:3: warning LTC001" in done.stdout
    assert "\n1 error, 1 warning in 2 files. " in done.stdout


def test_nothing_wrong_is_said_in_every_format() -> None:
    clean = {
        format_: check("--format", format_, cwd=ORDERS)
        for format_ in ("text", "json", "github", "junit", "sarif")
    }

    said = "No mistakes found in template.yaml.\n"
    assert (clean["text"].stdout, clean["text"].stderr) == (said, "")
    assert (clean["github"].stdout, clean["github"].stderr) == ("", said)
    assert json.loads(clean["json"].stdout)["summary"] == {
        "errors": 0,
        "warnings": 0,
        "notes": 0,
        "known": 0,
    }
    assert json.loads(clean["sarif"].stdout)["runs"][0]["results"] == []
    suites = ElementTree.fromstring(clean["junit"].stdout)
    assert [each.attrib["name"] for each in suites.iter("testcase")] == ["no mistakes"]


def test_code_hosts_get_paths_from_the_root_of_the_repository(wrong: Path) -> None:
    subprocess.run(["git", "init", "-q", wrong.parent], check=True)

    annotation = check("--format", "github", cwd=wrong).stdout
    log = json.loads(check("--format", "sarif", cwd=wrong).stdout)

    assert annotation.startswith("::warning file=orders/template.yaml,line=129,col=3,title=LTC001 ")
    (result,) = log["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "orders/template.yaml", "uriBaseId": "%SRCROOT%"}
    assert str(wrong.parent) not in json.dumps(log)


def test_a_file_gets_the_findings_and_the_log_their_number(wrong: Path) -> None:
    done = check("--format", "json", "-o", "findings.json", cwd=wrong)

    assert done.stdout == ""
    assert done.stderr == "1 warning in 1 file. findings.json tells them.\n"
    assert json.loads((wrong / "findings.json").read_text())["findings"][0]["code"] == "LTC001"


def test_a_file_that_cannot_be_written_is_an_error_of_use(wrong: Path) -> None:
    done = check("-o", "no/such/folder/findings.txt", cwd=wrong, status=2)

    assert done.stderr == (
        "lattice: --output no/such/folder/findings.txt: the file cannot be written: No such file or directory.\n"
    )


def test_names_from_anywhere_break_no_format(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(HOSTILE)
    name = r"Gr\x1b[31moup\n::error file=x::%0A"

    text = check(cwd=tmp_path).stdout
    findings = json.loads(check("--format", "json", cwd=tmp_path).stdout)["findings"]
    commands = check("--format", "github", cwd=tmp_path).stdout.splitlines()
    suites = ElementTree.fromstring(check("--format", "junit", cwd=tmp_path).stdout)

    assert f"\n  {name} does not say its LambdaEventStructureVersion" in text
    assert findings[0]["message"].startswith(name)
    assert all(
        each.startswith(("::warning file=template.yaml,", "::notice file=template.yaml,"))
        for each in commands
    )
    assert any(name in "".join(each.itertext()) for each in suites.iter("testcase"))


def test_a_shell_of_few_characters_gets_the_findings_too(wrong: Path) -> None:
    done = check(cwd=wrong, PYTHONIOENCODING="latin-1")

    assert "\\u2502   ^^^^^^^^^^^\n" in done.stdout


def test_many_findings_are_all_told(tmp_path: Path) -> None:
    groups = "".join(
        f"  Group{number}:\n    Type: AWS::VpcLattice::TargetGroup\n    Properties: {{Type: LAMBDA}}\n"
        for number in range(10_000)
    )
    (tmp_path / "template.yaml").write_text(f"Resources:\n{groups}")
    only = ("--select", "LTC001", "--format")

    results = json.loads(check(*only, "sarif", cwd=tmp_path).stdout)["runs"][0]["results"]
    lines = check(*only, "text", cwd=tmp_path).stdout.splitlines()

    assert len({each["partialFingerprints"]["latticeCheck/v1"] for each in results}) == 10_000
    assert lines[-1] == "10,000 warnings in 1 file. lattice check --explain LTC001 tells more."


def test_a_terminal_shows_colours_unless_they_are_turned_off(wrong: Path) -> None:
    assert "\x1b[33mwarning LTC001\x1b[0m" in on_a_terminal(cwd=wrong)
    assert "\x1b[33m" not in on_a_terminal(cwd=wrong, NO_COLOR="1").partition("template.yaml")[2]
    assert "\x1b[" not in on_a_terminal("--quiet", cwd=wrong, TERM="dumb")


def test_a_terminal_shows_that_something_takes_its_time(wrong: Path) -> None:
    assert "Reading the configuration …" in on_a_terminal(cwd=wrong)
    assert "Reading" not in on_a_terminal("--quiet", cwd=wrong)


def test_notes_of_readers_are_told_unless_a_finding_tells_them(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text("""\
Parameters: {Port: {Type: Number}}
Resources:
  Listener:
    Type: AWS::VpcLattice::Listener
    Properties:
      ServiceIdentifier: svc-0123456789abcdef0
      Port: !Ref Port
      Protocol: HTTPS
      DefaultAction: {FixedResponse: {StatusCode: 404}}
""")

    done = check("--format", "json", cwd=tmp_path)

    notes = json.loads(done.stdout)["notes"]
    assert [line.removeprefix("note  ") for line in done.stderr.splitlines()[:-1]] == notes
    assert "--param Port=VALUE" in notes[0]


@pytest.mark.parametrize("named", ["LTC001", "ltc001", "event-version-unstated"])
def test_a_rule_is_explained(named: str, tmp_path: Path) -> None:
    page = check("--explain", named, cwd=tmp_path).stdout

    assert page.startswith("# LTC001 event-version-unstated\n\nA Lambda target group does not state")
    for heading in ("Why", "Wrong", "Right", "What to do", "How to ignore it", "Source"):
        assert f"\n## {heading}\n" in page


def test_a_rule_that_there_is_not_is_refused_with_what_may_be_meant(tmp_path: Path) -> None:
    assert check("--explain", "LTC0001", cwd=tmp_path, status=2).stderr == (
        "lattice: --explain LTC0001: there is no such rule. Did you mean LTC001? lattice check --list-rules lists them.\n"
    )


@pytest.mark.parametrize(
    ("arguments", "refused"),
    [
        (["--explain", "LTC001", "template.yaml"], "--explain checks nothing, so it takes no PATH."),
        (["--explain", "LTC001", "-o", "page.md"], "--explain checks nothing, so it takes no --output."),
        (["--explain", "LTC001", "--format", "json"], "--explain checks nothing, so it takes no --format."),
        (["--explain", "LTC001", "--list-rules"], "--explain checks nothing, so it takes no --list-rules."),
        (["--list-rules", "template.yaml"], "--list-rules checks nothing, so it takes no PATH."),
        (["--list-rules", "--select", "LTC2"], "--list-rules checks nothing, so it takes no --select."),
        (["--select", "LTC2", "--ignore", "LTC2"], "No rule is left: --ignore takes away everything"),
    ],
)
def test_what_would_be_passed_over_is_refused(arguments: list[str], refused: str, wrong: Path) -> None:
    assert refused in check(*arguments, cwd=wrong, status=2).stderr


def test_broken_json_is_called_json(tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text('{"Resources": {')

    done = check("broken.json", cwd=tmp_path, status=1)

    assert "broken.json:1:16: error LTC901 unreadable\n  This is not JSON: " in done.stdout
    assert "but the file ends." in done.stdout


def test_a_terminal_shows_the_page_as_it_reads(tmp_path: Path) -> None:
    shown = on_a_terminal("--explain", "LTC001", cwd=tmp_path)

    assert "LambdaEventStructureVersion" in shown
    assert "```" not in shown


def test_the_rules_are_listed_for_people_and_for_scripts(tmp_path: Path) -> None:
    listed = check("--list-rules", cwd=tmp_path).stdout
    rules = json.loads(check("--list-rules", "--format", "json", cwd=tmp_path).stdout)

    assert listed.startswith("Target groups\n  LTC001  event-version-unstated ")
    assert [rule["code"] for rule in rules if rule["code"] not in listed] == []
    assert rules[0]["severity"] == "warning"
    assert (
        "--list-rules prints text or json, not sarif."
        in check("--list-rules", "--format", "sarif", cwd=tmp_path, status=2).stderr
    )
