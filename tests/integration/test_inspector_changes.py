"""The inspector's page while things change below it: faults come and go, requests are cleared, and come by the thousand."""

from __future__ import annotations

import asyncio
import http.client
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from lattice_events.local.run.run import Run, running
from lattice_events.local.run.settings import Loaded, RunSettings
from tests.integration.inspecting import Inspected, browser, needs_browser, shop
from tests.integration.invoking import write_code
from tests.integration.running import PATIENCE_SECONDS, Running
from tests.integration.test_inspector_api import CODE, HOST, loaded

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def changing() -> Iterator[Running]:
    with shop() as running:
        yield running


@pytest.fixture
def page(chromium: Browser, changing: Running) -> Iterator[Inspected]:
    with chromium.new_context() as context:
        inspected = Inspected(context.new_page(), changing)
        yield inspected
    assert inspected.errors == []


def test_a_pinned_request_stays_when_others_are_cleared(page: Inspected) -> None:
    for path in ("/one", "/two", "/three"):
        page.running.get(page.running.service("shop")["url"] + path)
    page.open()
    page.choose("/two")
    page.page.keyboard.press("p")
    page.page.get_by_role("button", name="★ Pinned").wait_for()
    page.page.get_by_role("button", name="Clear").click()

    page.shows("/two")
    page.page.reload()
    page.shows("/two")
    page.page.get_by_role("button", name="Unpin").click()
    page.page.get_by_role("button", name="Clear").click()
    page.page.get_by_text("No request yet.").wait_for()


def test_a_thousand_requests_need_few_rows_and_the_newest_stay(page: Inspected) -> None:
    page.open()
    host, _, port = page.running.ready["gateway_url"].removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port))
    for number in range(1200):
        connection.request("GET", f"/many/{number}", headers={"Host": "shop.localhost"})
        connection.getresponse().read()
    connection.close()

    page.page.locator("td.path", has_text="/many/1199").wait_for()
    page.page.locator("#count", has_text="1,000 requests").wait_for()  # once it is over, without a reload
    assert page.page.locator("tr.line").count() < 100
    page.page.locator("#list").evaluate("list => list.scrollTo(0, list.scrollHeight)")
    page.page.locator("td.path", has_text="/many/200").wait_for()


