"""The inspector's page in a real browser: list, search, filters, detail, keys, pins, and what must not run or show."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Literal
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from tests.integration.inspecting import (
    SCRIPT,
    Inspected,
    browser,
    call,
    needs_browser,
    shop,
)
from tests.integration.running import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser
HOSTILE = f"/orders/{quote(SCRIPT, safe='/')}"
BEFORE = "?q=!brand-new+!large+!live+!still"  # without what tests send themselves
LIST = ("/entries/3", "/healthz", "/nowhere", "/broken", HOSTILE, "/orders/7")  # the newest first
SECRET = "made-up-secret-of-the-shop"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def busy() -> Iterator[Running]:
    """A shop that has had one request of each kind."""
    with shop() as running:
        url = running.service("shop")["url"]
        running.get(f"{url}/orders/7?page=2", "-H", f"cookie: session={SECRET}", "-H", f"x-say: {SECRET}")
        running.get(f"{url}{HOSTILE}", "-X", "POST", "-H", f"x-say: {SCRIPT}", "--data-raw", SCRIPT)
        for path in ("/broken", "/nowhere", "/healthz"):
            running.get(url + path)
        call("--as", "reader", "DELETE", f"{running.service('ledger')['url']}/entries/3")
        yield running


@pytest.fixture
def page(chromium: Browser, busy: Running) -> Iterator[Inspected]:
    """A new tab, with nothing of those before it; what went wrong in it fails the test."""
    with chromium.new_context() as context:
        inspected = Inspected(context.new_page(), busy)
        yield inspected
    assert inspected.errors == []


def query_of(page: Inspected) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.page.url).query)


# ── the list ──────────────────────────────────────────────────────────────────────────────────


def test_the_list_has_every_request_the_newest_first(page: Inspected) -> None:
    page.open()

    page.shows(*LIST)
    assert page.page.locator("#count").inner_text() == "6 requests"
    cells = page.page.locator("tr.line", has_text="/broken").locator("td").all_inner_texts()
    assert cells[2:8] == ["GET", "shop", "/broken", "502", "broken", "broken"]
    denied = page.page.locator("tr.line", has_text="/entries/3").locator("td").all_inner_texts()
    assert denied[2:9] == ["DELETE", "ledger", "/entries/3", "403", "", "", "reader"]


def test_a_new_request_appears_by_itself(page: Inspected) -> None:
    page.open("?q=brand-new")
    page.page.get_by_text("No request is like that.").wait_for()

    page.running.get(f"{page.running.service('shop')['url']}/brand-new")

    page.shows("/brand-new")


ADDRESSES = [
    ("?status=5xx", ["/broken"]),
    ("?status=403", ["/entries/3"]),
    ("?service=ledger", ["/entries/3"]),
    ("?method=DELETE", ["/entries/3"]),
    ("?caller=reader", ["/entries/3"]),
    ("?rule=health", ["/healthz"]),
    ("?rule=!health&status=404&q=shop+!brand-new", ["/nowhere"]),
    ("?target=orders&q=orders/7", ["/orders/7"]),
    ("?noise=hide&status=404&q=!brand-new", ["/nowhere"]),
    ("?hide=GET+shop/nowhere&status=404&q=!brand-new", ["/healthz"]),
]


def test_filters_of_the_address_are_those_of_the_list(page: Inspected) -> None:
    for query, paths in ADDRESSES:
        page.open(query)
        page.shows(*paths)


def test_filters_that_are_chosen_stand_in_the_address(page: Inspected) -> None:
    page.open("?q=!brand-new")
    page.page.get_by_label("Status").select_option("4xx")
    page.shows("/entries/3", "/healthz", "/nowhere")
    page.page.get_by_label("Hide health checks").check()
    page.shows("/entries/3", "/nowhere")
    page.page.get_by_label("Search", exact=True).fill("ledger")
    page.shows("/entries/3")
    page.choose("/entries/3")
    page.page.reload()

    page.page.locator("#detail h2", has_text="/entries/3").wait_for()
    page.page.locator("tr.line[aria-selected=true]", has_text="/entries/3").wait_for()
    page.page.set_viewport_size({"width": 400, "height": 500})  # where little is in sight
    page.page.wait_for_function(
        """() => {
            const row = document.querySelector("tr.line[aria-selected=true]").getBoundingClientRect();
            const list = document.querySelector("#list").getBoundingClientRect();
            return list.top <= row.top && row.bottom <= list.bottom;
        }"""
    )
    found = query_of(page)
    assert found.pop("request")
    assert found == {"q": ["ledger"], "status": ["4xx"], "noise": ["hide"]}


def test_a_filter_is_made_of_what_is_seen_and_taken_away(page: Inspected) -> None:
    page.open("?status=502")
    page.choose("/broken")
    page.page.get_by_title("Not rule broken").click()
    page.page.get_by_text("No request is like that.").wait_for()

    page.page.get_by_role("button", name="rule not broken").click()

    page.shows("/broken")


def test_requests_like_one_are_hidden_and_shown_again(page: Inspected) -> None:
    page.open("?q=/nowhere")
    page.choose("/nowhere")
    page.page.get_by_role("button", name="Hide requests like this").click()
    page.shows()

    page.page.get_by_role("button", name="not GET shop/nowhere").click()

    page.shows("/nowhere")


def test_a_filter_that_is_none_says_what_is_one(page: Inspected) -> None:
    url = page.running.ready["inspector_url"].replace("#", "?status=odd#")
    page.page.goto(url)

    page.page.get_by_text("status is a number such as 403").wait_for()
    page.errors.clear()  # the browser itself tells of the 400


# ── one request ───────────────────────────────────────────────────────────────────────────────


def test_a_denial_is_explained_in_the_words_of_lattice_explain(page: Inspected) -> None:
    page.open()
    page.choose("/entries/3")

    assert "no statement allows it; the nearest, ReadersRead" in page.page.locator(".cause").inner_text()
    lines = page.part("Decision").splitlines()
    assert "authorization: denied" in lines
    assert "service policy of ledger: does not allow" in lines
    assert "Condition.StringEquals vpc-lattice-svcs:RequestMethod: is DELETE, wanted GET" in lines
    assert "The signature is right." in page.part("Signature")


def test_a_failure_of_the_function_is_told_with_its_log(page: Inspected) -> None:
    page.open()
    page.choose("/broken")

    assert "the stock is not what it was" in page.page.locator(".cause").inner_text()
    assert "ValueError: the stock is not what it was" in page.part("Logs")
    assert '"errorType": "ValueError"' in page.part("Event and what the function returned")


def test_a_request_stands_beside_its_response_and_its_event(page: Inspected) -> None:
    page.open()
    page.choose("/orders/7")

    both = page.part("Request and response")
    assert "GET /orders/7?page=2" in both
    assert '"name": "Kettle"' in both
    event = page.part("Event and what the function returned")
    assert '"queryStringParameters"' in event
    assert '"statusCode": 200' in event
    assert re.search(r"function [\d.]+ ms", page.part("Timing"))
    assert "order by GET /orders/7" in page.part("Logs")


def test_a_request_that_is_forgotten_is_said_to_be(page: Inspected) -> None:
    page.open("?request=none")

    page.page.get_by_text("There is no request 'none'; the oldest are forgotten.").wait_for()
    page.errors.clear()  # the browser itself tells of the 404


def test_a_large_body_is_shown_in_part(page: Inspected) -> None:
    page.running.get(f"{page.running.service('shop')['url']}/orders/large")
    page.open("?q=/orders/large")
    page.choose("/orders/large")

    assert "6.0 MB · cut: the API shows the beginning" in page.part("Request and response")
    more = page.page.get_by_role("button", name="Show all").first
    more.click()
    assert len(page.page.locator("pre.code").first.inner_text()) > 100_000


# ── functions and the network ─────────────────────────────────────────────────────────────────


def test_functions_are_counted_and_lead_to_their_requests(page: Inspected) -> None:
    page.open()
    page.page.get_by_role("button", name="Functions").click()
    rows = page.page.locator("table.functions tbody tr")
    rows.nth(1).wait_for()
    broken = rows.filter(has_text="broken").locator("td").all_inner_texts()
    assert (broken[0], broken[4], broken[6]) == ("python3.12", "1", "1")

    rows.filter(has_text="broken").get_by_role("button").click()

    page.shows("/broken")
    page.page.go_back()
    rows.nth(1).wait_for()


def test_the_network_is_drawn_with_the_requests_on_its_edges(page: Inspected) -> None:
    page.open(f"{BEFORE}&view=network")
    page.page.locator(".edge.is-failing").first.wait_for(state="attached")

    names = page.page.locator(".node text:not(.small)").all_text_contents()
    kinds = page.page.locator(".node text.small").all_text_contents()
    assert sorted(name for name, kind in zip(names, kinds, strict=True) if kind.startswith("service ·")) == [
        "ledger"
    ]
    assert {"reader", "10 · /orders*", "broken"} <= set(names)
    titles = page.page.locator(".node title").all_text_contents()
    ledger = next(title for title in titles if title.startswith("service ledger"))
    assert "Allow ReadersRead: GET" in ledger
    assert "template.yaml:" in ledger
    edges = [each.get_attribute("aria-label") or "" for each in page.page.locator(".edge").all()]
    assert dict(each.removeprefix("Requests from ").split(": ") for each in edges) == {
        "reader to ledger": "GET · 1 request, 1 failed",
        "shop to ledger": "1 request, 1 failed",
        "shop to shop": "5 requests, 3 failed",
        "ledger to HTTPS 443": "1 request, 1 failed",
        "shop to HTTPS 443": "5 requests, 3 failed",
        "HTTPS 443 to 10 · /orders*": "2 requests",
        "HTTPS 443 to 20 · /broken*": "1 request, 1 failed",
        "HTTPS 443 to 30 · /healthz": "1 request, 1 failed",
        "HTTPS 443 to default": "1 request, 1 failed",  # of the shop; the ledger's had none
        "10 · /orders* to orders": "2 requests",
        "20 · /broken* to broken": "1 request, 1 failed",
        "default to orders": "no request",
        "orders to orders": "2 requests",
        "broken to broken": "1 request, 1 failed",
    }


def test_a_request_goes_along_its_edges_and_a_click_leads_to_it(page: Inspected) -> None:
    page.open("?view=network&q=/orders/live")
    page.page.get_by_text("Edges count the 0 requests that the filters leave").wait_for()

    page.running.get(f"{page.running.service('shop')['url']}/orders/live")

    page.page.locator(".edge circle").first.wait_for(state="attached")
    page.page.locator(".edge circle").first.wait_for(state="detached")
    rule = page.page.get_by_role("link", name="Requests of the rule 10 · /orders*")
    rule.focus()
    page.page.keyboard.press("Enter")
    page.page.locator("td.path", has_text="/orders/live").wait_for()
    assert query_of(page) == {"service": ["shop"], "listener": ["HTTPS 443"], "rule": ["orders"]}
    page.page.go_back()
    page.page.locator(".edge[aria-label^='Requests from HTTPS 443 to 20'] path.reach").dispatch_event("click")
    page.shows("/broken")
    assert query_of(page) == {"service": ["shop"], "listener": ["HTTPS 443"], "rule": ["broken"]}


def test_what_moves_stays_away_from_who_does_not_like_it(page: Inspected) -> None:
    page.page.emulate_media(reduced_motion="reduce")
    page.open("?view=network&q=/orders/still")
    page.page.get_by_text("Edges count the 0 requests that the filters leave").wait_for()
    page.page.evaluate(
        "() => { window.dots = 0; new MutationObserver(() => { window.dots += document.querySelectorAll('circle').length; })"
        ".observe(document.getElementById('other'), { childList: true, subtree: true }); }"
    )

    page.running.get(f"{page.running.service('shop')['url']}/orders/still")

    page.page.locator(".edge.is-live").first.wait_for(state="attached")
    assert page.page.evaluate("window.dots") == 0


# ── keys ──────────────────────────────────────────────────────────────────────────────────────


def test_keys_go_through_the_list_and_into_a_request_and_out(page: Inspected) -> None:
    page.open(BEFORE)
    page.shows(*LIST)
    heading = page.page.locator("#detail h2")

    for key, path in (
        ("j", LIST[0]),
        ("j", LIST[1]),
        ("ArrowDown", LIST[2]),
        ("k", LIST[1]),
        ("Home", LIST[0]),
    ):
        page.page.keyboard.press(key)
        page.page.locator("#detail h2", has_text=path).wait_for()
    page.page.keyboard.press("Enter")
    assert page.page.evaluate("document.activeElement.id") == "detail"
    page.page.keyboard.press("Escape")

    heading.wait_for(state="detached")
    assert "request" not in query_of(page)


def test_keys_reach_everything_and_show_where_they_are(page: Inspected) -> None:
    page.open(BEFORE)
    page.choose("/orders/7")
    page.page.locator("#detail details.part").last.wait_for()
    page.page.evaluate("document.activeElement.blur()")

    reached = {}
    for _ in range(80):
        page.page.keyboard.press("Tab")
        name, outline = page.page.evaluate(
            """() => {
                const element = document.activeElement;
                const name = element.ariaLabel || element.name || element.textContent.trim();
                return [element === document.body ? "" : name, getComputedStyle(element).outlineStyle];
            }"""
        )
        reached[name] = outline

    assert {
        "Requests", "Network", "Faults", "Session ▾", "q", "status", "Requests, the newest first", "Replay", "Copy as ▾",
        "only", "Decision",
    } <= reached.keys()  # fmt: skip
    assert [name for name, outline in reached.items() if name and outline != "solid"] == []


def test_keys_search_and_help(page: Inspected) -> None:
    page.open()
    page.page.keyboard.press("/")
    page.page.keyboard.type("502")
    page.shows("/broken")
    page.page.keyboard.press("Escape")
    page.page.keyboard.press("?")
    page.page.get_by_role("dialog", name="Keys").wait_for()
    page.page.keyboard.press("Escape")
    page.page.get_by_role("dialog", name="Keys").wait_for(state="hidden")


# ── what acts ─────────────────────────────────────────────────────────────────────────────────


def test_the_token_leaves_the_address_and_stays_for_the_tab(page: Inspected) -> None:
    page.open("?q=orders/7")

    assert urlsplit(page.page.url).fragment == ""
    page.page.reload()
    page.shows("/orders/7")
    assert not page.page.get_by_role("button", name="Read only").is_visible()


def test_without_the_token_the_page_reads_and_says_how_to_get_it(page: Inspected) -> None:
    page.open(with_token=False)
    page.choose("/orders/7")
    page.page.locator("#detail").get_by_role("button", name="Pin").click()

    dialog = page.page.get_by_role("dialog", name="This page may read only")
    assert "Open the URL in the line inspect that lattice dev printed" in dialog.inner_text()


def test_a_token_of_another_run_is_refused_and_forgotten(page: Inspected) -> None:
    page.open()
    page.page.evaluate("sessionStorage.setItem('lattice-token', 'of another run')")
    page.page.get_by_role("button", name="Clear").click()

    page.page.get_by_role("dialog", name="This page may read only").wait_for()
    assert page.page.evaluate("sessionStorage.getItem('lattice-token')") is None
    page.errors.clear()  # the browser itself tells of the 403


# ── what must not be ──────────────────────────────────────────────────────────────────────────


def test_nothing_that_was_sent_is_markup(page: Inspected) -> None:
    page.open()
    page.choose(HOSTILE)

    assert page.part("Request and response").count(SCRIPT) == 2  # a header and the body
    assert json.dumps(SCRIPT)[1:-1] in page.part("Event and what the function returned")
    assert SCRIPT in page.part("Logs")
    page.page.goto(page.page.url + "&q=" + quote(SCRIPT))
    page.page.locator("#detail h2").wait_for()
    assert page.page.title() == "lattice dev"
    assert page.page.locator("body img").count() == 1  # its own sign


def test_a_page_of_another_site_gets_nothing(page: Inspected) -> None:
    evil, port = "http://evil.example/", urlsplit(page.running.ready["control_url"]).port
    page.page.route(
        f"{evil}*", lambda route: route.fulfill(body="<title>evil</title>", content_type="text/html")
    )
    page.page.goto(evil)

    tried = page.page.evaluate(
        """async api => Promise.all([
            fetch(api + "requests").then(answer => answer.text(), () => "refused"),
            fetch(api + "requests", { method: "DELETE" }).then(answer => answer.text(), () => "refused"),
            fetch(api + "requests/1/replay", { method: "POST", mode: "no-cors" }).then(answer => answer.type, () => "refused"),
            new Promise(resolve => { const stream = new EventSource(api + "stream"); stream.onerror = () => (stream.close(), resolve("refused")); }),
            import(api + "../../page/main.js").then(() => "run", () => "refused"),
        ])""",
        f"http://127.0.0.1:{port}/api/v1/",
    )

    assert set(tried) <= {"refused", "opaque"}
    page.open(BEFORE)
    page.shows(*LIST)  # nothing was cleared, and nothing sent
    page.errors.clear()  # the browser itself tells of each


def test_secrets_are_not_in_the_page(page: Inspected) -> None:
    page.open()
    page.choose("/orders/7")
    page.page.locator("details.part").nth(4).wait_for()

    assert SECRET not in page.page.content()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_can_be_read(page: Inspected, scheme: Literal["light", "dark"]) -> None:
    page.page.emulate_media(color_scheme=scheme)
    page.open()
    page.choose("/entries/3")
    page.page.locator("details.part").nth(3).wait_for()
    faint = page.faint_texts()
    for query in ("?q=none", "?with=1&request=3", "?view=functions", "?view=network"):
        page.open(query)
        page.page.locator("#empty:visible, pre.diff, table.functions, .network").first.wait_for()
        faint += page.faint_texts()

    assert faint == []


def test_colours_are_those_of_the_system_until_others_are_chosen(page: Inspected) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    page.page.emulate_media(color_scheme="dark")
    page.open()
    assert page.page.evaluate(ground) == "rgb(20, 23, 28)"

    page.page.get_by_role("button", name="Colours: as the system").click()
    page.page.reload()

    assert page.page.evaluate(ground) == "rgb(255, 255, 255)"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
    ],
    ids=["own", "rebound", "cross-site", "other origin"],
)
def test_the_page_is_for_no_other_site(busy: Running, headers: dict[str, str], status: int) -> None:
    connection = http.client.HTTPConnection(urlsplit(busy.ready["control_url"]).netloc)
    connection.request("GET", "/", headers=headers)
    answer = connection.getresponse()
    answer.read()

    assert answer.status == status
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert answer.headers["Access-Control-Allow-Origin"] is None
    connection.close()
