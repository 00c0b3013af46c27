"""`lattice mcp`, by the client of the protocol's SDK: what agents get, and what they do not."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from mcp import MCPError

from lattice_events.cli.agents.acting import CALL, REPLAY
from lattice_events.cli.agents.definitions import Definitions
from lattice_events.cli.agents.policies import POLICY_TEST
from lattice_events.cli.agents.tool import Tool
from lattice_events.errors import ConfigurationError
from lattice_events.readers.common.sources import ReadOptions
from tests.integration.agent import COMMAND, Agent, agent
from tests.integration.running import PATIENCE_SECONDS, ROOT, Running, clean_environment, lattice_dev
from tests.integration.test_explain_and_logs import TEMPLATE
from tests.integration.test_requests_command import CODE

READING = ["requests", "request", "logs", "explain", "policy_test"]
SECRET = "hunter22-hunter22"
NOTHING_RUNS = "No network is running: start one with lattice dev, or lattice cloud, as the same user."
ALLOW = {"Statement": [{"Sid": "All", "Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


class Shop:
    """A network that runs, and an agent beside it that may call."""

    def __init__(self, running: Running, agent: Agent, runs: Path) -> None:
        self.running, self.agent, self.runs = running, agent, runs

    def get(self, path: str, *arguments: str) -> int:
        return self.running.get(f"{self.running.service('orders')['url']}{path}", *arguments)[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shop")
    secret = "Environment: {Variables: {DB_PASSWORD: " + SECRET + "}}"
    (folder / "shop.yaml").write_text(TEMPLATE.replace("Handler: app.echo,", f"Handler: app.echo, {secret},"))
    (folder / "app.py").write_text(CODE)
    return folder


@pytest.fixture(scope="module")
def shop(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    runs = tmp_path_factory.mktemp("runs")
    code = [f"--code=Function={folder}", f"--code=ClientFunction={folder}"]
    with (
        lattice_dev(folder / "shop.yaml", *code, XDG_RUNTIME_DIR=str(runs)) as running,
        agent("shop.yaml", "--allow-calls", runs=runs, cwd=folder) as started,
    ):
        yield Shop(running, started, runs)


@pytest.fixture(scope="module")
def defined(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The definitions alone, in a folder of which nothing runs."""
    copy = tmp_path_factory.mktemp("defined")
    shutil.copy(folder / "shop.yaml", copy)
    return copy


@pytest.fixture(scope="module")
def alone(defined: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Agent]:
    """An agent where nothing runs, that may not call."""
    with agent(runs=tmp_path_factory.mktemp("none"), cwd=defined) as started:
        yield started


def test_an_agent_reads_unless_it_is_allowed_to_call(shop: Shop, alone: Agent) -> None:
    assert list(alone.tools()) == READING
    assert list(shop.agent.tools()) == [*READING, "call", "replay"]
    assert "without --allow-calls" in alone.instructions
    assert "without --allow-calls" not in shop.agent.instructions
    with pytest.raises(
        MCPError, match=r"There is no tool call: it is there with lattice mcp --allow-calls\."
    ):
        alone.call("call", url="orders/orders/7")


def test_every_tool_tells_what_it_takes_and_gives(shop: Shop) -> None:
    for name, tool in shop.agent.tools().items():
        Draft202012Validator.check_schema(tool.input_schema)
        Draft202012Validator.check_schema(tool.output_schema or {})
        assert "Example: {" in (tool.description or "")
        assert all(each.get("description") for each in tool.input_schema["properties"].values())
        assert tool.annotations
        assert tool.annotations.read_only_hint is (name in READING)


def test_the_page_names_every_tool_and_shows_configurations_that_are_json(shop: Shop) -> None:
    page = Path(ROOT, "docs", "mcp.md").read_text()
    configurations = re.findall(r"^```json\n(.*?)^```", page, re.MULTILINE | re.DOTALL)

    assert set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == set(shop.agent.tools())
    assert [next(iter(json.loads(each))) for each in configurations] == [*["mcpServers"] * 3, "servers"]


def test_the_cause_of_a_failure_is_in_the_list_and_the_whole_in_the_request(shop: Shop) -> None:
    assert shop.get("/orders/7", "-H", f"Cookie: session={SECRET}") == 403

    text, value = shop.agent.ask("requests", status="403", limit=1)
    whole, view = shop.agent.ask("request", id=str(value["requests"][0]["number"]))

    assert "denied by the auth policy of the service orders" in text
    assert "denied by the auth policy of the service orders" in value["requests"][0]["reason"]
    assert "Allow Readers: does not match" in whole
    assert view["decision"]["authorization"]["denied_by"] == "service"
    assert SECRET not in whole + json.dumps(view)


