"""The pages: generated ones match the code, and what they show works."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from lattice_events import decode_response
from lattice_events.testing import Answer, FakeLambdaContext, LatticeService, call
from tests.files import load_event

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("script", ["fidelity.py", "settings_schema.py"])
def test_what_a_script_writes_is_what_the_code_says(script: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True
    )

    assert done.returncode == 0, done.stderr


def python_blocks(page: str) -> list[str]:
    return re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.MULTILINE | re.DOTALL)


@pytest.fixture
def readme() -> dict[str, Any]:
    """The names that the README's blocks define."""
    names: dict[str, Any] = {}
    for block in python_blocks("README.md"):
        exec(compile(block, "README.md", "exec"), names)
    return names


@pytest.mark.parametrize(("path", "status"), [("/orders/7", 200), ("/orders/8", 404)])
def test_the_readme_s_handler_serves(readme: dict[str, Any], path: str, status: int) -> None:
    answer = readme["orders"]({**load_event("v2"), "path": path}, None)

    assert decode_response(answer).status == status


def test_the_readme_s_client_makes_a_session(readme: dict[str, Any]) -> None:
    assert type(readme["session"]).__name__ == "LatticeSession"
    assert callable(readme["client"])


def test_the_blocks_of_the_serve_page_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "docs")
    handlers = []
    names: dict[str, Any] = {}
    for block in python_blocks("docs/serve.md"):
        exec(compile(block, "docs/serve.md", "exec"), names)
        handlers.append(names["handler"])
    plain, powertools, fastapi, flask, _ = handlers

    assert call(plain, "GET /?name=a&tag=1&tag=2").body == b'{"hello":"a","tags":["1","2"]}'
    assert call(plain, "GET /").status == 400
    assert call(powertools, "GET /orders/7").body == b'{"id":"7","caller":null}'
    assert call(fastapi, "GET /items/a%20b").body == b'{"name":"a b","caller":null}'
    assert call(flask, "GET /hello").body == b"hello 10.0.0.7"
    names["test_orders"]()


def test_the_blocks_of_the_call_page_run(
    lattice_service: LatticeService, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in lattice_service.environment("eks-app").items():
        monkeypatch.setenv(name, value)
    names: dict[str, Any] = {}
    for block in python_blocks("docs/call.md"):
        exec(compile(block, "docs/call.md", "exec"), names)
    names["client"].close()

    names["test_a_busy_service_is_tried_again"](lattice_service)
    answers = [names["handler"]({}, FakeLambdaContext())]
    lattice_service.play(names["Answer"].denied("service"))
    answers.append(names["handler"]({}, FakeLambdaContext()))
    names["session"].close()

    assert [answer["statusCode"] for answer in answers] == [200, 502]
    assert lattice_service.requests[-1].target == "/app?item=green%20tea"
    assert names["scrub"]({"a": [1, ("X-Amz-Security-Token=x&b=c",)]}) == {
        "a": [1, ["X-Amz-Security-Token=…&b=c"]]
    }
    assert "/a%20b 2" in capsys.readouterr().out


def test_the_function_of_the_telemetry_page_hands_the_context_on(
    lattice_service: LatticeService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in lattice_service.environment("stock").items():
        monkeypatch.setenv(name, value)
    names: dict[str, Any] = {}
    for block in python_blocks("docs/telemetry.md"):
        exec(compile(block, "docs/telemetry.md", "exec"), names)
    lattice_service.play(Answer(body=b"{}"))

    with names["session"]:
        assert call(names["orders"], "GET /", headers={"traceparent": "00-a-b-01"}).status == 200

    assert lattice_service.requests[-1].headers["traceparent"] == "00-a-b-01"


def test_the_blocks_of_the_policies_page_run() -> None:
    names: dict[str, Any] = {}
    for block in python_blocks("docs/policies.md"):
        exec(compile(block, "docs/policies.md", "exec"), names)
    tests = [value for name, value in names.items() if name.startswith("test_")]

    assert len(tests) == 3
    for test in tests:
        test()


@pytest.mark.parametrize(
    "page",
    [
        "docs/serve.md",
        "docs/call.md",
        "docs/policies.md",
        "docs/testing.md",
        "README.md",
        "CONTRIBUTING.md",
        "docs/dev.md",
        "docs/performance.md",
        "docs/wire.md",
        "docs/deploy.md",
        "docs/checks.md",
        "docs/graph.md",
        "docs/telemetry.md",
        "docs/faults.md",
    ],
)
def test_links_and_commands_of_a_page_exist(page: str) -> None:
    text = (ROOT / page).read_text()
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]
    commands = re.findall(r"scripts/[a-z]+", text)

    missing = [link for link in links if not (ROOT / page).parent.joinpath(link).exists()]
    missing += [command for command in commands if not list(ROOT.glob(f"{command}*"))]
    assert missing == []
