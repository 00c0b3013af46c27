"""Which lines of the list are wanted."""

from __future__ import annotations

from typing import Any

import pytest

from lattice_events.local.inspector.search import SearchError, predicate

LINES: list[dict[str, Any]] = [
    {
        "id": "a",
        "kind": "request",
        "method": "GET",
        "path": "/orders",
        "service": "foo",
        "status": 200,
        "rule": "one",
        "trace_id": "0af7651916cd43dd8448eb211c80319c",
    },
    {
        "id": "b",
        "kind": "request",
        "method": "POST",
        "path": "/orders",
        "service": "foo",
        "status": 403,
        "caller": "app",
    },
    {
        "id": "c",
        "kind": "request",
        "method": "GET",
        "path": "/health",
        "service": "bar",
        "status": 503,
        "reason": "Down",
    },
    {"id": "d", "kind": "invocation", "function": "sync", "error_type": "KeyError"},
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "abcd"),
        ({"q": ""}, "abcd"),
        ({"q": "ORDERS"}, "ab"),
        ({"q": "orders post"}, "b"),
        ({"q": "!health"}, "abd"),
        ({"q": "get !health"}, "a"),
        ({"q": "403"}, "b"),
        ({"q": "down"}, "c"),
        ({"q": "0af7651916cd43dd8448eb211c80319c"}, "a"),
        ({"q": "keyerror"}, "d"),
        ({"q": "!"}, ""),
        ({"method": "GET"}, "ac"),
        ({"caller": "anonymous"}, "ac"),
        ({"caller": "!anonymous"}, "bd"),
        ({"method": "!GET"}, "bd"),
        ({"service": "foo", "status": "4xx"}, "b"),
        ({"status": "200"}, "a"),
        ({"status": "!2xx"}, "bcd"),
        ({"status": "5xx"}, "c"),
        ({"kind": "invocation"}, "d"),
        ({"caller": "app"}, "b"),
        ({"rule": "one"}, "a"),
        ({"service": "fo"}, ""),
        ({"limit": "3"}, "abcd"),
    ],
)
def test_words_and_fields_choose(query: dict[str, str], expected: str) -> None:
    is_wanted = predicate(query)

    assert "".join(line["id"] for line in LINES if is_wanted(line)) == expected


@pytest.mark.parametrize("status", ["6xx", "20", "2000", "x", "!", "٢٠٠", "-20"])
def test_a_status_that_is_none_is_refused(status: str) -> None:
    with pytest.raises(SearchError, match="status is a number such as 403, or one of 1xx"):
        predicate({"status": status})