def test_logs_are_those_of_functions(shop: Shop) -> None:
    _, broken = shop.agent.ask("call", url="orders/orders/broken", caller="client")
    shop.agent.ask("call", url="orders/orders/tea", caller="client")

    of_one, _ = shop.agent.ask("logs", id=str(broken["number"]))
    of_function, values = shop.agent.ask("logs", function="caller", q="tea", limit=1)
    of_nobody, nothing = shop.agent.ask("logs", function="nobody")

    assert "order /orders/broken" in of_one
    assert "KeyError: 'no such order'" in of_one
    assert "order /orders/tea" in of_function
    assert [each["path"] for each in values["invocations"]] == ["/orders/tea"]
    assert (of_nobody, nothing) == ("No function wrote anything.", {"invocations": []})


def test_a_call_and_its_replay_tell_everything(shop: Shop) -> None:
    called, view = shop.agent.ask(
        "call",
        url="orders/orders/7?a=b",
        method="POST",
        caller="client",
        body="tea",
        headers={"x-y": "z", "content-type": "text/plain"},
    )
    replayed, again = shop.agent.ask(
        "replay", id=str(view["number"]), path="/orders/8", headers={"x-y": None}
    )
    _, denied = shop.agent.ask("replay", id=str(view["number"]), caller="anonymous")
    _, refused = shop.agent.ask("call", url="orders/orders/7", method="DELETE", caller="client")

    assert (view["status"], view["response"]["body"]["text"], view["caller"]) == (200, "tea", "client")
    assert "target caller" in called
    assert (again["status"], again["path"], again["missing"]) == (200, "/orders/8", [])
    assert "x-y" not in json.dumps(again["request"])
    assert "order /orders/8" in replayed
    assert (denied["status"], refused["status"]) == (403, 403)
    assert "denied by NoDeletes" in refused["reason"]


def test_explain_and_policy_test_need_nothing_that_runs(alone: Agent) -> None:
    text, value = alone.ask("explain", url="orders/orders/7", caller="client")
    denied, verdict = alone.ask("policy_test", service="orders", caller="client", method="DELETE", path="/x")
    missed, nearest = alone.ask("policy_test", service="orders", path="/orders/7?a=b")
    _, given = alone.ask("policy_test", policy=ALLOW)
    _, tried = alone.ask("policy_test", policy=json.dumps(ALLOW), service="orders", from_vpc="vpc-2")

    assert "target caller" in text
    assert (value["target"], value["reply"]) == ("caller", None)
    assert denied.startswith("The auth policy of orders refuses DELETE /x for arn:aws:sts::")
    assert (verdict["effect"], verdict["decided_by"], verdict["allowed"]) == ("deny", "NoDeletes", False)
    assert "Allow Readers: Principal: anonymous is not" in missed
    assert (nearest["effect"], nearest["nearest"]) == ("none", "Readers")
    assert (given["decided_by"], tried["decided_by"], tried["asked"]["source_vpc"]) == ("All", "All", "vpc-2")


def test_another_policy_is_tried_on_what_was_recorded(shop: Shop) -> None:
    shop.get("/orders/7")

    text, value = shop.agent.ask("policy_test", service="orders", policy=ALLOW)

    assert "would be let in that are not now" in text
    assert value["recorded"]["now_allowed"] >= 1
    assert value["recorded"]["requests"][0]["after"] == "allowed"


def test_what_nothing_defines_is_tested_as_it_runs(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(shop.runs))
    nowhere = Definitions(paths=(tmp_path,), options=ReadOptions())

    denied = POLICY_TEST.answer({"service": "orders", "caller": "client", "method": "DELETE"}, nowhere)

    assert denied.value["decided_by"] == "NoDeletes"
    with pytest.raises(ConfigurationError, match="Nothing to read here"):
        POLICY_TEST.answer({"service": "nobody"}, nowhere)


@pytest.mark.parametrize(("tool", "arguments"), [("requests", {}), ("request", {"id": "1"}), ("logs", {})])
def test_where_nothing_runs_an_agent_is_told_what_to_start(
    alone: Agent, tool: str, arguments: dict[str, Any]
) -> None:
    assert alone.refusal(tool, **arguments) == NOTHING_RUNS


@pytest.mark.parametrize(("tool", "arguments"), [(CALL, {"url": "orders/orders/7"}), (REPLAY, {"id": "1"})])
def test_where_nothing_runs_nothing_is_called(
    tool: Tool[Any], arguments: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))

    with pytest.raises(ConfigurationError, match=NOTHING_RUNS):
        tool.answer(arguments, Definitions(paths=(), options=ReadOptions()))


