"""What the inspector's page does: replay, edit, copy. Copies are run as a user would, and must make the same request."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest

from tests.integration.inspecting import FOLDER, Inspected, browser, call, needs_browser, shop
from tests.integration.running import BIN, PATIENCE_SECONDS, Running, clean_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser

pytestmark = needs_browser
# What ends quotes, runs commands or drives a terminal where it is not quoted.
SECRET = "made-up-secret-of-a-cookie"
COOKIE = f"cookie: session={SECRET}"
NASTY = 'it\'s "$(touch ran)" `touch ran` \\ \x1b[201~\ntouch ran # é漢 \u2028 {"a": 1}'


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def quiet() -> Iterator[Running]:
    with shop() as running:
        yield running


@pytest.fixture
def page(chromium: Browser, quiet: Running) -> Iterator[Inspected]:
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        inspected = Inspected(context.new_page(), quiet)
        yield inspected
    assert inspected.errors == []


def newest(running: Running) -> dict[str, Any]:
    """Everything about the newest request."""
    api = f"{running.ready['control_url']}/api/v1/requests"
    with urlopen(f"{api}?limit=1") as answer:
        line = json.load(answer)["requests"][0]
    with urlopen(f"{api}/{line['number']}") as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def press(page: Inspected, name: str) -> None:
    page.page.locator("#detail").get_by_role("button", name=name, exact=True).click()


def secretless(text: str) -> str:
    """A copy, which must not have the value of the cookie."""
    assert SECRET not in text
    return text


def copied(page: Inspected, name: str) -> str:
    """What a copy of the request that is shown puts on the clipboard."""
    press(page, "Copy as ▾")
    press(page, name)
    page.page.get_by_text(f"Copied as {name}").first.wait_for()
    return secretless(page.page.evaluate("navigator.clipboard.readText()"))


def run(*command: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    path = f"{BIN}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(
        command,
        capture_output=True,
        text=True,
        cwd=cwd,
        env={
            **clean_environment(),
            "PATH": path,
            "PYTHONPATH": f"{cwd}{os.pathsep}{os.getcwd()}",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",  # which takes longer than the test
        },
        timeout=PATIENCE_SECONDS,
    )


def post(running: Running, path: str, body: str, *headers: str) -> None:
    more = [each for header in headers for each in ("-H", header)]
    running.get(running.service("shop")["url"] + path, "-X", "POST", "--data-raw", body, *more)


# ── replay ────────────────────────────────────────────────────────────────────────────────────


def test_a_request_is_sent_again_and_shown(page: Inspected) -> None:
    post(page.running, "/orders/again", "one")
    page.open("?q=/orders/again")
    page.choose("/orders/again")
    first = newest(page.running)["number"]

    press(page, "Replay")

    page.shows("/orders/again", "/orders/again")
    page.page.wait_for_url(f"**request={first + 1}*")
    again = newest(page.running)
    assert (again["number"], again["request"]["method"], again["request"]["body"]["text"]) == (
        first + 1,
        "POST",
        "one",
    )


def test_a_request_is_edited_and_sent(page: Inspected) -> None:
    post(page.running, "/orders/edit", "before", "x-gone: 1", "x-kept: 2", COOKIE)
    page.open("?q=/orders/edit")
    page.choose("/orders/edit")
    page.page.keyboard.press("e")
    dialog = page.page.get_by_role("dialog", name="Edit and replay")
    dialog.get_by_label("Method").fill("PUT")
    dialog.get_by_label("Path and query").fill("/orders/edited?a=1")
    headers = dialog.get_by_label("Headers")
    headers.fill(headers.input_value().replace("x-gone: 1", "x-new: 3"))
    dialog.get_by_role("textbox", name="Body").fill("after\nwards")
    dialog.get_by_role("button", name="Send").click()
    page.page.locator("#detail h2", has_text="/orders/edited").wait_for()

    sent = newest(page.running)["request"]

    own = {name: value for name, value in sent["headers"] if name.startswith("x-") and "amz" not in name}
    assert (sent["method"], sent["target"], sent["body"]["text"]) == (
        "PUT",
        "/orders/edited?a=1",
        "after\nwards",
    )
    assert own == {"x-kept": "2", "x-new": "3"}
    assert ["cookie", "…"] in sent["headers"]


def test_an_edit_signs_as_another_caller(page: Inspected) -> None:
    page.running.get(page.running.service("ledger")["url"] + "/signed")
    page.open("?q=/signed")
    page.choose("/signed")
    press(page, "Edit and replay")
    dialog = page.page.get_by_role("dialog", name="Edit and replay")
    dialog.get_by_label("Signed by").select_option("reader")
    dialog.get_by_role("button", name="Send").click()

    page.page.locator("#detail h2", has_text="200").wait_for()
    assert newest(page.running)["caller"] == "reader"


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("Headers", "no header", "“no header” is no header."),
        ("Method", "CONNECT", "method is a method such as POST, not 'CONNECT'."),
        ("Path and query", "orders", "path is a path with its query string"),
    ],
)
def test_an_edit_that_is_none_is_refused_where_it_is_made(
    page: Inspected, field: str, value: str, said: str
) -> None:
    post(page.running, "/orders/wrong", "")
    page.open("?q=/orders/wrong")
    page.choose("/orders/wrong")
    press(page, "Edit and replay")
    dialog = page.page.get_by_role("dialog", name="Edit and replay")
    dialog.get_by_label(field).fill(value)
    dialog.get_by_role("button", name="Send").click()

    dialog.get_by_text(said).wait_for()
    page.errors.clear()  # the browser itself tells of the 400


def test_without_the_token_nothing_is_sent(page: Inspected) -> None:
    post(page.running, "/orders/once", "")
    page.open("?q=/orders/once", with_token=False)
    page.choose("/orders/once")
    page.page.keyboard.press("r")

    page.page.get_by_role("dialog", name="This page may read only").wait_for()
    page.shows("/orders/once")


# ── copies ────────────────────────────────────────────────────────────────────────────────────


def test_a_copy_for_curl_makes_the_same_request(page: Inspected, tmp_path: Path) -> None:
    target = f"/orders/{quote(NASTY)}?a=%27&b=$HOME"
    post(page.running, target, NASTY, "x-say: it's $(touch ran)", COOKIE)
    page.open()
    page.page.locator("tr.line").first.click()
    before = newest(page.running)

    text = copied(page, "curl")
    run("bash", "-c", text, cwd=tmp_path)

    after = newest(page.running)
    assert after["number"] == before["number"] + 1
    assert (after["request"]["method"], after["request"]["target"]) == ("POST", before["request"]["target"])
    assert after["request"]["body"] == before["request"]["body"]
    assert ["x-say", "it's $(touch ran)"] in after["request"]["headers"]
    assert "# left out, since the page does not know their values: cookie" in text
    assert "\x1b" not in text
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("method", "target", "headers", "body"),
    [
        ("GET", "/orders/{a,b}/[1-3]", {}, None),
        ("GET", "/orders/../orders/./x?a=/../", {"x-empty": ""}, None),
        ("HEAD", "/orders/head", {}, None),
        ("GET", "/orders/body", {}, "a body"),
    ],
)
def test_curl_adds_and_changes_nothing_of_a_copy(
    page: Inspected, tmp_path: Path, method: str, target: str, headers: dict[str, str], body: str | None
) -> None:
    gateway = urlsplit(page.running.ready["gateway_url"])
    connection = HTTPConnection(gateway.hostname or "", gateway.port)
    own = {"Host": urlsplit(page.running.service("shop")["url"]).netloc, "Accept": "*/*", **headers}
    connection.request(method, target, body=body, headers=own)
    connection.getresponse().read()
    connection.close()
    page.open()
    page.page.locator("tr.line").first.click()
    before = newest(page.running)

    run("bash", "-c", copied(page, "curl"), cwd=tmp_path)

    after = newest(page.running)
    assert after["number"] == before["number"] + 1
    changing = {"host", "user-agent", "accept-encoding"}
    seen = []
    for each in (before["request"], after["request"]):
        kept = sorted(
            [name.lower(), value] for name, value in each["headers"] if name.lower() not in changing
        )
        seen.append((kept, each["method"], each["target"], each["body"]))
    assert seen[0] == seen[1]


def test_a_copy_for_lattice_call_is_signed_by_the_same_caller(page: Inspected, tmp_path: Path) -> None:
    call("--as", "reader", "GET", f"{page.running.service('ledger')['url']}/copied?a=1", "x-say: it's")
    page.open("?q=/copied")
    page.choose("/copied")
    before = newest(page.running)

    text = copied(page, "lattice call")
    done = run("bash", "-c", text, cwd=tmp_path)

    after = newest(page.running)
    assert text.startswith("lattice call --as reader GET 'ledger/copied?a=1'")
    assert (after["number"], after["status"], after["caller"]) == (before["number"] + 1, 200, "reader"), (
        done.stderr
    )
    assert ["x-say", "it's"] in after["request"]["headers"]


def test_a_copy_as_a_test_passes(page: Inspected, tmp_path: Path) -> None:
    post(page.running, "/orders/test", NASTY, "x-say: '''\"\"\"", COOKIE)
    page.open("?q=/orders/test")
    page.choose("/orders/test")

    text = copied(page, "pytest test")

    (tmp_path / "my_module.py").write_text("import shop\n\nhandler = shop.orders\n")
    (tmp_path / "shop.py").write_text((FOLDER / "code" / "shop.py").read_text())
    (tmp_path / "test_copied.py").write_text(text)
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_copied.py", cwd=tmp_path)
    assert "1 passed" in done.stdout, done.stdout
    assert "def test_post_orders_test() -> None:" in text
    assert not (tmp_path / "ran").exists()


def test_a_copy_of_the_event_is_what_lattice_invoke_takes(page: Inspected, tmp_path: Path) -> None:
    post(page.running, "/orders/event", NASTY, "x-say: it's", COOKIE)
    page.open("?q=/orders/event")
    page.choose("/orders/event")

    text = copied(page, "event file")

    assert json.loads(text) == newest(page.running)["sent"]["json"]
    (tmp_path / "event.json").write_text(text)
    code = f"--code=OrdersFunction={FOLDER / 'code'}"
    done = run(
        "lattice",
        "invoke",
        "orders",
        "--event",
        "event.json",
        str(FOLDER / "template.yaml"),
        code,
        cwd=tmp_path,
    )
    assert json.loads(json.loads(done.stdout)["body"])["id"] == 7, done.stderr
    assert "order by POST /orders/event, which says it's" in done.stderr
