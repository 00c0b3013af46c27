"""`lattice event` and `lattice invoke`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lattice_events import decode_event
from tests.integration.running import BIN, PLAYGROUND, ROOT, alone, clean_environment


def lattice(*arguments: str | Path, stdin: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "lattice", *arguments],
        cwd=cwd,
        env=clean_environment(),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
    )


def invoke(name: str, *arguments: str | Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    """Invoke a function of the playground."""
    template = PLAYGROUND / "template.yaml"
    names = [
        line.strip().rstrip(":") for line in template.read_text().splitlines() if line.endswith("Function:")
    ]
    code = [f"--code={each}={PLAYGROUND / 'code'}" for each in names]
    return lattice("invoke", name, template, *code, *arguments, stdin=stdin)


@pytest.mark.parametrize("version", ["v1", "v2"])
def test_an_event_is_printed_as_the_service_sends_it(version: str) -> None:
    done = lattice(
        "event",
        version,
        "--method",
        "POST",
        "--path",
        "/orders?x=1&x=2",
        "--header",
        "A: b",
        "--header",
        "a:c",
        "--body",
        "hi",
        "--as",
        "role",
    )

    request = decode_event(json.loads(done.stdout))
    assert (request.event_version.lower(), request.method, request.target) == (
        version,
        "POST",
        "/orders?x=1&x=2",
    )
    assert request.headers.get_all("a") == (["b", "c"] if version == "v2" else ["b,c"])
    assert (request.body, request.identity.type) == (b"hi", "AWS_IAM")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("v3",), "'v3' is not one of 'v1', 'v2'"),
        (("v2", "--path", "orders"), "must be 'METHOD /path?query'"),
        (("v2", "--header", "nonsense"), "a header must be NAME:VALUE"),
        (("v2", "--body", "@gone"), "gone: No such file"),
    ],
)
def test_an_event_that_cannot_be_says_why(arguments: tuple[str, ...], words: str) -> None:
    done = lattice("event", *arguments)

    assert done.returncode == 2
    assert words in done.stderr


def test_a_function_is_invoked_with_an_event_from_standard_input() -> None:
    event = lattice("event", "v2", "--path", "/here").stdout

    done = invoke("echo", "--event", "-", stdin=event)

    assert json.loads(json.loads(done.stdout)["body"])["event"] == json.loads(event)
    written, _, report = done.stderr.rpartition("REPORT RequestId: ")
    assert written.endswith("\necho /here\n")
    assert "\tMemory Size: " in report
    assert "note  Functions of python3.12 run on" in done.stderr or sys.version_info[:2] == (3, 12)
    assert done.returncode == 0


def test_a_function_is_invoked_with_a_request_of_its_group_s_version() -> None:
    done = invoke("echo", "--request", "GET /x?y=1", "--as", "roles-anywhere", "--header", "A:b")

    event = json.loads(json.loads(done.stdout)["body"])["event"]
    assert (event["version"], event["path"], event["headers"]["a"]) == ("2.0", "/x?y=1", ["b"])
    assert event["requestContext"]["identity"]["x509SubjectCn"] == "device"


def test_a_function_that_fails_is_exit_status_1() -> None:
    done = invoke("raiser", "--request", "GET /")

    assert done.returncode == 1
    assert json.loads(done.stdout)["errorType"] == "ValueError"


@pytest.mark.parametrize(
    ("name", "arguments", "words"),
    [
        ("ehco", (), "There is no function ehco. Did you mean echo?"),
        ("echo", ("--event", "gone.json"), "gone.json: --event cannot be read: No such file"),
        ("echo", ("--request", "nonsense"), "must be 'METHOD /path?query'"),
        ("echo", ("--event", "-", "--request", "GET /"), "--event and --request cannot be used together"),
    ],
)
def test_what_cannot_be_invoked_says_why(name: str, arguments: tuple[str, ...], words: str) -> None:
    done = invoke(name, *arguments)

    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_an_event_that_is_no_json_is_named() -> None:
    assert "-: --event is not JSON" in invoke("echo", "--event", "-", stdin="{").stderr


def test_the_sample_s_client_finds_the_network_up() -> None:
    with alone():
        done = lattice("invoke", "eksClient")

    expected = {"statusCode": 200, "body": "from EKS: Hello Bar EKS Pod!!"}
    assert expected.items() <= json.loads(done.stdout).items()