@contextmanager
def on_a_thread(first: Loaded) -> Iterator[tuple[Run, Callable[[Loaded], object]]]:
    """A run, and what gives it another network."""
    started: Future[tuple[Run, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        async with running(first, RunSettings(), report=lambda _: None, clock=lambda: 0.0) as run:
            stop = asyncio.Event()
            started.set_result((run, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    run, loop, stop = started.result(PATIENCE_SECONDS)
    try:
        yield run, lambda loaded: asyncio.run_coroutine_threadsafe(run.apply(loaded), loop).result()
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


def test_the_list_outlives_another_network_and_a_replay_says_what_is_gone(
    chromium: Browser, tmp_path: Path
) -> None:
    code = write_code(tmp_path, CODE)
    with on_a_thread(loaded(code)) as (run, apply), chromium.new_context() as context:
        page = Inspected(
            context.new_page(),
            cast(Running, SimpleNamespace(ready={"inspector_url": run.ready.inspector_url})),
        )
        page.open("?view=network")
        page.page.get_by_role("link", name="Requests of the service foo").wait_for()
        connection = http.client.HTTPConnection(run.ready.gateway_url.removeprefix("http://"))
        connection.request("GET", "/fixed", headers={"Host": HOST})
        connection.getresponse().read()
        connection.close()

        apply(loaded(code, has_foo=False))

        page.page.get_by_role("link", name="Requests of the service foo").wait_for(state="detached")
        page.page.get_by_role("button", name="Requests", exact=True).click()
        page.shows("/fixed")
        page.page.reload()
        page.choose("/fixed")
        assert "service foo" in page.part("Decision")  # by the network that decided it
        page.page.keyboard.press("r")
        dialog = page.page.get_by_role("dialog", name="It was not done")
        dialog.get_by_text("The service foo is not in the network, so nothing can answer.").wait_for()


# ── faults ────────────────────────────────────────────────────────────────────────────────────


def test_a_fault_is_added_met_seen_and_removed(page: Inspected) -> None:
    url = page.running.service("shop")["url"]
    page.open("?view=faults")
    page.page.get_by_text("No request meets a fault on purpose.").wait_for()
    form = page.page.get_by_role("form", name="Another fault")
    form.get_by_label("kind", exact=True).select_option("unavailable")
    form.get_by_label("seconds", exact=True).wait_for(state="hidden")  # which this kind does not have
    known = form.locator("#known-caller option").evaluate_all("all => all.map((each) => each.value)")
    assert known == sorted([*(each["name"] for each in page.running.ready["callers"]), "you"])
    form.get_by_label("path", exact=True).fill("/orders/faulty*")
    form.get_by_label("count", exact=True).fill("1")
    form.get_by_role("button", name="Add").click()
    row = page.page.locator("table.faults tbody tr")
    row.wait_for()
    assert row.locator("td").all_inner_texts()[:6] == [
        "unavailable-1", "unavailable", "path /orders/faulty*", "each, 1 of 1 left", "0", "added live",
    ]  # fmt: skip

    statuses = [page.running.get(f"{url}/orders/faulty")[0] for _ in range(2)]

    assert statuses == [503, 200]
    page.page.get_by_text("each, over").wait_for()
    row.get_by_role("button", name="1", exact=True).click()
    page.shows("/orders/faulty")
    page.page.get_by_role("img", name="met a fault on purpose").wait_for()
    page.choose("/orders/faulty")
    assert page.page.locator(".cause").inner_text().split("\n")[0] == "Met on purpose"
    assert "fault unavailable-1: no target took the request" in page.page.locator(".cause").inner_text()
    page.open("?view=faults")
    page.page.get_by_role("button", name="Remove unavailable-1").click()
    page.page.get_by_text("No request meets a fault on purpose.").wait_for()


def test_a_fault_that_is_none_is_refused_with_every_reason(page: Inspected) -> None:
    page.open("?view=faults")
    form = page.page.get_by_role("form", name="Another fault")
    form.get_by_label("seconds", exact=True).fill("soon")
    form.get_by_label("probability", exact=True).fill("2")
    form.get_by_role("button", name="Add").click()

    problem = form.get_by_role("alert")
    problem.get_by_text("must be a number from 0 to 1, not 2").wait_for()
    assert (
        "The seconds of the fault latency-1 must be a number of seconds, not 'soon'." in problem.inner_text()
    )
    assert form.get_by_label("probability", exact=True).input_value() == "2"  # to be mended
    assert page.faint_texts() == []
    page.errors.clear()  # the browser itself tells of the 400


def test_a_fault_that_no_request_meets_says_so(page: Inspected) -> None:
    page.open("?view=faults")
    form = page.page.get_by_role("form", name="Another fault")
    form.get_by_label("kind", exact=True).select_option("reset")
    form.get_by_label("service", exact=True).fill("shp")
    form.get_by_role("button", name="Add").click()

    note = page.page.locator("table.faults").get_by_text("is for the service shp, which is not there.")
    note.wait_for()
    assert "Did you mean shop?" in note.inner_text()
    assert page.faint_texts() == []
    page.page.get_by_role("button", name="Remove reset-1").click()
    page.page.get_by_text("No request meets a fault on purpose.").wait_for()


def test_without_the_token_no_fault_is_added(page: Inspected) -> None:
    page.open("?view=faults", with_token=False)
    form = page.page.get_by_role("form", name="Another fault")
    form.get_by_label("kind", exact=True).select_option("reset")
    form.get_by_role("button", name="Add").click()

    page.page.get_by_role("dialog", name="This page may read only").wait_for()
    page.page.keyboard.press("Escape")
    page.page.get_by_text("No request meets a fault on purpose.").wait_for()