@pytest.mark.parametrize(
    ("tool", "arguments", "says"),
    [
        (
            "requests",
            {"state": "5xx"},
            "state: There is no such argument. requests takes q, service, status,",
        ),
        ("requests", {"status": "9xx"}, "status is a number such as 403"),
        ("requests", {"limit": 0}, "limit: Input should be greater than or equal to 1"),
        ("request", {}, "id: It is needed. request takes id."),
        ("request", {"id": "nothing"}, "There is no request 'nothing'"),
        ("logs", {"limit": "many"}, "limit: Input should be a valid integer"),
        ("explain", {"url": "nobody/"}, "There is no service nobody. The services are: orders."),
        ("explain", {"url": "orders/", "caller": "nobody"}, "There is no caller nobody"),
        ("explain", {"url": "orders/", "caller": "arn:aws:s3:::x"}, "caller takes a name, or the ARN"),
        ("explain", {"url": "orders/", "from_vpc": "home"}, "from_vpc is the id or the ARN of a VPC"),
        ("explain", {"url": "orders/", "method": "get"}, "method: "),
        ("explain", {"url": "orders/", "headers": {"a b": "c"}}, "'a b' is not the name of a header"),
        ("policy_test", {}, "Give policy, or service"),
        ("policy_test", {"policy": {"Statement": [{"Effect": "Maybe"}]}}, "Statement[0]"),
        ("policy_test", {"policy": ALLOW, "caller": "arn:aws:s3:::x"}, "caller takes a name, or the ARN"),
        (
            "call",
            {"url": "nobody/"},
            "The running network has no service 'nobody'. Its services are: orders.",
        ),
        ("call", {"url": "https://example.com/"}, "The running network has no service 'example.com'."),
        ("call", {"url": "orders/", "caller": "nobody"}, "There is no caller nobody"),
        ("replay", {"id": "1", "path": "orders"}, "path is a path with its query string"),
    ],
)
def test_a_wrong_argument_is_said(shop: Shop, tool: str, arguments: dict[str, Any], says: str) -> None:
    shop.get("/orders/7")

    assert says in shop.agent.refusal(tool, **arguments)


def test_the_network_and_its_sources_are_resources(shop: Shop, alone: Agent) -> None:
    running, defined = (
        json.loads(shop.agent.read("lattice://network")),
        json.loads(alone.read("lattice://network")),
    )

    assert (running["running"], defined["running"]) == (True, False)
    assert {"service", "rule", "function"} <= {each["kind"] for each in running["nodes"]}
    assert running["nodes"] == defined["nodes"]
    assert alone.resources() == {
        "lattice://network": "network",
        "lattice://sources": "sources",
        "lattice://sources/shop.yaml": "shop.yaml",
    }
    assert json.loads(alone.read("lattice://sources")) == [
        {"file": "shop.yaml", "uri": "lattice://sources/shop.yaml"}
    ]
    source = alone.read("lattice://sources/shop.yaml")
    assert "FunctionName: caller" in source
    assert SECRET not in source


@pytest.mark.parametrize(
    "uri",
    ["lattice://sources/app.py", "lattice://sources/..%2F..%2Fshadow", "lattice://sources//etc/passwd", "lattice://sources/./shop.yaml", "file:///etc/passwd"],
)  # fmt: skip
def test_no_other_file_is_a_resource(alone: Agent, uri: str) -> None:
    with pytest.raises(MCPError, match="There is no resource .* lattice://sources/shop.yaml"):
        alone.read(uri)


def test_definitions_are_read_anew_and_may_be_broken_meanwhile(alone: Agent, defined: Path) -> None:
    file = defined / "shop.yaml"
    before = file.read_text()

    file.write_text("Resources: [")
    assert list(alone.resources()) == ["lattice://network", "lattice://sources"]
    with pytest.raises(MCPError, match=r"shop\.yaml"):
        alone.read("lattice://sources")
    assert "shop.yaml" in alone.refusal("explain", url="orders/")
    assert alone.ask("policy_test", policy=ALLOW)[1]["allowed"]
    file.write_text(before.replace("Prefix: /orders", "Prefix: /order"))
    _, renamed = alone.ask("explain", url="orders/order", caller="client")
    file.write_text(before)

    assert renamed["target"] == "caller"


@pytest.mark.parametrize("end", ["closed", "interrupted"])
def test_it_ends_cleanly_and_says_nothing_but_the_protocol(tmp_path: Path, end: str) -> None:
    hello = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "initialize",
        "params": {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}},
    }  # fmt: skip
    with subprocess.Popen(
        [sys.executable, *COMMAND],
        cwd=tmp_path,
        env=clean_environment() | {"PYTHONPATH": str(Path(__file__).parents[2])},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write(json.dumps(hello) + "\n")
        server.stdin.flush()
        answer = json.loads(server.stdout.readline())
        if end != "closed":
            server.send_signal(signal.SIGINT)
        rest, errors = server.communicate(timeout=PATIENCE_SECONDS) if end == "closed" else _rest(server)

    assert answer["result"]["serverInfo"]["name"] == "lattice-events"
    assert (server.returncode, rest, errors) == (0, "", "")


def _rest(server: subprocess.Popen[str]) -> tuple[str, str]:
    """What it still says, while its standard input stays open."""
    assert server.stdout
    assert server.stderr
    server.wait(PATIENCE_SECONDS)
    return server.stdout.read(), server.stderr.read()
