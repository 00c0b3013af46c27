"""The policy lab of the inspector's page, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.integration.inspecting import Inspected, browser, call, needs_browser, shop
from tests.integration.running import Running

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator

pytestmark = needs_browser
NOW = {"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as launched:
        yield launched


@pytest.fixture(scope="module")
def asked() -> Iterator[Running]:
    """A shop whose ledger was asked by a reader, twice, and by nobody who says who he is."""
    with shop() as running:
        ledger = running.service("ledger")["url"]
        call("--as", "reader", "GET", f"{ledger}/entries/3")
        call("--as", "reader", "DELETE", f"{ledger}/entries/3")
        running.get(f"{ledger}/entries/4")
        running.get(f"{running.service('shop')['url']}/orders/7")
        yield running


class LabPage(Inspected):
    """The page with its policies."""

    def open_policies(self, query: str = "") -> None:
        self.open(f"?view=policies{query}")
        self.verdict("None of")

    def verdict(self, words: str) -> None:
        """Wait until the lab says this."""
        self.page.locator(".lab h2", has_text=words).wait_for()

    def write(self, policy: Any) -> None:
        text = policy if isinstance(policy, str) else json.dumps(policy, indent=2)
        self.editor.fill(text)

    @property
    def editor(self) -> Locator:
        return self.page.get_by_label("The policy, as JSON")

    @property
    def changed(self) -> list[list[str]]:
        rows = self.page.locator(".verdicts tbody tr").all()
        return [row.locator("td").all_inner_texts() for row in rows]


@pytest.fixture
def page(chromium: Browser, asked: Running) -> Iterator[LabPage]:
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context:
        inspected = LabPage(context.new_page(), asked)
        yield inspected
    assert [each for each in inspected.errors if "400 (Bad Request)" not in each] == []


def test_a_changed_policy_shows_which_requests_would_change(page: LabPage) -> None:
    page.open_policies()
    page.verdict("None of 4 requests would change.")
    assert page.page.get_by_label("Policy of").input_value() == "service/ledger"
    assert "ReadersRead" in page.editor.input_value()

    page.write(NOW)

    page.verdict("2 of 4 requests would change: 2 now allowed.")
    assert [row[:3] for row in page.changed] == [
        ["allowed was denied", "GET ledger/entries/4", "anonymous"],
        ["allowed was denied", "DELETE ledger/entries/3", "reader"],
    ]
    assert page.changed[0][3] == "service ledger: allowed by Statement[0]"
    page.page.get_by_role("button", name="As it is now").click()
    page.verdict("None of 4 requests would change.")
    assert "ReadersRead" in page.editor.input_value()


def test_a_request_that_would_change_leads_to_itself_and_back(page: LabPage) -> None:
    page.open_policies("&resource=service%2Fledger")
    page.write("")
    page.verdict("1 of 4 requests would change: 1 now denied.")
    assert "AuthType AWS_IAM without one denies everything" in page.changed[0][3]

    page.page.get_by_role("button", name="GET ledger/entries/3").click()
    page.page.locator("#detail h2", has_text="/entries/3").wait_for()
    page.page.go_back()

    page.verdict("1 of 4 requests would change: 1 now denied.")
    assert page.editor.input_value() == ""


def test_a_denied_request_leads_to_the_policy_that_denied_it(page: LabPage) -> None:
    page.open("?q=entries%2F4")
    page.choose("/entries/4")

    page.page.get_by_role("button", name="Try another policy").click()

    page.verdict("None of 1 request would change.")
    assert page.page.get_by_label("Policy of").input_value() == "service/ledger"
    assert "ReadersRead" in page.editor.input_value()


def test_the_least_policy_allows_what_the_filters_choose(page: LabPage) -> None:
    page.open_policies("&resource=service%2Fledger&caller=reader")

    page.page.get_by_role("button", name="Least policy").click()

    page.verdict("1 of 2 requests would change: 1 now allowed.")
    [statement] = json.loads(page.editor.input_value())["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:role/reader"}
    assert statement["Condition"]["StringEquals"] == {
        "vpc-lattice-svcs:RequestMethod": ["DELETE", "GET"],
        "vpc-lattice-svcs:RequestPath": "/entries/3",
    }
    page.page.get_by_text("It allows 2 requests, and none that differs").wait_for()
    page.page.get_by_role("button", name="Copy", exact=True).click()
    page.page.get_by_text("Copied as policy").wait_for()
    assert page.page.evaluate("navigator.clipboard.readText()") == page.editor.input_value()
    page.page.get_by_label("any id").check()
    page.page.get_by_role("button", name="Least policy").click()
    page.page.wait_for_function("() => document.querySelector('textarea').value.includes('/entries/*')")


def test_a_broken_policy_says_what_is_wrong_and_where(page: LabPage) -> None:
    page.open_policies("&resource=service%2Fledger")

    page.write(
        '{\n  "Statement": [\n    {"Effect": "Maybe", "Principal": "*", "Action": "*", "Resource": "*"}\n  ]\n}'
    )

    page.verdict("Not tested")
    problem = page.page.locator(".problems li")
    assert problem.all_inner_texts() == ["3:6 Statement[0].Effect must be Allow or Deny, not 'Maybe'."]
    assert page.page.locator(".numbers .is-bad").all_inner_texts() == ["3"]
    problem.get_by_role("button").press("Enter")
    selected = "() => { const a = document.activeElement; return a.value.slice(a.selectionStart, a.selectionStart + 8) }"
    assert page.page.evaluate(selected) == '"Effect"'
    page.write(NOW)
    page.verdict("2 of 4 requests would change")
    assert (problem.count(), page.page.locator(".numbers .is-bad").count()) == (0, 0)


def test_another_caller_and_another_auth_type(page: LabPage) -> None:
    page.open_policies("&resource=service%2Fledger")

    page.page.get_by_label("As if called by").fill("anonymous")
    page.verdict("1 of 4 requests would change: 1 now denied.")
    page.page.get_by_label("As if called by").fill("arn:aws:iam::123456789012:role/reader")
    page.verdict("1 of 4 requests would change: 1 now allowed.")
    page.page.get_by_label("As if called by").fill("nobody")
    page.verdict("Not tested")
    page.page.get_by_text("caller is anonymous, a caller of the run, or the ARN").wait_for()
    page.page.get_by_label("As if called by").fill("")
    page.page.get_by_label("AuthType").select_option("NONE")
    page.verdict("2 of 4 requests would change: 2 now allowed.")
    page.page.get_by_text("so nobody asks its policy").wait_for()
    assert page.changed[0][3] == "Nobody is asked: AuthType is NONE."


def test_the_service_network_and_the_service_change_together_and_the_address_keeps_the_choice(
    page: LabPage,
) -> None:
    page.open_policies()
    page.page.get_by_label("Policy of").select_option("servicenetwork/shop")
    page.page.get_by_label("AuthType").select_option("AWS_IAM")
    page.verdict("2 of 4 requests would change: 2 now denied.")
    page.write(NOW)
    page.verdict("None of 4 requests would change.")
    page.page.get_by_label("Policy of").select_option("service/ledger")
    page.write(NOW)
    page.verdict("2 of 4 requests would change: 2 now allowed.")
    assert page.page.get_by_label("Policy of").locator("option", has_text="(edited)").count() == 2

    assert parse_qs(urlsplit(page.page.url).query)["resource"] == ["service/ledger"]
    page.page.goto(page.page.url.replace("service%2Fledger", "servicenetwork%2Fshop"))

    page.verdict("None of 4 requests would change.")
    assert page.page.get_by_label("Policy of").input_value() == "servicenetwork/shop"


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_texts_are_read_by_name_in_both_colours(page: LabPage, colours: Any) -> None:
    page.page.emulate_media(color_scheme=colours)
    page.open_policies("&resource=service%2Fledger")
    page.page.get_by_role("region", name="What would change").wait_for()

    assert page.page.get_by_role("button", name="Policies").get_attribute("aria-current") == "page"
    assert page.page.get_by_role("status").filter(has_text="None of 4 requests").count() == 1


def test_without_the_token_policies_are_read_and_not_tested(page: LabPage) -> None:
    page.open("?view=policies", with_token=False)

    page.verdict("Not tested")

    page.page.get_by_text("a test needs the token of the run").wait_for()
    assert "ReadersRead" in page.editor.input_value()
