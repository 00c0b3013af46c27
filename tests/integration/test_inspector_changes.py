"""The inspector's page while things change below it: requests are cleared, and come by the thousand."""

from __future__ import annotations

import http.client
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.integration.inspecting import Inspected, browser, needs_browser, shop
from tests.integration.running import Running

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
