"""The cause of a 403 or a 5xx is named wherever people and agents look: in the API, on the terminal, to an agent, in the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner

from lattice_events.cli.commands import lattice
from lattice_events.cli.run_api import RunApi
from lattice_events.local.run.registry import find_running
from tests.integration.agent import Agent, agent
from tests.integration.failing import CAUSES, FOLDER, Cause, failing, send
from tests.integration.running import ROOT, Running

ROW = re.compile(r"^\| (?P<name>.+?) \| (?P<status>\d{3}) \| (?P<says>.+?) \|$", re.MULTILINE)
EACH = [pytest.param(cause, id=cause.path) for cause in CAUSES]


class Failed(NamedTuple):
    """A network in which every request of the table has failed."""

    running: Running
    agent: Agent
    statuses: Mapping[str, int]

    def view(self, cause: Cause) -> Any:
        """What the API says of the request."""
        return RunApi.find().request(self.line(cause)["id"])

    def line(self, cause: Cause) -> Any:
        return next(each for each in RunApi.find().requests({})["requests"] if each["path"] == cause.path)


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failed]:
    runs = tmp_path_factory.mktemp("runs")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(runs))
        with failing() as running, agent(runs=runs, cwd=FOLDER) as started:
            credentials = {each.name: each.credentials for each in find_running()[0].callers}
            statuses = {each.path: send(running, each, credentials[each.caller]) for each in CAUSES}
            yield Failed(running, started, statuses)


def printed(*arguments: str) -> str:
    done = CliRunner().invoke(lattice, ["requests", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.output


@pytest.mark.parametrize("cause", EACH)
def test_the_decision_view_names_the_cause(failed: Failed, cause: Cause) -> None:
    """The page shows `reason` and `steps` as they are."""
    view = failed.view(cause)

    assert (failed.statuses[cause.path], view["status"]) == (cause.status, cause.status)
    assert any(map(cause.pattern.fullmatch, view["reason"].split("\n")))
    if cause.status == 403:
        assert any(map(cause.pattern.fullmatch, texts_of(view["steps"])))
    else:
        assert view["failure"]


def texts_of(steps: Any) -> Iterator[str]:
    for step in steps:
        yield "".join(text for text, _ in step["parts"])
        yield from texts_of(step["steps"])


@pytest.mark.parametrize("cause", EACH)
def test_lattice_requests_names_the_cause(failed: Failed, cause: Cause) -> None:
    assert cause.pattern.search(printed("-q", cause.path))
    assert cause.pattern.search(printed(failed.line(cause)["id"]))


@pytest.mark.parametrize("cause", EACH)
def test_an_agent_is_told_the_cause(failed: Failed, cause: Cause) -> None:
    listed, lines = failed.agent.ask("requests", q=cause.path, limit=1)
    whole, view = failed.agent.ask("request", id=lines["requests"][0]["id"])

    assert all(map(cause.pattern.search, (listed, whole, lines["requests"][0]["reason"], view["reason"])))


def test_the_page_shows_every_cause(failed: Failed) -> None:
    from tests.integration.inspecting import CHROMIUM, Inspected, browser  # skips where Playwright is missing

    if not CHROMIUM:
        pytest.skip("no browser is installed: apt install chromium")
    with browser() as chromium, chromium.new_context() as context:
        page = Inspected(context.new_page(), failed.running)
        page.open()
        for cause in CAUSES:
            page.choose(cause.path)
            shown = page.page.locator("#detail .cause").inner_text()
            assert any(map(cause.pattern.fullmatch, shown.split("\n"))), shown
            if cause.status == 403:
                assert cause.pattern.search(page.part("Decision"))

    assert page.errors == []


def test_the_table_of_causes_is_what_is_said() -> None:
    page = Path(ROOT, "docs", "inspector.md").read_text()

    assert [row.groups() for row in ROW.finditer(page)] == [
        (each.name, str(each.status), each.says) for each in CAUSES
    ]
    assert len({each.says for each in CAUSES}) == len(CAUSES) >= 10
