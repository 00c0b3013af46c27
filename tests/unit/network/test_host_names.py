"""Host names of services."""

from __future__ import annotations

import pytest

from lattice_events.network.host_names import host_name_problem

GOOD = ["api.example.com", "*.example.com", "web", "a-b.example.com"]
# A name, and what is said of it.
BAD = [
    ("a b.example.com", "must be a host name"),
    ("api.example.com:8080", "without a port"),
    ("a..b", "must be a host name"),
    ("a." * 126 + "example", "must be a host name"),
    ("10.0.0.1", "not an address"),
    ("web.localhost", "the caller's own machine"),
]


@pytest.mark.parametrize("name", GOOD)
def test_a_host_name_is_taken(name: str) -> None:
    assert host_name_problem(name) is None


@pytest.mark.parametrize(("name", "text"), BAD)
def test_what_no_client_could_ask_for_is_refused(name: str, text: str) -> None:
    assert text in str(host_name_problem(name))
