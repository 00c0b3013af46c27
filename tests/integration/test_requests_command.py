"""`lattice requests`, `lattice replay` and `lattice policy`, as a user runs them beside a running network."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.running import (
    BIN,
    PATIENCE_SECONDS,
    Running,
    clean_environment,
    lattice_dev,
)
from tests.integration.test_explain_and_logs import TEMPLATE

CODE = """\
def echo(event, context):
    print("order", event["path"])
    if "broken" in event["path"]:
        raise KeyError("no such order")
    return {"statusCode": 200, "body": event.get("body") or "served"}

def call(event, context):
    return event
"""
COMMAND = (str(BIN / "python"), "-m", "lattice_events")


class Shop:
    """A network that runs, and commands that find it."""

    def __init__(self, running: Running, runs: Path) -> None:
        self.running, self._runs = running, runs

    def lattice(self, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return command(*arguments, runs=self._runs, stdin=stdin)

    def ask(self, path: str, *arguments: str) -> int:
        return self.running.get(f"{self.running.service('orders')['url']}{path}", *arguments)[0]

    def called(self, *arguments: str) -> int:
        """A call as a function of the shop; the number of the request."""
        done = self.lattice("call", *arguments, "--as", "client")
        assert done.returncode == 0, done.stderr
        return self.latest()

    def latest(self) -> int:
        found: int = self.lines("--limit", "1")[0]["number"]
        return found

    def lines(self, *arguments: str) -> list[Any]:
        done = self.lattice("requests", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]


def command(*arguments: str, runs: Path, stdin: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**clean_environment(), "XDG_RUNTIME_DIR": str(runs), "AWS_EC2_METADATA_DISABLED": "true"}
    return subprocess.run(
        [*COMMAND, *arguments],
        env=environment,
        input=stdin,
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
    )


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    folder, runs = tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("runs")
    (folder / "shop.yaml").write_text(TEMPLATE)
    (folder / "app.py").write_text(CODE)
    (folder / "lattice.yaml").write_text("faults:\n  later: {kind: reset, path: /never, target: calls}\n")
    code = [f"--code=Function={folder}", f"--code=ClientFunction={folder}"]
    with lattice_dev(folder / "shop.yaml", *code, XDG_RUNTIME_DIR=str(runs)) as running:
        yield Shop(running, runs)


def test_the_list_says_the_cause_of_what_failed(shop: Shop) -> None:
    shop.called("POST", "orders/orders/7", "item=tea")
    assert shop.ask("/orders/7") == 403
    shop.called("orders/orders/broken")

    printed = shop.lattice("requests").stdout

    assert re.search(
        r"\d  \d\d:\d\d:\d\d  POST    orders/orders/7  200  Rule → caller  as client  \d+ ms", printed
    )
    assert re.search(
        r"GET     orders/orders/7  403  \d+ ms\n"
        "        denied by the auth policy of the service orders: an anonymous caller may not GET /orders/7\n"
        "        no statement allows it; the nearest, Readers, lacks Principal: anonymous is not arn:aws:iam",
        printed,
    )
    assert "GET     orders/orders/broken  502  Rule → caller  as client" in printed
    assert "        KeyError: 'no such order'" in printed
    assert "\x1b" not in printed


def test_filters_choose_and_json_is_for_scripts(shop: Shop) -> None:
    shop.called("orders/orders/one")
    shop.ask("/orders/two")

    paths = {
        name: [line["path"] for line in shop.lines(*arguments, "--limit", "1")]
        for name, arguments in {
            "words": ("-q", "one"),
            "status": ("--status", "403", "-q", "two"),
            "caller": ("--caller", "client", "-q", "!broken"),
            "rule": ("--rule", "Rule", "--method", "GET", "-q", "one"),
            "none": ("--service", "!orders"),
        }.items()
    }

    assert paths == {
        "words": ["/orders/one"],
        "status": ["/orders/two"],
        "caller": ["/orders/one"],
        "rule": ["/orders/one"],
        "none": [],
    }


def test_one_request_is_shown_with_its_decision_and_logs(shop: Shop) -> None:
    number = shop.called("POST", "orders/orders/7?a=b", "item=tea")

    printed = shop.lattice("requests", str(number)).stdout

    for expected in (
        "as client",
        "Allow Readers: matches",
        "10  Rule: matches",
        "target caller",
        "  POST /orders/7?a=b\n",
        '  {"item": "tea"}\n',
        "Response of the function\n",
        " Version: $LATEST\n  order /orders/7?a=b\n  END RequestId: ",
        "ms in the handler",
    ):
        assert expected in printed
    assert "Signature=" not in printed
    logs = shop.lines(str(number))[0]["logs"]
    assert [each["stream"] for each in logs] == ["platform", "stdout", "platform", "platform"]
    assert logs[1]["text"] == "order /orders/7?a=b"


def test_a_refused_signature_is_shown_as_it_was_verified(shop: Shop) -> None:
    wrong = "AWS4-HMAC-SHA256 Credential=NOBODY/20260101/us-east-1/vpc-lattice-svcs/aws4_request, SignedHeaders=host, Signature=00"
    shop.ask("/orders/7", "-H", f"Authorization: {wrong}")
    printed = shop.lattice("requests", str(shop.latest())).stdout

    assert "authentication: refused" in printed
    assert "signed headers: " in printed
    assert "Signature=00" not in printed


def test_a_denied_request_is_replayed_as_a_caller(shop: Shop) -> None:
    assert shop.ask("/orders/7", "-X", "PUT", "-d", "tea") == 403
    number = shop.latest()

    again = shop.lattice("replay", str(number))
    allowed = shop.lattice("replay", str(number), "--as", "client", "--json")
    edited = shop.lattice("replay", str(number), "--as", "client", "--path", "/orders/8?x=1", "--method", "POST",
                          "--header", "X-New: 1", "--header", "User-Agent:", "--body", "coffee")  # fmt: skip

    assert (again.returncode, "403" in again.stdout) == (1, True)
    line = json.loads(allowed.stdout)
    assert (allowed.returncode, line["status"], line["method"], line["path"]) == (0, 200, "PUT", "/orders/7")
    assert edited.returncode == 0, edited.stderr
    shown = shop.lines(str(shop.latest()))[0]
    names = [name.lower() for name, _ in shown["request"]["headers"]]
    assert (shown["request"]["target"], shown["request"]["body"]["text"]) == ("/orders/8?x=1", "coffee")
    assert ("x-new" in names, "user-agent" in names) == (True, False)


def test_following_prints_what_comes(shop: Shop) -> None:
    shop.ask("/orders/before")
    environment = {**clean_environment(), "XDG_RUNTIME_DIR": str(shop._runs), "PYTHONUNBUFFERED": "1"}
    arguments = [*COMMAND, "requests", "--follow", "--json", "--limit", "1"]
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as following:
        assert following.stdout
        first = json.loads(following.stdout.readline())
        shop.ask("/orders/after")
        second = json.loads(following.stdout.readline())
        following.send_signal(signal.SIGINT)
        assert following.wait(PATIENCE_SECONDS) == 130
        assert following.stdout.read() == ""

    assert (first["path"], second["path"]) == ("/orders/before", "/orders/after")
    assert second["number"] == first["number"] + 1


def test_a_policy_is_tested_and_made_of_what_was_recorded(shop: Shop, tmp_path: Path) -> None:
    shop.ask("/policies/1", "-X", "DELETE")
    shop.ask("/policies/2")
    file = tmp_path / "policy.json"

    least = shop.lattice("policy", "least", "orders", "-q", "/policies/", "--method", "GET")
    file.write_text(least.stdout)
    test = shop.lattice(
        "policy", "test", str(file), "--of", "orders", "-q", "/policies/", "--as", "anonymous"
    )
    same = shop.lattice("policy", "test", "-q", "/policies/2", "--json")
    nobody = shop.lattice("policy", "least", "orders", "-q", "nothing-like-this", "--json")

    assert (least.returncode, least.stderr) == (
        0,
        f"It allows 1 request, in {len(json.dumps(json.loads(least.stdout), separators=(',', ':')))} of 10,240 bytes.\n",
    )
    assert test.returncode == 1, test.stderr
    number = shop.latest()
    assert test.stdout == (
        "1 of 2 requests would change: 1 now allowed.\n"
        f"{number:>6}  GET     orders/policies/2  anonymous  denied → allowed\n"
        "        service orders: allowed by Statement[0]\n"
    )
    assert (same.returncode, json.loads(same.stdout)["tested"]) == (0, 1)
    assert (nobody.returncode, json.loads(nobody.stdout)["policy"]) == (1, None)
    assert nobody.stderr == "No such request asked this policy.\n"


def test_a_broken_policy_is_said_where_it_is_written(shop: Shop) -> None:
    broken = '{\n "Statement": [{"Effect": "Maybe", "Principal": "*", "Action": "*", "Resource": "*"}, 7]\n}'

    done = shop.lattice("policy", "test", "-", "--of", "orders", stdin=broken)

    assert (done.returncode, done.stdout) == (2, "")
    assert "standard input:2:17: Statement[0].Effect must be Allow or Deny, not 'Maybe'." in done.stderr
    assert "standard input:2:87: Statement[1] must be an object, not a number." in done.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("requests", "nothing"), "lattice: There is no request 'nothing'; the oldest are forgotten."),
        (("requests", "--status", "9xx"), "lattice: status is a number such as 403"),
        (("requests", "1", "--follow"), "ID shows one request"),
        (("requests", "--limit", "0"), "--limit"),
        (("policy", "least", "nobody"), 'lattice: resource is a service or service network, not "nobody"'),
        (("policy", "test", "--auth-type", "NONE"), "Say whose policy it is to be"),
        (("policy", "test", "--of", "orders"), "Say what is to be changed"),
        (("policy", "test", "/nothing", "--of", "orders"), "/nothing: The file cannot be read"),
        (("replay", "nothing"), "lattice: There is no request 'nothing'"),
        (("replay", "1", "--as", "nobody"), "lattice: There is no caller nobody: the network has "),
        (("replay", "1", "--path", "orders"), "lattice: path is a path with its query string"),
        (("replay", "1", "--header", "x"), "a header must be NAME:VALUE"),
        (("replay", "1", "--body", "@/nothing"), "/nothing: No such file"),
    ],
)
def test_what_cannot_be_done_is_said(shop: Shop, arguments: tuple[str, ...], says: str) -> None:
    shop.ask("/orders/7")

    done = shop.lattice(*arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("requests",),
        ("requests", "1"),
        ("replay", "1"),
        ("requests", "--follow"),
        ("fault", "list"),
        ("fault", "add", "reset"),
        ("fault", "remove", "a"),
        ("fault", "clear"),
    ],
)
def test_without_a_run_it_is_said_what_to_start(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = command(*arguments, runs=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "lattice: No network is running: start one with lattice dev, or lattice cloud, as the same user.\n"
    )


def test_faults_are_added_met_and_taken_away(shop: Shop) -> None:
    added = shop.lattice(
        "fault", "add", "unavailable", "--service", "orders", "--path", "/orders/7*", "--count", "1"
    )
    called = shop.lattice("call", "orders/orders/7", "--as", "client")
    refused = shop.lattice("requests", "-q", "unavailable-1").stdout
    listed = shop.lattice("fault", "list")
    as_json = json.loads(shop.lattice("fault", "list", "--json").stdout)
    removed = shop.lattice("fault", "remove", "unavailable-1").stdout
    cleared = shop.lattice("fault", "clear")
    none = shop.lattice("fault", "list")

    line = "unavailable-1  unavailable  service=orders path=/orders/7* count=1  met"
    assert (added.returncode, added.stdout) == (0, f"{line} 0 of 1\n")
    assert called.returncode == 0, "a call is tried again"
    fault = "fault unavailable-1: no target took the request, as while all of them drain"
    assert re.search(rf"503  Rule → caller  as client  \d+ ms\n        {fault}\n", refused)
    assert fault in "".join(shop.running.lines)
    later, met = listed.stdout.splitlines()
    assert met == f"{line} 1 of 1"
    assert re.fullmatch(r"later  reset  path=/never target=calls  met 0  \S+lattice.yaml:2:3", later)
    assert "note: The fault later is for the target calls, which is not there." in listed.stderr
    notes = shop.running.ready["notes"]
    assert "Requests meet faults on purpose, as settings say (lattice fault list): later." in notes
    assert any("lattice.yaml:2:3: The fault later is for the target calls" in note for note in notes)
    assert [each["id"] for each in as_json] == ["later", "unavailable-1"]
    assert removed == f"removed  {line} 1 of 1\n"
    assert (cleared.returncode, cleared.stdout) == (0, "")
    assert (none.stdout, none.stderr) == ("", "There is no fault.\n")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "latency", "--probability", "2"), "lattice: The probability of the fault latency-1 must be a number from 0 to 1, not 2.0.\nlattice: The fault latency-1 must have seconds, as every latency has.\n"),
        (("add", "reset", "--id", "a b"), "lattice: The id of a fault must be 1 to 64"),
        (("add", "drain"), "Invalid value for '{latency|"),
        (("remove", "x/y"), "lattice: There is no fault 'x/y'.\n"),
    ],
)  # fmt: skip
def test_a_fault_that_is_none_is_said_to_be(shop: Shop, arguments: tuple[str, ...], says: str) -> None:
    done = shop.lattice("fault", *arguments)

    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr


def test_the_file_of_a_run_is_its_user_s_alone(shop: Shop) -> None:
    (file,) = shop._runs.glob("lattice-runs-*/*.json")
    said = json.loads(file.read_text())

    assert file.stat().st_mode & 0o777 == 0o600
    assert said["control_url"] == shop.running.ready["control_url"]
    assert len(said["api_token"]) > 30
    page = shop.running.ready["inspector_url"]
    assert page.endswith(f"#token={said['api_token']}")
    assert said["api_token"] not in "".join(shop.running.lines).replace(page, "")
