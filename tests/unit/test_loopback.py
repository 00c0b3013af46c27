"""Pages in a browser are kept away."""

from __future__ import annotations

import pytest

from lattice_events.headers import Headers
from lattice_events.local.gateway.hosts import Hosts
from lattice_events.local.gateway.pages import refuse_page
from lattice_events.loopback import refuse_browser
from tests.networks import network, service


@pytest.mark.parametrize("host", ["127.0.0.1:9001", "localhost:9001", "LOCALHOST", "[::1]:9001"])
def test_loopback_names_are_welcome(host: str) -> None:
    assert refuse_browser({"Host": host}) is None
    assert refuse_browser({"Host": host, "Sec-Fetch-Site": "none"}) is None


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({"Host": "evil.example"}, "is not loopback"),
        ({"Host": "127.0.0.1.evil.example"}, "is not loopback"),
        ({}, "is not loopback"),
        ({"Host": "evil.example#@localhost"}, "is not loopback"),
        ({"Host": "localhost#"}, "is not loopback"),
        ({"Host": "user@localhost"}, "is not loopback"),
        ({"Host": "[localhost]"}, "is not loopback"),
        ({"Host": "localhost:x"}, "is not loopback"),
        ({"Host": "localhost", "Origin": "null"}, "with an Origin"),
        ({"Host": "localhost", "Sec-Fetch-Site": "cross-site"}, "cross-site"),
        ({"Host": "localhost", "Sec-Fetch-Site": "same-site"}, "cross-site"),
    ],
)
def test_what_a_page_can_send_is_refused(headers: dict[str, str], words: str) -> None:
    assert words in (refuse_browser(headers) or "")


# What browsers send: https://www.w3.org/TR/fetch-metadata/ and https://fetch.spec.whatwg.org/#origin-header.
# No two NAME.localhost are one site, since localhost is no registrable domain.
FOREIGN = {"sec-fetch-site": "cross-site"}


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({}, id="curl"),
        pytest.param({"sec-fetch-site": "none", "sec-fetch-mode": "navigate"}, id="a typed URL"),
        pytest.param({"sec-fetch-site": "same-origin", "origin": "http://foo.localhost:8480"}, id="own page"),
        pytest.param({**FOREIGN, "origin": "http://bar.localhost:8480"}, id="a page of another service"),
        pytest.param({**FOREIGN, "origin": "http://localhost:3000"}, id="a page of a development server"),
        pytest.param({**FOREIGN, "origin": "http://[::1]:3000"}, id="likewise by IPv6"),
        pytest.param({**FOREIGN, "origin": f"https://{service().domain_name}"}, id="a page by the real name"),
        pytest.param({**FOREIGN, "referer": "http://bar.localhost:8480/x"}, id="a link of another service"),
        pytest.param({"referer": "https://evil.example/"}, id="no browser"),
    ],
)
def test_programs_and_local_pages_may_call_services(headers: dict[str, str]) -> None:
    assert refuse_page(Hosts(network()), Headers(headers.items())) is None


@pytest.mark.parametrize(
    ("headers", "words"),
    [
        ({**FOREIGN, "origin": "https://evil.example"}, "Origin: https://evil.example"),
        ({"origin": "https://evil.example"}, "Origin: https://evil.example"),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, "Origin: null"),
        ({"origin": ""}, "Origin: "),
        ({"origin": "https://["}, "Origin: https://["),
        ({"origin": "https://localhost.evil.example"}, "Origin: "),
        ({"origin": "https://evillocalhost"}, "Origin: "),
        ({"origin": "https://localhost@evil.example"}, "Origin: "),
        ({"origin": "https://evil.example#@localhost"}, "Origin: "),
        ({"origin": "https://evil.example\\@localhost"}, "Origin: "),
        ({"origin": "http://localhost#"}, "Origin: "),
        ({"origin": "http://localhost:99999"}, "Origin: "),
        ({"origin": "localhost"}, "Origin: "),
        ({"origin": "https://evil.example", "referer": "http://localhost/"}, "Origin: "),
        ({**FOREIGN, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image"}, "Sec-Fetch-Site: cross-site"),
        ({**FOREIGN, "sec-fetch-mode": "navigate"}, "Sec-Fetch-Site: cross-site"),
        ({**FOREIGN, "referer": "https://evil.example/localhost"}, "Sec-Fetch-Site: cross-site"),
        ({**FOREIGN, "referer": "https://evil.example\\@localhost/"}, "Sec-Fetch-Site: cross-site"),
        ({**FOREIGN, "referer": "https://evil.example?@localhost/"}, "Sec-Fetch-Site: cross-site"),
        ({"sec-fetch-site": "same-site"}, "Sec-Fetch-Site: same-site"),
    ],
)
def test_foreign_pages_may_not_call_services(headers: dict[str, str], words: str) -> None:
    assert words in (refuse_page(Hosts(network()), Headers(headers.items())) or "")


@pytest.mark.parametrize(
    ("host", "is_refused"),
    [
        ("bucket.localhost:9000", False),
        ("a.b.localhost", False),
        ("localhost.evil.example", True),
        ("xlocalhost", True),
    ],
)
def test_subdomains_of_localhost_are_welcome_where_they_are_used(host: str, is_refused: bool) -> None:
    assert (refuse_browser({"Host": host}, takes_subdomains=True) is not None) == is_refused
    assert refuse_browser({"Host": host}) is not None
