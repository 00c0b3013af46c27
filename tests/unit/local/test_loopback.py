"""Pages in a browser are kept away."""

from __future__ import annotations

import pytest

from lattice_events.local.loopback import refuse_browser


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
        ({"Host": "localhost", "Origin": "null"}, "with an Origin"),
        ({"Host": "localhost", "Sec-Fetch-Site": "cross-site"}, "cross-site"),
        ({"Host": "localhost", "Sec-Fetch-Site": "same-site"}, "cross-site"),
    ],
)
def test_what_a_page_can_send_is_refused(headers: dict[str, str], words: str) -> None:
    assert words in (refuse_browser(headers) or "")
