"""The inspector's page: two requests compared, and sessions that go to a file and come back, or are refused with a reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.inspecting import SCRIPT, Inspected, browser, needs_browser, shop
from tests.integration.running import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser
SECRET = "made-up-secret-of-the-shop"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def recorded() -> Iterator[Running]:
    with shop() as running:
        url = running.service("shop")["url"]
        running.get(f"{url}/orders/7?page=2", "-H", f"cookie: session={SECRET}", "-H", f"x-say: {SCRIPT}")
        running.get(f"{url}/orders/8", "-X", "POST", "--data-raw", "{}")
        running.get(f"{url}/broken")
        invocation = f"{running.ready['control_url']}/2015-03-31/functions/orders/invocations"
        running.curl("--data-raw", '{"method": "X", "path": "/"}', invocation)
        yield running


@pytest.fixture
def page(chromium: Browser, recorded: Running) -> Iterator[Inspected]:
    with chromium.new_context() as context:
        inspected = Inspected(context.new_page(), recorded)
        yield inspected
    assert inspected.errors == []


# ── comparing ─────────────────────────────────────────────────────────────────────────────────


def test_two_requests_are_compared_part_by_part(page: Inspected) -> None:
    page.open()
    page.choose("/orders/7")
    page.page.keyboard.press("x")
    page.page.get_by_role("button", name="comparing with #1 ×").wait_for()
    page.page.locator("tr.line", has_text="/broken").click()
    page.page.get_by_role("heading", name="Two requests").wait_for()

    summaries = page.page.locator("#detail summary").all_inner_texts()
    assert summaries == [
        "Outcome differs", "Decision differs", "Request differs", "Response differs", "Response's body differs",
        "Sent to the target differs", "The target's answer differs", "Logs differs",
    ]  # fmt: skip
    lines = page.page.locator("pre.diff").nth(0).inner_text().splitlines()
    assert lines[0] == "- 200"
    assert "+ 502" in lines
    assert "- GET /orders/7?page=2" in page.page.locator("pre.diff").nth(2).inner_text()


def test_a_comparison_survives_a_reload_and_ends(page: Inspected) -> None:
    page.open("?with=1&request=2")
    page.page.get_by_role("heading", name="Two requests").wait_for()
    assert "The target's answer the same" in page.page.locator("#detail summary").all_inner_texts()

    page.page.get_by_role("button", name="End comparison").click()

    page.page.locator("#detail h2", has_text="/orders/8").wait_for()


# ── sessions ──────────────────────────────────────────────────────────────────────────────────


def exported(page: Inspected, folder: Path) -> Path:
    page.page.get_by_role("button", name="Session ▾").click()
    with page.page.expect_download() as download:
        page.page.get_by_role("button", name="Export what is shown, as HAR").click()
    file = folder / download.value.suggested_filename
    download.value.save_as(file)
    return file


def open_file(page: Inspected, file: Path) -> None:
    page.page.get_by_role("button", name="Session ▾").click()
    with page.page.expect_file_chooser() as chooser:
        page.page.get_by_role("button", name="Open a file …").click()
    chooser.value.set_files(file)


def test_a_session_is_an_archive_that_other_tools_read(page: Inspected, tmp_path: Path) -> None:
    page.open("?kind=request")
    page.shows("/broken", "/orders/8", "/orders/7")

    file = exported(page, tmp_path)

    log = json.loads(file.read_text())["log"]
    assert (log["version"], log["creator"]["name"], file.suffix) == ("1.2", "lattice-events", ".har")
    assert [each["request"]["method"] for each in log["entries"]] == ["GET", "POST", "GET"]
    first = log["entries"][0]
    assert first["request"]["url"] == page.running.service("shop")["url"] + "/orders/7?page=2"
    assert first["request"]["queryString"] == [{"name": "page", "value": "2"}]
    assert {"name": "cookie", "value": "…"} in first["request"]["headers"]
    assert json.loads(first["response"]["content"]["text"])["id"] == 7
    assert sum(first["timings"].values()) == pytest.approx(first["time"])
    assert first["_lattice"]["decision"]["rules"][0]["name"] == "orders"
    assert SECRET not in file.read_text()


def test_a_session_comes_back_with_filters_and_details_and_nothing_acts(
    page: Inspected, tmp_path: Path
) -> None:
    page.open()
    page.shows("", "/broken", "/orders/8", "/orders/7")
    file = exported(page, tmp_path)

    open_file(page, file)

    page.page.get_by_text(file.name).wait_for()
    page.shows("", "/broken", "/orders/8", "/orders/7")
    page.choose("/orders/7")
    assert SCRIPT in page.part("Request and response")
    assert "10  orders: matches" in page.part("Decision")
    assert page.page.title() == "lattice dev"
    names = page.page.locator("#detail .actions button:visible").all_inner_texts()
    assert names == ["Copy as ▾", "Compare", "Hide requests like this"]
    for query, paths in [
        ({"status": "5xx"}, ["/broken"]),
        ({"status": "!200", "kind": "request"}, ["/broken"]),
        ({"method": "POST"}, ["/orders/8"]),
        ({"q": "/orders !/orders/8 !/broken"}, ["/orders/7"]),
    ]:
        page.page.evaluate(
            "query => import('/page/address.js').then(address => address.change(query))", query
        )
        page.shows(*paths)
        page.page.evaluate("import('/page/filters.js').then(filters => filters.showAll())")

    page.page.get_by_role("button", name="Back to the run").click()
    page.choose("/broken")
    assert page.page.locator("#detail").get_by_role("button", name="Replay", exact=True).is_visible()


def test_nothing_of_a_file_is_markup(page: Inspected, tmp_path: Path) -> None:
    """A file may say of services, rules and callers what no network would."""
    file = tmp_path / "hostile.har"
    texts = dict.fromkeys(
        ("id", "host", "path", "service", "listener", "rule", "target", "caller", "reason", "source"), SCRIPT
    )
    body = {"bytes": 9, "is_cut": False, "json": {SCRIPT: SCRIPT}}
    message = {"headers": [[SCRIPT, SCRIPT]], "body": body}
    parts: dict[str, Any] = {
        "method": SCRIPT,
        "request": {"method": SCRIPT, "target": SCRIPT, **message},
        "response": {"status": 200, **message},
        "logs": [{"stream": SCRIPT, "text": SCRIPT}],
        "steps": [{"parts": [[SCRIPT, SCRIPT]], "steps": []}],
        "signature": {"problem": SCRIPT, "canonical_request": SCRIPT},
        "sent": body,
    }
    file.write_text(archive(recorded_as(**texts, **parts), recorded_as(**texts, **parts)))
    page.open()
    open_file(page, file)
    page.page.get_by_text(file.name).wait_for()

    page.page.keyboard.press("Home")

    page.page.locator("#detail h2", has_text=SCRIPT).wait_for()
    assert page.page.locator("#detail").inner_text().count(SCRIPT) > 15
    page.page.keyboard.press("x")
    page.page.keyboard.press("j")
    page.page.get_by_role("heading", name="Two requests").wait_for()
    page.page.get_by_title("Take this filter away").first.wait_for()
    assert page.page.title() == "lattice dev"
    assert page.page.locator("body img").count() == 1  # its own sign


def archive(*entries: Any) -> str:
    return json.dumps({"log": {"version": "1.2", "entries": entries}})


def recorded_as(**changes: Any) -> dict[str, Any]:
    """An entry with all that must be there."""
    detail = {
        "id": "a", "kind": "request", "method": "GET", "host": "h", "path": "/", "status": 200, "duration_ms": 1,
        "started_us": 1, "logs": [],
    }  # fmt: skip
    return {"_lattice": {**detail, **changes}}


BROKEN = [
    ('{"log": {"version"', "It is not JSON."),
    ("[]", "It is no HTTP Archive: log.version is not 1.2, or log.entries is no list."),
    (archive(), "It has no requests."),
    (archive({"request": {}}), "Request 1 has no _lattice: the file is not from this page."),
    (archive(recorded_as(), recorded_as(status="200")), "Request 2 is broken: status is not a number."),
    (archive(recorded_as(path=None)), "Request 1 is broken: path is not a text."),
    (
        archive(recorded_as(logs=[{"stream": "stdout"}])),
        "Request 1 is broken: logs[0].text is not a text.",
    ),
    (
        archive(recorded_as(request={"method": "GET", "target": "/", "headers": [["a"]]})),
        "Request 1 is broken: request.headers[0] is not a pair of texts.",
    ),
    (
        archive(recorded_as(steps=[{"parts": [["a", ""]], "steps": [{"parts": 1}]}])),
        "Request 1 is broken: steps[0].steps[0].parts is not a list.",
    ),
    (archive(*[recorded_as()] * 1001), "It has 1,001 requests; 1,000 can be shown."),
]


def test_a_broken_file_is_refused_with_a_reason(page: Inspected, tmp_path: Path) -> None:
    page.open("?kind=request")
    for content, said in BROKEN:
        file = tmp_path / "broken.har"
        file.write_text(content)
        open_file(page, file)

        dialog = page.page.get_by_role("dialog", name="The file was not opened")
        dialog.get_by_text(said, exact=True).wait_for()
        dialog.get_by_role("button", name="Close").click()
        page.shows("/broken", "/orders/8", "/orders/7")
